package main

import (
	"crypto/sha256"
	"encoding/base64"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"verbale/web"
)

// clientFiles serves the built client. Whatever is no file is a page of the
// app, which the app itself knows.
type clientFiles struct {
	files  fs.FS
	policy string
	secure bool     // reached by https
	tags   sync.Map // name to entity tag
}

func newClientFiles(secure bool) *clientFiles {
	return &clientFiles{files: web.FS(), policy: contentPolicy(web.CSPHashes()), secure: secure}
}

// contentPolicy lets nothing in that is not ours: no script, style, picture or
// connection from elsewhere, and no script in the page but those that the
// build has put there.
func contentPolicy(scripts []string) string {
	return strings.Join([]string{
		"default-src 'none'",
		"script-src 'self' " + strings.Join(scripts, " "),
		"style-src 'self'", "style-src-attr " + announcerStyle, "font-src 'self'", "img-src 'self' data: blob:", "media-src 'self' blob:",
		"connect-src 'self'", "manifest-src 'self'", "worker-src 'self'",
		"base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
	}, "; ")
}

// announcerStyle lets exactly one style attribute in: that by which SvelteKit
// hides the line that tells a screen reader which page it is on.
const announcerStyle = "'unsafe-hashes' 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='"

// Compressed forms that the build leaves beside a file, the smallest first.
var compressed = []struct{ encoding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}}

func (c *clientFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Security-Policy", c.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()")
	if c.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if !c.isFile(name) {
		if strings.HasPrefix(name, "_app/") {
			// An old page asks for what a newer build no longer has: it must
			// not take the page for a script.
			http.NotFound(w, r)
			return
		}
		name = "index.html"
	}
	h.Set("Cache-Control", "no-cache")
	if strings.HasPrefix(name, "_app/immutable/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("Content-Type", contentType(name))
	h.Add("Vary", "Accept-Encoding")
	for _, form := range compressed {
		if accepts(r, form.encoding) && c.isFile(name+form.suffix) {
			h.Set("Content-Encoding", form.encoding)
			name += form.suffix
			break
		}
	}
	c.send(w, r, name)
}

func (c *clientFiles) isFile(name string) bool {
	info, err := fs.Stat(c.files, name)
	return err == nil && info.Mode().IsRegular()
}

func (c *clientFiles) send(w http.ResponseWriter, r *http.Request, name string) {
	file, err := c.files.Open(name)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	defer file.Close()
	seeker, ok := file.(io.ReadSeeker)
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", c.tag(name))
	http.ServeContent(w, r, name, time.Time{}, seeker)
}

func (c *clientFiles) tag(name string) string {
	if tag, ok := c.tags.Load(name); ok {
		return tag.(string)
	}
	text, err := fs.ReadFile(c.files, name)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	c.tags.Store(name, tag)
	return tag
}

// contentType does not ask the machine, whose list may say anything.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".json":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	if known := mime.TypeByExtension(path.Ext(name)); known != "" {
		return known
	}
	return "application/octet-stream"
}

func accepts(r *http.Request, encoding string) bool {
	for one := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, quality, _ := strings.Cut(strings.TrimSpace(one), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) && strings.ReplaceAll(quality, " ", "") != "q=0" {
			return true
		}
	}
	return false
}
