package importer

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer/whatsapp"
	"verbale/internal/problem"
)

// media is an attachment whose bytes are kept, not yet recorded.
type media struct {
	name string
	kind string
	size int64
	sum  blob.Sum
	from string // its name in the export
}

// pending is one message of the file on its way into the conversation.
type pending struct {
	draft chat.ImportedDraft
	parts []string
	media []media
}

// prepare makes what will be written of a message, and keeps its media.
func (r *run) prepare(ctx context.Context, m *whatsapp.Message) (pending, error) {
	p := pending{draft: chat.ImportedDraft{
		Author: r.people[m.Sender], Name: m.Sender, Line: m.Line, Time: r.clock.at(m.Time).UnixMicro(), Edited: m.Edited,
	}}
	text := m.Text
	for _, name := range m.Files {
		kept, err := r.keep(ctx, name)
		if err != nil {
			return p, err
		}
		if kept.size > 0 {
			p.media = append(p.media, kept)
			continue
		}
		// What the export names and does not hold stays visible.
		text = strings.TrimSpace("<" + name + ">\n" + text)
	}
	p.parts = split(printable(text))
	if blank(text) && len(p.media) == 0 {
		p.parts = []string{"<…>"} // to be seen once: the file says that something was there, not what
	}
	return p, nil
}

// keep streams a file of the export into the company's files. One that is not
// there, is damaged or is too large is as if the export had left it out.
func (r *run) keep(ctx context.Context, name string) (media, error) {
	in, size, err := r.src.Media(name)
	if err != nil || size == 0 {
		if problem.Of(err) == nil {
			return media{}, err
		}
		return media{}, nil
	}
	defer in.Close()
	b := bufio.NewReaderSize(in, 64<<10)
	head, err := b.Peek(512)
	if err != nil && !errors.Is(err, io.EOF) {
		return media{}, nil
	}
	m := media{name: fileName(name), kind: blob.Sniff(head), from: name}
	m.sum, m.size, err = r.i.blobs.Put(ctx, b)
	if p := problem.Of(err); p != nil && p.Kind != problem.Unavailable {
		return media{}, nil
	}
	return m, err
}

// sure sees to it that the media of a batch that is written are there: a sweep
// on another node, before the batch named them, may have taken them for left.
func (r *run) sure(ctx context.Context) error {
	for _, p := range r.batch {
		for _, m := range p.media {
			_, err := r.i.blobs.Stat(ctx, m.sum)
			if errors.Is(err, blob.ErrNotFound) {
				_, err = r.keep(ctx, m.from)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// split cuts a text that is longer than a message may be into several, at the
// end of a line or a word where there is one. Put together again they are the
// text: nothing of it is lost.
func split(text string) (parts []string) {
	for len(text) > chat.MaxBytes || utf8.RuneCountInString(text) > chat.MaxChars {
		cut, chars := 0, 0
		for i := range text {
			if chars == chat.MaxChars || i > chat.MaxBytes-utf8.UTFMax {
				break
			}
			cut = i
			chars++
		}
		for _, mark := range []string{"\n", " "} {
			if at := strings.LastIndex(text[:cut], mark); at > cut/2 {
				cut = at + 1
				break
			}
		}
		parts, text = append(parts, text[:cut]), text[cut:]
	}
	return append(parts, text)
}

// printable replaces control characters, which no message may have.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return utf8.RuneError
		}
		return r
	}, strings.ReplaceAll(s, "\r\n", "\n"))
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
