package blob

import (
	"bytes"
	"net/http"
	"strings"
)

// Unknown is the type of contents that a browser is to save, not to show.
const Unknown = "application/octet-stream"

// passive lists the types that a browser shows without running anything in
// them. What is not listed is served as Unknown: HTML, XML and SVG among them.
var passive = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/bmp": true, "image/avif": true, "image/heic": true,
	"audio/mpeg": true, "audio/wave": true, "audio/basic": true, "audio/aiff": true, "audio/midi": true, "audio/ogg": true, "audio/mp4": true, "audio/amr": true,
	"video/mp4": true, "video/webm": true, "video/avi": true, "video/ogg": true, "video/quicktime": true, "video/3gpp": true,
	"application/pdf": true, "application/zip": true, "application/x-gzip": true, "application/x-rar-compressed": true,
	"text/plain; charset=utf-8": true,
}

// Sniff says by the first 512 bytes of contents, and by nothing that the
// sender claims, as what they may be served: never as anything that a browser
// would run. Serve it with X-Content-Type-Options: nosniff.
func Sniff(first []byte) string {
	first = first[:min(len(first), 512)]
	kind := known(first)
	if kind == "" {
		kind = http.DetectContentType(first)
	}
	if !passive[kind] {
		return Unknown
	}
	if strings.HasPrefix(kind, "text/") && bytes.HasPrefix(bytes.TrimLeft(first, "\ufeff \t\r\n\f\v"), []byte("<")) {
		return Unknown // markup that was not recognised, such as SVG
	}
	return kind
}

// Inline reports whether contents of a type that Sniff gave may be shown in the
// page; everything else is to be saved (Content-Disposition: attachment).
func Inline(kind string) bool {
	group, _, _ := strings.Cut(kind, "/")
	return passive[kind] && (group == "image" || group == "audio" || group == "video")
}

// known finds what phones send and http.DetectContentType does not know.
func known(first []byte) string {
	switch {
	case bytes.HasPrefix(first, []byte("#!AMR")):
		return "audio/amr"
	case bytes.HasPrefix(first, []byte("OggS")):
		if len(first) >= 36 && bytes.Equal(first[28:36], []byte("OpusHead")) || len(first) >= 35 && bytes.Equal(first[29:35], []byte("vorbis")) {
			return "audio/ogg"
		}
		return "video/ogg"
	case len(first) >= 12 && bytes.Equal(first[4:8], []byte("ftyp")):
		return brands[string(first[8:11])]
	}
	return ""
}

// brands are the first three letters of an ISO media file's major brand.
var brands = map[string]string{
	"avi": "image/avif", "hei": "image/heic", "mif": "image/heic",
	"M4A": "audio/mp4", "M4B": "audio/mp4",
	"qt ": "video/quicktime", "3gp": "video/3gpp", "3g2": "video/3gpp",
	"iso": "video/mp4", "mp4": "video/mp4", "avc": "video/mp4", "M4V": "video/mp4", "MSN": "video/mp4", "das": "video/mp4",
}
