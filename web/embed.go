package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"io/fs"
	"regexp"
)

//go:embed all:dist
var dist embed.FS

// unbuilt is one page, which says that the client is not built.
//
//go:embed unbuilt
var unbuilt embed.FS

// FS gives the files of the built client. Its page is index.html; beside most
// files lie the same bytes compressed, as name.br and name.gz. A program that
// was built without the client has one page that says so.
func FS() fs.FS {
	if _, err := fs.Stat(dist, "dist/index.html"); err == nil {
		return below(dist, "dist")
	}
	return below(unbuilt, "unbuilt")
}

func below(files embed.FS, folder string) fs.FS {
	sub, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // the folder's name above is not a path: a mistake in this file
	}
	return sub
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
