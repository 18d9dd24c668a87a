package search

import (
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"verbale/internal/problem"
	"verbale/internal/seal"
)

func TestATextTwiceAsLongHasNoMoreThanTwiceTheTerms(t *testing.T) {
	t.Parallel()
	// What joins, groups and nests as badly as it can.
	for _, piece := range []string{"1 ", "1-", "it60 ", "a.b", "l'", "東", "👍\u200d", "+1 ", "é", "ﷺ", "0 0-"} {
		shortTerms, shortJoins := size(strings.Repeat(piece, 2_000))
		longTerms, longJoins := size(strings.Repeat(piece, 4_000))
		if longTerms > 2*shortTerms+100 || longJoins > 2*shortJoins+100 {
			t.Errorf("%q: %d terms and %d joins become %d and %d", piece, shortTerms, shortJoins, longTerms, longJoins)
		}
	}
}

func size(text string) (terms, joined int) {
	return len(indexed(text)), len(joins(text, scan(text)))
}

func FuzzQuestion(f *testing.F) {
	for _, question := range []string{
		`ordine "due parole" -no from:anna in:"vendite nord" before:2026-11 fatt`, `-"a b" *x* y* -from:me`, `from: "x`, `“aperto`,
		"+39 02 1234567", "IT60 X054 2811 1010", "東京 -都", "in:7 dopo:1/2/2026", "- -- \"\" * ** :: a:b", "\xff\xfe",
	} {
		f.Add(question, "il testo \"due parole\" +39 02 1234567 ordine")
	}
	f.Fuzz(func(t *testing.T, question, text string) {
		q, err := Parse(question, Filters{}, time.UTC)
		if err != nil {
			if problem.Of(err) == nil || q != nil {
				t.Fatalf("%q is refused with %v", question, err)
			}
			return
		}
		if len(text) > 1_000 {
			return
		}
		terms := indexed(text)
		at, ok := q.match(text)
		for _, c := range q.clauses {
			if ok && !answers(c.ask(), terms) {
				t.Fatalf("%q is in %q, but the index does not lead there", question, text)
			}
		}
		for _, c := range q.not {
			if ok && c.exact() && answers(c.ask(), terms) {
				t.Fatalf("%q matches %q, but the index excludes it", question, text)
			}
		}
		s := cutSnippet(text, at)
		units, end := len(utf16.Encode([]rune(s.Text))), 0
		for _, m := range s.Marks {
			if m.Start < end || m.End <= m.Start || m.End > units {
				t.Fatalf("impossible marks %v in %q", s.Marks, s.Text)
			}
			end = m.End
		}
		if ok && len(at) > 0 && len(s.Marks) == 0 {
			t.Fatalf("nothing is marked in %q", s.Text)
		}
		if utf8.ValidString(text) && !utf8.ValidString(s.Text) {
			t.Fatalf("a snippet cut through a character: %q", s.Text)
		}
	})
}

func FuzzCursor(f *testing.F) {
	root, err := seal.LoadRoot(filepath.Join(f.TempDir(), "root.key"))
	if err != nil {
		f.Fatal(err)
	}
	keys, _, err := root.NewKeyset("acme")
	if err != nil {
		f.Fatal(err)
	}
	q, err := Parse("parola", Filters{}, time.UTC)
	if err != nil {
		f.Fatal(err)
	}
	good := sealCursor(keys, 1, q, 4711)
	f.Add(good)
	f.Add(good + "=")
	f.Add(strings.ToUpper(good))
	f.Add("")
	f.Fuzz(func(t *testing.T, cursor string) {
		below, err := openCursor(keys, 1, q, cursor)
		switch {
		case cursor == good && (err != nil || below != 4711):
			t.Fatalf("our own cursor gives %d, %v", below, err)
		case cursor != good && cursor != "" && err == nil:
			t.Fatalf("%q is taken for a cursor", cursor)
		}
	})
}
