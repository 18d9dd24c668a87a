package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Snippet is a piece of a message around what was found, as plain text.
type Snippet struct {
	Text  string
	Marks []Mark
}

// Mark is what to highlight, in UTF-16 code units of the snippet's text, as
// browsers count.
type Mark struct{ Start, End int }

// The length of a snippet in characters: before the first hit, and in all.
const (
	snippetBefore = 50
	snippetLength = 180
	snippetSlack  = 20 // how far a cut moves to the next space
)

const ellipsis = "…"

// cutSnippet cuts the piece around the first hit. Runs of white space, line
// ends too, become one space.
func cutSnippet(s string, hits []span) Snippet {
	from := 0
	if len(hits) > 0 {
		from = back(s, hits[0].start)
	}
	to := ahead(s, from)

	w := snippetWriter{s: s, hits: hits}
	if from > 0 {
		w.put(ellipsis)
	}
	w.copy(from, to)
	if to < len(s) {
		w.put(ellipsis)
	}
	return Snippet{Text: w.b.String(), Marks: w.marks}
}

// back goes from a hit to where its snippet begins.
func back(s string, at int) int {
	n := 0
	for i := at; i > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:i])
		if n++; n > snippetBefore && unicode.IsSpace(r) || n > snippetBefore+snippetSlack && !joinsOn(s[i:]) {
			return i
		}
		i -= size
	}
	return 0
}

// ahead goes from where a snippet begins to where it ends.
func ahead(s string, from int) int {
	n := 0
	for i := from; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if n++; n > snippetLength && unicode.IsSpace(r) || n > snippetLength+snippetSlack && !joinsOn(s[i:]) {
			return i
		}
		i += size
	}
	return len(s)
}

// joinsOn says that a text goes on with something that belongs to the
// character before it.
func joinsOn(s string) bool {
	r := firstRune(s)
	return unicode.IsMark(r) || isInvisible(r) || isSkinTone(r)
}

type snippetWriter struct {
	s     string
	hits  []span
	b     strings.Builder
	units int
	space bool // the last thing written was a space
	marks []Mark
}

func (w *snippetWriter) put(s string) {
	w.b.WriteString(s)
	for _, r := range s {
		w.units += utf16Length(r)
	}
}

func (w *snippetWriter) copy(from, to int) {
	open := -1
	for i := from; i <= to; {
		if open >= 0 && (i >= w.hits[0].end || i == to) {
			w.marks = append(w.marks, Mark{open, w.units})
			open, w.hits = -1, w.hits[1:]
		}
		for open < 0 && len(w.hits) > 0 && w.hits[0].end <= i {
			w.hits = w.hits[1:] // it lies before the piece
		}
		if i == to {
			return
		}
		if open < 0 && len(w.hits) > 0 && w.hits[0].start <= i {
			open = w.units
		}
		r, size := utf8.DecodeRuneInString(w.s[i:])
		if white := unicode.IsSpace(r); !white {
			w.put(w.s[i : i+size])
			w.space = false
		} else if !w.space {
			w.put(" ")
			w.space = true
		}
		i += size
	}
}

func utf16Length(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}
