package web

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// What parse.ts makes of a text; blocks and inlines in one shape.
type piece struct {
	Type     string
	Text     string
	Href     string
	Ordered  bool
	Depth    int
	Value    int
	Children []piece
	Items    []piece
}

type parsed struct {
	Blocks []piece
	Millis float64 `json:"ms"`
	Error  string
}

// parser is the client's parser in a process of its own, one for each process
// of the test: Go's fuzzing has several.
type parser struct {
	sync.Mutex
	in  io.Writer
	out *bufio.Reader
}

var theParser = sync.OnceValues(func() (*parser, error) {
	node := exec.Command("node", "scripts/parse.mjs") // it ends when our end of the pipe does
	node.Stderr = os.Stderr
	in, err := node.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := node.StdoutPipe()
	if err != nil {
		return nil, err
	}
	return &parser{in: in, out: bufio.NewReader(out)}, node.Start()
})

func (p *parser) parse(t *testing.T, text string) (out parsed) {
	t.Helper()
	asked, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	p.Lock()
	defer p.Unlock()
	if _, err := p.in.Write(append(asked, '\n')); err != nil {
		t.Fatalf("the parser's process is gone: %v", err)
	}
	answer, err := p.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the parser's process gave no answer: %v", err)
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// FuzzMarkdown holds the client's parser to what it promises of any text.
func FuzzMarkdown(f *testing.F) {
	for _, text := range hostileTexts(f) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { holdsFor(t, strings.ToValidUTF8(text, "\ufffd")) })
}

// The longest messages are no part of the corpus, since chance would spend its
// time on shortening them.
func TestNoMessageTakesLongerToParseThanItIsLong(t *testing.T) {
	t.Parallel()
	for _, text := range longTexts() {
		holdsFor(t, text)
	}
}

func holdsFor(t *testing.T, text string) {
	p, err := theParser()
	if err != nil {
		t.Fatalf("Node, which runs the client's parser, cannot be started: %v", err)
	}
	got := p.parse(t, text)
	// A machine that was busy just then is asked again; slow input is slow each time.
	bound := 200 + 5*float64(len(text))/1024
	for again := 0; got.Millis > bound; again++ {
		if again == 3 {
			t.Fatalf("%d bytes took %.0f ms, more than %.0f: %.200q", len(text), got.Millis, bound, text)
		}
		got = p.parse(t, text)
	}
	if got.Error != "" {
		t.Fatalf("%.500q: %s", text, got.Error)
	}
	s := seen{t: t, source: text}
	s.blocks(got.Blocks, 0)
	s.nothingLost()
}
