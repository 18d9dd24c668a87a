package search

import "strings"

// clause is one thing asked for: a word, a phrase, a number however it is
// written. A text has it if one of the patterns is there.
type clause struct {
	patterns []pattern
}

// pattern is words that must all be there: next to each other in this order,
// or anywhere.
type pattern struct {
	words    []wanted
	anywhere bool
	pairs    []term // neighbours in a script without spaces: rarer than each alone
}

// wanted is one word asked for.
type wanted struct {
	how   manner
	forms []string // folded
	terms []term   // of manner inflected: any of them will do
}

type manner byte

const (
	inflected manner = iota // this word, however inflected
	typed                   // the same, or a word that begins so
	exactly                 // this word as it stands
	beginsSo                // a word that begins so
	anyPart                 // a word with this somewhere in it
)

// ask is what the index is asked for a clause.
func (c clause) ask() expr {
	of := make([]expr, len(c.patterns))
	for i, p := range c.patterns {
		words := make([]expr, 0, len(p.words)+len(p.pairs))
		for _, t := range p.pairs {
			words = append(words, hasTerm(t))
		}
		for _, w := range p.words {
			words = append(words, w.ask())
		}
		of[i] = allOf(words...)
	}
	return anyOf(of...)
}

// exact says that the index alone can answer, so that it can also exclude.
func (c clause) exact() bool {
	return len(c.patterns) == 1 && len(c.patterns[0].words) == 1 && c.patterns[0].words[0].how == inflected
}

func (w wanted) ask() expr {
	switch w.how {
	case inflected:
		return anyTerm(w.terms)
	case typed, beginsSo:
		if b := w.beginning(); len(b) > 0 || w.how == typed {
			return anyTerm(append(b, w.terms...))
		}
	case exactly:
		return hasTerm(w.terms[0]) // the stem of the folded word is there wherever the word is
	}
	return expr{}
}

// beginning is the term that leads to all longer words that begin like this.
func (w wanted) beginning() []term {
	short := firstLetters(w.forms[0], longestBeginning)
	if letters(short) < shortestBeginning {
		return nil
	}
	return []term{{beginning, short}}
}

// is says whether a word of a text is the one wanted.
func (w wanted) is(f *found) bool {
	switch w.how {
	case inflected:
		return w.inflects(f)
	case typed:
		return w.inflects(f) || w.begins(f)
	case exactly:
		return same(w.forms, f.forms)
	case beginsSo:
		return w.begins(f)
	}
	for _, form := range f.forms {
		if strings.Contains(form, w.forms[0]) {
			return true
		}
	}
	return false
}

// stems says that whoever looks for the word must know the stems.
func (w wanted) stems() bool { return w.how == inflected || w.how == typed }

func (w wanted) inflects(f *found) bool {
	for _, t := range f.terms {
		for _, want := range w.terms {
			if t == want {
				return true
			}
		}
	}
	return false
}

func (w wanted) begins(f *found) bool {
	if letters(w.forms[0]) < shortestBeginning && w.how == typed {
		return false
	}
	for _, form := range f.forms {
		if strings.HasPrefix(form, w.forms[0]) {
			return true
		}
	}
	return false
}

func same(a, b []string) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}

// wantAtom is a word of the question.
func wantAtom(w atom, how manner) wanted {
	if w.script != alphabetic {
		how = exactly
	}
	return wanted{how: how, forms: w.forms(), terms: wordTerms(w)}
}

// wantForm is a joined word of the question.
func wantForm(form string, how manner) wanted {
	return wanted{how: how, forms: []string{form}, terms: stemTerms(nil, form)}
}

// phrase is a clause of words as they stand. While its end is still being
// typed the last word may go on.
func phrase(text string, typing bool) []clause {
	var p pattern
	for _, w := range scan(text) {
		if w.pair {
			p.pairs = append(p.pairs, term{stemmed, w.folded})
		} else {
			p.words = append(p.words, wantAtom(w, exactly))
		}
	}
	if len(p.words) == 0 {
		return nil
	}
	if last := &p.words[len(p.words)-1]; typing && letters(last.forms[0]) >= shortestBeginning {
		last.how = beginsSo
	}
	return []clause{{[]pattern{p}}}
}

// starred is a clause of a word with a star: foo* begins so, *foo and *foo*
// have it somewhere.
func starred(text string) []clause {
	how := beginsSo
	if strings.HasPrefix(text, "*") {
		how = anyPart
	}
	var singles []atom
	for _, w := range scan(text) {
		if !w.pair {
			singles = append(singles, w)
		}
	}
	form := glue(singles)
	switch {
	case form == "":
		return nil
	case singles[0].script != alphabetic:
		return phrase(text, false)
	}
	return []clause{{[]pattern{{words: []wanted{wantForm(form, how)}}}}}
}

// plain makes the clauses of a run of plain words, one for each word, number
// or compound. With typing, the last word may go on.
func plain(text string, typing bool) []clause {
	atoms := scan(text)
	joined := joins(text, atoms)
	var out []clause
	for i := 0; i < len(atoms); {
		end := groupEnd(text, atoms, joined, i)
		c := group(text, atoms[i:end], typing && end == len(atoms))
		for _, j := range joined {
			if j.first == i && j.last == end-1 {
				how := inflected
				if typing && end == len(atoms) {
					how = typed
				}
				c.patterns = append(c.patterns, pattern{words: []wanted{wantForm(j.form, how)}})
			}
		}
		out = append(out, c)
		i = end
	}
	return out
}

// groupEnd says where the word, number or compound that begins at i ends.
func groupEnd(text string, atoms []atom, joined []join, i int) int {
	end := i + 1
	for end < len(atoms) && (linked(text, atoms[end-1], atoms[end]) || atoms[i].script == unspaced && atoms[end].script == unspaced && atoms[end].start <= atoms[end-1].end) {
		end++
	}
	for _, j := range joined {
		if j.first == i {
			end = max(end, j.last+1)
		}
	}
	return end
}

// group makes the clause of one group of words as they are written.
func group(text string, atoms []atom, typing bool) clause {
	p := pattern{anywhere: true}
	for i := range atoms {
		if i > 0 && between(text[atoms[i-1].end:max(atoms[i-1].end, atoms[i].start)], 3, " \u00a0\u202f\u2009") {
			continue
		}
		p.anywhere = p.anywhere && i == 0
	}
	for i, w := range atoms {
		last := i == len(atoms)-1
		switch {
		case w.pair:
			p.pairs = append(p.pairs, term{stemmed, w.folded})
		case !last && elided(text, atoms, i), last && possessive(text, atoms):
		case last && typing:
			p.words = append(p.words, wantAtom(w, typed))
		default:
			p.words = append(p.words, wantAtom(w, inflected))
		}
	}
	return clause{[]pattern{p}}
}

// possessive says that the last word is the s of Anna's.
func possessive(text string, atoms []atom) bool {
	i := len(atoms) - 1
	return i > 0 && atoms[i].folded == "s" && between(text[atoms[i-1].end:max(atoms[i-1].end, atoms[i].start)], 1, "'’‘")
}
