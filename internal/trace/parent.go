package trace

import (
	"context"
	"encoding/hex"
	"strings"
)

// Within puts ctx into the trace of a W3C traceparent header, as whoever is
// trusted to name one has sent it. One of another form is as good as none.
func Within(ctx context.Context, traceparent string) context.Context {
	s := &Span{}
	part := strings.Split(traceparent, "-")
	var version, flags [1]byte
	ok := On() && (len(part) == 4 || len(part) > 4 && part[0] != "00") &&
		digits(version[:], part[0]) && version[0] != 0xff &&
		digits(s.Trace[:], part[1]) && s.Trace != [16]byte{} &&
		digits(s.ID[:], part[2]) && s.ID != [8]byte{} &&
		digits(flags[:], part[3])
	if !ok {
		return ctx
	}
	s.silent = flags[0]&1 == 0
	return context.WithValue(ctx, key{}, s)
}

// digits reads exactly as many lower-case hexadecimal digits as fill a field.
func digits(into []byte, text string) bool {
	if len(text) != hex.EncodedLen(len(into)) || text != strings.ToLower(text) {
		return false
	}
	_, err := hex.Decode(into, []byte(text))
	return err == nil
}
