package search

import "slices"

// span is a piece of a text, in bytes.
type span struct{ start, end int }

// text is a message as it is read for an answer: its words in order without
// the joined ones, and all of them.
type text struct {
	inOrder []found
	all     []found
}

func read(s string, stems bool) text {
	t := text{all: words(s, stems)}
	end := 0
	for _, f := range t.all {
		if f.joined {
			continue
		}
		if f.start >= end { // not the pairs of an unspaced script
			t.inOrder = append(t.inOrder, f)
			end = f.end
		}
	}
	return t
}

// find gives where a clause is in a text, or nothing.
func (t text) find(c clause) []span {
	var out []span
	for _, p := range c.patterns {
		switch {
		case len(p.words) == 1:
			out = append(out, t.each(p.words[0])...)
		case p.anywhere:
			out = append(out, t.eachOf(p.words)...)
		default:
			out = append(out, t.sequence(p.words)...)
		}
	}
	return out
}

func (t text) each(w wanted) (out []span) {
	for i := range t.all {
		if f := &t.all[i]; w.is(f) {
			out = append(out, span{f.start, f.end})
		}
	}
	return out
}

func (t text) eachOf(words []wanted) (out []span) {
	for _, w := range words {
		one := t.each(w)
		if len(one) == 0 {
			return nil
		}
		out = append(out, one...)
	}
	return out
}

func (t text) sequence(words []wanted) (out []span) {
	for i := 0; i+len(words) <= len(t.inOrder); i++ {
		for j := range words {
			if !words[j].is(&t.inOrder[i+j]) {
				break
			}
			if j == len(words)-1 {
				out = append(out, span{t.inOrder[i].start, t.inOrder[i+j].end})
			}
		}
	}
	return out
}

// match says whether a text is what was asked for, and where.
func (q *Query) match(s string) ([]span, bool) {
	t := read(s, q.stems)
	for _, c := range q.not {
		if len(t.find(c)) > 0 {
			return nil, false
		}
	}
	var out []span
	for _, c := range q.clauses {
		at := t.find(c)
		if len(at) == 0 {
			return nil, false
		}
		out = append(out, at...)
	}
	return merge(out), true
}

// merge puts spans in order and makes one of those that touch.
func merge(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	out := spans[:0]
	for _, s := range spans {
		if n := len(out); n > 0 && s.start <= out[n-1].end {
			out[n-1].end = max(out[n-1].end, s.end)
		} else {
			out = append(out, s)
		}
	}
	return out
}
