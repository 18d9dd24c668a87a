package whatsapp

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tongues is a set of languages, by their place in the list.
type tongues uint64

// meaning is what a phrase of the app stands for.
type meaning uint8

const (
	meansNothing meaning = iota
	meansOmitted
	meansDeleted
	meansCall
	meansLive
	meansOnce
)

type phrase struct {
	meaning meaning
	in      tongues
}

// book holds the phrases of all languages, ready to be looked up.
type book struct {
	whole    map[string]phrase // a whole text
	calls    map[string]phrase // the first clause of a text
	document map[string]tongues
	attached map[string]tongues
	iphone   map[string]tongues
	edited   map[string]tongues
	poll     map[string]tongues
	location map[string]tongues
	deleted  index
	notice   index
	change   index
}

var words = newBook(languages)

func newBook(all []language) *book {
	b := &book{
		whole: map[string]phrase{}, calls: map[string]phrase{},
		document: map[string]tongues{}, attached: map[string]tongues{}, iphone: map[string]tongues{},
		edited: map[string]tongues{}, poll: map[string]tongues{}, location: map[string]tongues{},
	}
	var deleted, notice, change []glob
	for i, l := range all {
		in := tongues(1) << i
		add := func(m map[string]phrase, means meaning, list string) {
			each(list, func(s string) { m[s] = phrase{means, m[s].in | in} })
		}
		set := func(m map[string]tongues, list string) {
			each(list, func(s string) { m[s] |= in })
		}
		globs := func(to *[]glob, list string) {
			each(list, func(s string) { *to = append(*to, newGlob(s, in)) })
		}
		add(b.whole, meansOmitted, l.omitted)
		add(b.whole, meansOmitted, l.document)
		add(b.whole, meansLive, l.live)
		add(b.whole, meansOnce, l.once)
		add(b.calls, meansCall, l.calls)
		set(b.document, l.document)
		set(b.attached, l.attached)
		set(b.iphone, l.iphone)
		set(b.edited, l.edited)
		set(b.poll, l.poll)
		set(b.location, l.location)
		each(l.deleted, func(s string) {
			if strings.Contains(s, "*") {
				deleted = append(deleted, newGlob(s, in))
				return
			}
			b.whole[s] = phrase{meansDeleted, b.whole[s].in | in}
		})
		globs(&notice, l.notice)
		globs(&change, l.change)
	}
	b.deleted, b.notice, b.change = newIndex(deleted), newIndex(notice), newIndex(change)
	return b
}

func each(list string, f func(string)) {
	for s := range strings.SplitSeq(list, "|") {
		if s = plain(s); s != "" {
			f(s)
		}
	}
}

// plain makes phrases comparable: lower case, one kind of space, quote and
// apostrophe, no invisible marks, no full stop at the end.
func plain(s string) string {
	b := make([]byte, 0, len(s)+8)
	space := true
	for _, r := range s {
		if r < utf8.RuneSelf && r > ' ' {
			space = false
			switch {
			case r >= 'A' && r <= 'Z':
				r += 'a' - 'A'
			case r == '`':
				r = '\''
			}
			b = append(b, byte(r))
			continue
		}
		if isSpace(r) || r == '\n' {
			if !space {
				b = append(b, ' ')
			}
			space = true
			continue
		}
		if invisible(r) || r == 0x307 { // the dot that Turkish capitals leave behind
			continue
		}
		space = false
		b = utf8.AppendRune(b, plainRune(r))
	}
	return strings.TrimRight(string(b), " .。।۔")
}

func plainRune(r rune) rune {
	switch r {
	case '’', 'ʼ', '‘':
		return '\''
	case '“', '”', '„', '«', '»', '「', '」', '『', '』', '‟', '＂':
		return '"'
	case '：':
		return ':'
	case '‑', '‐':
		return '-'
	}
	return unicode.ToLower(r)
}

// glob is a phrase with stars for any words.
type glob struct {
	parts []string
	in    tongues
}

func newGlob(s string, in tongues) glob { return glob{strings.Split(s, "*"), in} }

// match tells whether the glob covers all of s.
func (g glob) match(s string) bool {
	first, last := g.parts[0], g.parts[len(g.parts)-1]
	if len(g.parts) == 1 {
		return s == first
	}
	if !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) || len(s) < len(first)+len(last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, p := range g.parts[1 : len(g.parts)-1] {
		i := strings.Index(s, p)
		if i < 0 {
			return false
		}
		s = s[i+len(p):]
	}
	return true
}

// begins tells whether s, cut off somewhere, could be the beginning of the
// glob, with at least one of its phrases in it.
func (g glob) begins(s string) bool {
	found := 0
	for i, p := range g.parts {
		if p == "" {
			continue
		}
		at := strings.Index(s, p)
		if at < 0 || i == 0 && at > 0 || i > 0 && found == 0 && at == 0 {
			break
		}
		found += weight(strings.TrimSpace(p))
		s = s[at+len(p):]
	}
	return found >= 5
}

// weight is how much a phrase says: a character of East Asia says as much as
// two letters.
func weight(s string) (n int) {
	for _, r := range s {
		if n++; r >= 0x2E80 {
			n++
		}
	}
	return n
}

// index finds the few globs worth trying for a text by a pair of runes that
// each glob must have: thousands of globs cost as little as one.
type index struct {
	by  map[[2]rune][]glob
	may *[1 << 10]uint64 // a bit for each pair's hash: most pairs need no look into the map
	all []glob
}

func hashPair(k [2]rune) uint32 { return (uint32(k[0])*0x9E3779B1 ^ uint32(k[1])*0x85EBCA6B) >> 16 }

func newIndex(all []glob) index {
	often := map[[2]rune]int{}
	for _, g := range all {
		for _, p := range g.parts {
			pairs(p, func(k [2]rune) bool { often[k]++; return true })
		}
	}
	x := index{by: map[[2]rune][]glob{}, may: new([1 << 10]uint64), all: all}
	for _, g := range all {
		var best [2]rune
		least := int(^uint(0) >> 1)
		for _, p := range g.parts {
			pairs(p, func(k [2]rune) bool {
				if often[k] < least {
					best, least = k, often[k]
				}
				return true
			})
		}
		x.by[best] = append(x.by[best], g)
		h := hashPair(best)
		x.may[h>>6] |= 1 << (h & 63)
	}
	return x
}

// find tells whether some glob covers all of s, and in which languages.
func (x *index) find(s string) (in tongues, ok bool) {
	pairs(s, func(k [2]rune) bool {
		if h := hashPair(k); x.may[h>>6]&(1<<(h&63)) == 0 {
			return true
		}
		for _, g := range x.by[k] {
			if in&g.in == 0 && g.match(s) {
				in |= g.in
			}
		}
		return true
	})
	return in, in != 0
}

// begun tells whether s could be the beginning of some glob.
func (x *index) begun(s string) bool {
	for _, g := range x.all {
		if g.begins(s) {
			return true
		}
	}
	return false
}

func pairs(s string, f func([2]rune) bool) {
	var prev rune
	for i, r := range s {
		if i > 0 && !f([2]rune{prev, r}) {
			return
		}
		prev = r
	}
}
