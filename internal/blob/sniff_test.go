package blob

import (
	"strings"
	"testing"
)

func TestSniffNeverGivesWhatABrowserRuns(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]string{
		"html":              "<!DOCTYPE html><script>alert(1)</script>",
		"html after spaces": " \t\r\n\f<HtMl><body onload=alert(1)>",
		"html after BOM":    "\ufeff<script>alert(1)</script>",
		"half html":         "<b>x<script>",
		"unknown element":   "<custom-element onclick=alert(1)>",
		"svg":               `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
		"svg with prologue": `<?xml version="1.0"?><svg onload="alert(1)"/>`,
		"svg with comment":  `<!-- x --><svg onload="alert(1)"/>`,
		"xhtml":             `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>`,
		"xslt":              `<?xml-stylesheet href="x.xsl"?>`,
		"utf-16 html":       "\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00",
		"utf-16be html":     "\xfe\xff\x00<\x00h\x00t\x00m\x00l\x00>",
		"font":              "\x00\x01\x00\x00",
		"wasm":              "\x00asm\x01\x00\x00\x00",
		"postscript":        "%!PS-Adobe-",
		"program":           "MZ\x90\x00",
		"nothing known":     "\x00\x01\x02\x03",
		"short ftyp":        "\x00\x00\x00\x18ftyp",
	} {
		if got := Sniff([]byte(b)); got != Unknown {
			t.Errorf("%s: %s", name, got)
		}
	}
	// A program in a script's clothes is text, which nosniff keeps from running.
	if got := Sniff([]byte("alert(document.cookie)")); got != "text/plain; charset=utf-8" || Inline(got) {
		t.Errorf("script: %s", got)
	}
}

func TestSniffKnowsWhatPhonesSend(t *testing.T) {
	t.Parallel()
	for want, all := range map[string][]string{
		"image/png":                 {"\x89PNG\x0d\x0a\x1a\x0a"},
		"image/jpeg":                {"\xff\xd8\xff\xe0"},
		"image/gif":                 {"GIF89a=1;alert(1)"},
		"image/webp":                {"RIFF\x00\x00\x00\x00WEBPVP8 "},
		"image/heic":                {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00"},
		"image/avif":                {"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00"},
		"audio/ogg":                 {"OggS\x00\x02" + strings.Repeat("\x00", 22) + "OpusHead\x01"},
		"audio/mp4":                 {"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00"},
		"audio/mpeg":                {"ID3\x03"},
		"video/mp4":                 {"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00", "\x00\x00\x00\x18ftypisom\x00\x00\x00\x00"},
		"video/quicktime":           {"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00"},
		"video/3gpp":                {"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x00"},
		"application/pdf":           {"%PDF-1.7"},
		"application/zip":           {"PK\x03\x04"},
		"text/plain; charset=utf-8": {"Ciao, a domani", ""},
	} {
		for _, b := range all {
			if got := Sniff([]byte(b)); got != want {
				t.Errorf("%q is %s, want %s", b, got, want)
			}
		}
	}
	for kind, inline := range map[string]bool{"image/png": true, "video/mp4": true, "application/pdf": false, "text/plain; charset=utf-8": false, "image/svg+xml": false, "text/html": false} {
		if Inline(kind) != inline {
			t.Errorf("%s: inline %v", kind, !inline)
		}
	}
}

func FuzzSniff(f *testing.F) {
	f.Add([]byte("<svg"))
	f.Add([]byte("\x00\x00\x00\x18ftypmp42"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if got := Sniff(b); got != Unknown && !passive[got] {
			t.Errorf("%q", got)
		}
	})
}
