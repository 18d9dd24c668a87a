package search

import (
	"unicode"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/italian"
)

// stemmer cuts a word down to what its inflections have in common.
type stemmer func(*snowballstem.Env) bool

// longestStemmed is the length in bytes beyond which nothing is a word that
// has inflections.
const longestStemmed = 40

// stemmers are the languages that companies here write in. Every word gets the
// stems of all: messages mix languages, and what is found must not hang on a
// guess.
var stemmers = []stemmer{italian.Stem, english.Stem}

// stems lists what each stemmer makes of a word, folded. A word with digits in
// it, or in another script than Latin, stays as it is.
func stems(word string) []string {
	if len(word) > longestStemmed || !latin(word) {
		return []string{fold(word)}
	}
	out := make([]string, 0, len(stemmers))
	for _, stem := range stemmers {
		env := snowballstem.NewEnv(word)
		stem(env)
		out = append(out, fold(env.Current()))
	}
	return out
}

func latin(word string) bool {
	for _, r := range word {
		if r < 0x80 {
			if r < 'a' || r > 'z' {
				return false
			}
		} else if !unicode.Is(unicode.Latin, r) {
			return false
		}
	}
	return true
}
