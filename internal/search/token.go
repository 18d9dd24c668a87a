package search

import (
	"encoding/base32"
	"strings"

	"verbale/internal/seal"
)

// tokenLength is how much of a term's hash the index keeps: 50 bits, so that
// among a million terms one question in a thousand million meets a stranger.
// Since every hit is read before it is shown, even that is never seen.
const tokenLength = 10

var tokenAlphabet = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// tokens turns terms into what the index holds.
type tokens struct{ keys *seal.Keyset }

func (t tokens) of(one term) string {
	hash := t.keys.Token(string(rune(one.sort)) + one.word)
	return tokenAlphabet.EncodeToString(hash[:])[:tokenLength]
}

// lineWriter writes what the index holds of a text: its tokens, with spaces
// between. It remembers the words it has met, since people use few words often.
type lineWriter struct {
	tokens
	known map[string]string // the tokens of a word, as it stands in a text
	begun map[term]string   // the tokens of beginnings, which new words share with others
	used  map[string]bool   // words of this text
}

const (
	wordsKept      = 20_000 // bounds the memory of a lineWriter
	shortBeginning = 5      // bytes
)

func newLineWriter(keys *seal.Keyset) *lineWriter {
	return &lineWriter{tokens{keys}, map[string]string{}, map[term]string{}, map[string]bool{}}
}

func (l *lineWriter) line(d *document) string {
	var b strings.Builder
	clear(l.used)
	atoms := scan(d.text)
	for _, w := range atoms {
		if word := d.text[w.start:w.end]; !l.used[word] {
			l.used[word] = true
			b.WriteString(l.word(word, w))
		}
	}
	for _, j := range joins(d.text, atoms) {
		l.write(&b, joinTerms(j))
	}
	l.write(&b, d.terms())
	return b.String()
}

func (l *lineWriter) word(word string, w atom) string {
	line, ok := l.known[word]
	if !ok {
		var b strings.Builder
		l.write(&b, atomTerms(w))
		line = b.String()
		if len(l.known) >= wordsKept {
			clear(l.known)
		}
		l.known[strings.Clone(word)] = line
	}
	return line
}

func (l *lineWriter) write(b *strings.Builder, terms []term) {
	for _, t := range terms {
		b.WriteString(l.token(t))
		b.WriteByte(' ')
	}
}

// token remembers the short beginnings: there are few, and they are used often.
func (l *lineWriter) token(t term) string {
	if t.sort != beginning || len(t.word) > shortBeginning {
		return l.of(t)
	}
	token, ok := l.begun[t]
	if !ok {
		token = l.of(t)
		if len(l.begun) >= wordsKept {
			clear(l.begun)
		}
		l.begun[term{t.sort, strings.Clone(t.word)}] = token
	}
	return token
}
