// Package web holds the built client, so that the program is one file. The
// client itself is written in TypeScript and Svelte; see README.md beside this
// file.
package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"regexp"
	"testing/fstest"
)

//go:embed all:dist
var dist embed.FS

// notBuilt is what a program without a built client answers at its address.
const notBuilt = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Verbale</title><p>The client is not built: make build</p></html>`

// FS gives the files of the built client. Its page is index.html; beside most
// files lie the same bytes compressed, as name.br and name.gz. A program that
// was built without the client has one page that says so.
func FS() fs.FS {
	built, err := fs.Sub(dist, "dist")
	if err == nil {
		if _, err = fs.Stat(built, "index.html"); err == nil {
			return built
		}
	}
	return fstest.MapFS{"index.html": {Data: []byte(notBuilt)}}
}

// inlineScript finds the scripts that stand in the page itself.
var inlineScript = regexp.MustCompile(`(?s)<script>(.*?)</script>`)

// CSPHashes gives the sources, such as 'sha256-…', that the content security
// policy's script-src must name besides 'self': those of the page's own inline
// scripts. They change with every build, so they are read from the build.
func CSPHashes() []string {
	page, err := fs.ReadFile(FS(), "index.html")
	if err != nil {
		return nil
	}
	var sources []string
	for _, found := range inlineScript.FindAllSubmatch(page, -1) {
		sum := sha256.Sum256(found[1])
		sources = append(sources, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	return sources
}
