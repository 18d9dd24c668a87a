package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func builtClient() *clientFiles {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text), Mode: 0o444} }
	return &clientFiles{policy: contentPolicy([]string{"'sha256-x'"}), secure: true, files: fstest.MapFS{
		"index.html":               file("<!doctype html>"),
		"index.html.br":            file("page, compressed"),
		"_app/immutable/a.abc.js":  file("script"),
		"service-worker.js":        file("worker"),
		"manifest.webmanifest":     file("{}"),
		"_app/immutable/a.abc.css": file("css"),
	}}
}

func fetch(c *clientFiles, method, target string, header ...string) *http.Response {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w.Result()
}

func TestAPageOfTheAppIsTheAppAndAMissingScriptIsNot(t *testing.T) {
	t.Parallel()
	c := builtClient()
	for target, want := range map[string]struct {
		status int
		kind   string
	}{
		"/":                        {200, "text/html; charset=utf-8"},
		"/chats/7":                 {200, "text/html; charset=utf-8"},
		"/join":                    {200, "text/html; charset=utf-8"},
		"/_app/immutable/a.abc.js": {200, "text/javascript; charset=utf-8"},
		"/manifest.webmanifest":    {200, "application/manifest+json"},
		"/_app/immutable/old.js":   {404, "text/plain; charset=utf-8"},
		"/../../etc/passwd":        {200, "text/html; charset=utf-8"},
	} {
		answer := fetch(c, "GET", target)
		if answer.StatusCode != want.status || answer.Header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %s", target, answer.StatusCode, answer.Header.Get("Content-Type"))
		}
	}
	if answer := fetch(c, "POST", "/"); answer.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", answer.StatusCode)
	}
}

func TestNothingFromElsewhereMayRunInThePage(t *testing.T) {
	t.Parallel()
	answer := fetch(builtClient(), "GET", "/chats")
	policy := answer.Header.Get("Content-Security-Policy")
	for _, forbidden := range []string{"unsafe-inline", "unsafe-eval", "http:", "https:", "*"} {
		if strings.Contains(policy, forbidden) {
			t.Errorf("the policy allows %s: %s", forbidden, policy)
		}
	}
	for _, needed := range []string{"default-src 'none'", "script-src 'self' 'sha256-x'", "frame-ancestors 'none'", "base-uri 'none'"} {
		if !strings.Contains(policy, needed) {
			t.Errorf("the policy lacks %s", needed)
		}
	}
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Strict-Transport-Security": "max-age=31536000",
	} {
		if answer.Header.Get(header) != want {
			t.Errorf("%s is %q", header, answer.Header.Get(header))
		}
	}
}

func TestWhatIsNamedByItsContentsIsKeptForeverAndNothingElse(t *testing.T) {
	t.Parallel()
	c := builtClient()
	if got := fetch(c, "GET", "/_app/immutable/a.abc.js").Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("a named script: %s", got)
	}
	for _, target := range []string{"/", "/service-worker.js", "/chats/7"} {
		answer := fetch(c, "GET", target)
		if got := answer.Header.Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s: %s", target, got)
		}
		again := fetch(c, "GET", target, "If-None-Match", answer.Header.Get("ETag"))
		if again.StatusCode != http.StatusNotModified {
			t.Errorf("%s is sent again though it is the same: %d", target, again.StatusCode)
		}
	}
}

func TestTheCompressedFormIsSentOnlyToWhoTakesIt(t *testing.T) {
	t.Parallel()
	c := builtClient()
	for accept, want := range map[string]string{"gzip, br": "br", "gzip": "", "br;q=0": "", "": ""} {
		answer := fetch(c, "GET", "/", "Accept-Encoding", accept)
		if got := answer.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q is answered with %q", accept, got)
		}
		if answer.Header.Get("Content-Type") != "text/html; charset=utf-8" || answer.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %v", accept, answer.Header)
		}
	}
}
