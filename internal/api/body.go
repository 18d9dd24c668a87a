package api

import (
	"bytes"
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	maxJSON  = 256 << 10 // bytes of a JSON body
	maxDepth = 32        // levels of a JSON body
	bodyTime = 20 * time.Second
)

// checkBody reads a JSON body once, within bounds, and refuses what a decoder
// would accept but no honest client sends: invalid UTF-8, lone surrogates,
// nesting without end. Bodies that are files are left to their calls.
func (s *Server) checkBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody || isUpload(r) {
			next.ServeHTTP(w, r)
			return
		}
		// A body that trickles in must not hold a connection for ever.
		line := http.NewResponseController(w)
		line.SetReadDeadline(time.Now().Add(bodyTime))
		content, err := io.ReadAll(io.LimitReader(r.Body, maxJSON+1))
		if err == nil { // else the server would wait for the rest, to be rid of it
			line.SetReadDeadline(time.Time{})
		}
		switch {
		case err != nil:
			writeProblem(w, errNotJSON)
		case len(content) > maxJSON:
			writeProblem(w, errTooLarge)
		case len(content) > 0 && !isJSON(r.Header.Get("Content-Type")):
			writeProblem(w, errNotJSONType)
		case len(content) > 0 && !wellFormed(content):
			writeProblem(w, errNotJSON)
		case repeats(content):
			writeProblem(w, errRepeated)
		default:
			r.Body = io.NopCloser(bytes.NewReader(content))
			next.ServeHTTP(w, r)
		}
	})
}

// isUpload tells the calls whose body is a file.
func isUpload(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.URL.Path == prefix+"/files" || r.URL.Path == prefix+"/imports")
}

func isJSON(contentType string) bool {
	kind, _, err := mime.ParseMediaType(contentType)
	return err == nil && (kind == "application/json" || strings.HasSuffix(kind, "+json"))
}

// wellFormed looks at a JSON text without building anything from it.
func wellFormed(text []byte) bool {
	if !utf8.Valid(text) {
		return false
	}
	depth, inString := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			if i+1 < len(text) && text[i+1] == 'u' {
				skip, ok := surrogates(text[i:])
				if !ok {
					return false
				}
				i += skip - 1
			} else {
				i++
			}
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// repeats tells an object in a JSON text that has a field twice, or twice but
// for capitals, which the decoder takes for the same: what was checked must be
// what is used. A text that is no JSON is left to the decoder.
func repeats(text []byte) bool {
	type object struct {
		fields map[string]bool // nil for a list
		value  bool            // a field's name has been read
	}
	var open []object
	for d := json.NewDecoder(bytes.NewReader(text)); ; {
		token, err := d.Token()
		if err != nil {
			return false
		}
		switch token {
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
			continue
		}
		if top := len(open) - 1; top >= 0 && open[top].fields != nil {
			if name, is := token.(string); is && !open[top].value {
				name = folded(name)
				if open[top].fields[name] {
					return true
				}
				open[top].fields[name], open[top].value = true, true
				continue
			}
			open[top].value = false
		}
		switch token {
		case json.Delim('{'):
			open = append(open, object{fields: map[string]bool{}})
		case json.Delim('['):
			open = append(open, object{})
		}
	}
}

// folded makes names equal that the decoder takes for one: beside capitals,
// the long s and the sign for kelvin.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, name)
}

// surrogates checks one \u escape, or a pair of them, and gives its length.
func surrogates(text []byte) (length int, ok bool) {
	first, ok := hex4(text)
	if !ok {
		return 0, false
	}
	switch {
	case first >= 0xDC00 && first <= 0xDFFF, first == 0:
		return 0, false
	case first >= 0xD800 && first <= 0xDBFF:
		second, ok := hex4(text[6:])
		return 12, ok && second >= 0xDC00 && second <= 0xDFFF
	}
	return 6, true
}

// hex4 reads \uXXXX.
func hex4(text []byte) (v rune, ok bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	for _, c := range text[2:6] {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			v = v<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			v = v<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return v, true
}
