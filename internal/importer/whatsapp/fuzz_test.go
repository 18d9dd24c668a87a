package whatsapp

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"
)

// Whatever a file says, reading it ends, gives no false offsets and no broken
// text, and the analysis counts what the reading yields.
func FuzzExport(f *testing.F) {
	samples, err := filepath.Glob("testdata/*24h.txt")
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range samples {
		b, err := os.ReadFile(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b[:2000])
	}
	for _, g := range tonguesTested {
		f.Add([]byte(g.chat(true, true)))
		f.Add([]byte(g.chat(false, true)))
	}
	f.Add(pack(f, file{name: "_chat.txt", content: twoLines}, file{name: "IMG-20180129-WA0001.jpg", content: "x"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := OpenReaderAt("x", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		a, err := e.Analyze(context.Background())
		if err != nil {
			return
		}
		n, last, line := 0, int64(-1), int64(0)
		for m, err := range e.Messages(context.Background(), a.DateOrder) {
			if err != nil {
				t.Fatalf("the analysis passed, the reading did not: %v", err)
			}
			if m.Offset <= last || m.Line <= line || m.Lines < 1 {
				t.Fatalf("message at %d, line %d, after %d, line %d", m.Offset, m.Line, last, line)
			}
			last, line = m.Offset, m.Line+m.Lines-1
			if !utf8.ValidString(m.Text) || !utf8.ValidString(m.Sender) || m.Kind != KindSystem && m.Sender == "" {
				t.Fatalf("%+v", m)
			}
			n++
		}
		if n != a.Messages+a.System || len(a.People) == 0 && a.Messages > 0 {
			t.Fatalf("%d read, %d and %d counted", n, a.Messages, a.System)
		}
	})
}
