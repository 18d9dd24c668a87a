package search

import "unicode/utf8"

// sort is which of its ways into the index a term is.
type sort byte

const (
	stemmed   sort = 's' // a whole word, as each stemmer leaves it
	beginning sort = 'p' // the first letters of a word
	within    sort = 'c' // the conversation that the message is in
	writtenBy sort = 'a' // its author
)

// term is one thing that a text can be found by.
type term struct {
	sort sort
	word string
}

// The lengths, in letters, of the word beginnings that are indexed. A longer
// beginning is looked up by its first letters and then read in the text.
const (
	shortestBeginning = 2
	longestBeginning  = 12
)

// found is a word of a text and where it stands.
type found struct {
	start, end int      // bytes of the text
	forms      []string // folded; the first is the plain one
	terms      []term   // its stems
	joined     bool     // made of several words of the text
}

// atomTerms lists the terms that one word of a text gives it.
func atomTerms(w atom) []term {
	terms := wordTerms(w)
	if w.script == alphabetic {
		for _, form := range w.forms() {
			terms = beginnings(terms, form)
		}
	}
	return terms
}

// joinTerms lists the terms that a joined word gives a text.
func joinTerms(j join) []term {
	terms := stemTerms(nil, j.form)
	if j.begins {
		terms = beginnings(terms, j.form)
	}
	return terms
}

// words lists the words of a text in order, and after them the joined ones,
// without their beginnings. Stems take time and are left out where nothing
// looks at them.
func words(text string, stems bool) []found {
	atoms := scan(text)
	out := make([]found, 0, len(atoms)+len(atoms)/2)
	for _, w := range atoms {
		f := found{start: w.start, end: w.end, forms: w.forms()}
		if stems {
			f.terms = wordTerms(w)
		}
		out = append(out, f)
	}
	for _, j := range joins(text, atoms) {
		f := found{start: atoms[j.first].start, end: atoms[j.last].end, forms: []string{j.form}, joined: true}
		if stems {
			f.terms = stemTerms(nil, j.form)
		}
		out = append(out, f)
	}
	return out
}

// wordTerms lists the terms of a whole word.
func wordTerms(w atom) []term {
	if w.script != alphabetic {
		return []term{{stemmed, w.folded}}
	}
	var out []term
	for _, form := range w.forms() {
		out = stemTerms(out, form)
	}
	if w.accented != "" {
		out = stemTerms(out, w.accented)
	}
	return out
}

// stemTerms adds the stems of a word that are not there yet.
func stemTerms(out []term, word string) []term {
	for _, stem := range stems(word) {
		out = addTerm(out, term{stemmed, stem})
	}
	return out
}

// beginnings adds the beginnings of a word, not the whole of it: that is found
// by its stems.
func beginnings(out []term, word string) []term {
	length := 0
	for i := range word {
		if length >= shortestBeginning {
			out = append(out, term{beginning, word[:i]})
		}
		if length == longestBeginning {
			break
		}
		length++
	}
	return out
}

func addTerm(out []term, t term) []term {
	for _, have := range out {
		if have == t {
			return out
		}
	}
	return append(out, t)
}

// firstLetters cuts a word to at most n letters.
func firstLetters(word string, n int) string {
	for i := range word {
		if n == 0 {
			return word[:i]
		}
		n--
	}
	return word
}

func letters(word string) int { return utf8.RuneCountInString(word) }
