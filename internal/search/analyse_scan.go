package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// script is how a run of characters divides into words.
type script byte

const (
	alphabetic script = iota // words between separators
	unspaced                 // no spaces: every character, and every two, is a word
	pictorial                // emoji and other signs: each is a word
)

// atom is the smallest word of a text.
type atom struct {
	start, end int
	folded     string
	accented   string // lower-case with its accents, where it has any
	expanded   string // with ae for ä and so on, where it has any
	script     script
	pair       bool // two neighbouring characters of an unspaced script
}

// forms lists the spellings that the word is known by, the plain one first.
func (w atom) forms() []string {
	if w.expanded != "" && w.expanded != w.folded {
		return []string{w.folded, w.expanded}
	}
	return []string{w.folded}
}

// scan divides a text into atoms, in one pass.
func scan(text string) []atom {
	var out []atom
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch kind(r) {
		case letterRune:
			end := i + run(text[i:], letterRune)
			out = appendWord(out, text, i, end)
			i = end
		case unspacedRune:
			end := i + run(text[i:], unspacedRune)
			out = appendUnspaced(out, text, i, end)
			i = end
		case signRune:
			end := i + cluster(text[i:])
			out = append(out, atom{start: i, end: end, folded: foldSign(text[i:end]), script: pictorial})
			i = end
		default:
			i += size
		}
	}
	return out
}

// The kinds of character that the scan tells apart.
const (
	separatorRune = iota
	letterRune
	unspacedRune
	signRune
	invisibleRune
)

func kind(r rune) int {
	if r < 0x80 {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return letterRune
		}
		return separatorRune
	}
	switch {
	case r == utf8.RuneError:
		return separatorRune
	case isInvisible(r):
		return invisibleRune
	case isUnspaced(r):
		return unspacedRune
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
		return letterRune
	case unicode.In(r, unicode.So, unicode.Sc), r >= 0x1f3fb && r <= 0x1f3ff:
		return signRune
	}
	return separatorRune
}

// isUnspaced says which scripts are written without spaces, or with spaces
// that do not divide what people look for.
func isUnspaced(r rune) bool {
	return r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) ||
		r == 'ー' || r == 'ｰ' || r == 0x3099 || r == 0x309a || r == 0xff9e || r == 0xff9f
}

// run is the length of the characters of one kind, with the invisible ones and
// the marks among them.
func run(s string, want int) int {
	for i, r := range s {
		if k := kind(r); k != want && k != invisibleRune && !unicode.IsMark(r) {
			return i
		}
	}
	return len(s)
}

func appendWord(out []atom, text string, start, end int) []atom {
	word := text[start:end]
	w := atom{start: start, end: end, folded: fold(word)}
	if w.folded == "" {
		return out
	}
	if !ascii(word) {
		lower := strings.ToLower(norm.NFKC.String(word))
		if lower != w.folded {
			w.accented = lower
		}
		if other := expanded.Replace(lower); other != lower {
			w.expanded = fold(other)
		}
	}
	return append(out, w)
}

// appendUnspaced adds every character and every two neighbours. A character is
// a base with the marks that follow it.
func appendUnspaced(out []atom, text string, start, end int) []atom {
	last := -1 // the character before, in out
	for i := start; i < end; {
		_, size := utf8.DecodeRuneInString(text[i:])
		for i+size < end {
			r, more := utf8.DecodeRuneInString(text[i+size:])
			if !unicode.IsMark(r) && !isInvisible(r) && !composes(r) {
				break
			}
			size += more
		}
		one := atom{start: i, end: i + size, folded: fold(text[i : i+size]), script: unspaced}
		i += size
		if one.folded == "" {
			continue
		}
		out = append(out, one)
		this := len(out) - 1
		if last >= 0 {
			before := out[last]
			out = append(out, atom{start: before.start, end: one.end, folded: before.folded + one.folded, script: unspaced, pair: true})
		}
		last = this
	}
	return out
}

// composes says that a character is one with what stands before it: a voicing
// mark of narrow Japanese, the vowel or the end of a Korean syllable.
func composes(r rune) bool {
	return r == 0xff9e || r == 0xff9f || r >= 0x1160 && r <= 0x11ff
}

// cluster is the length of the sign at the start of s: an emoji with its
// variation, skin tone and joined parts, or a flag of two letters.
func cluster(s string) int {
	first, i := utf8.DecodeRuneInString(s)
	if isRegional(first) {
		if next, size := utf8.DecodeRuneInString(s[i:]); isRegional(next) {
			return i + size
		}
		return i
	}
	for i < len(s) {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == zeroWidthJoiner:
			next, nextSize := utf8.DecodeRuneInString(s[i+size:])
			if kind(next) != signRune {
				return i + size
			}
			i += size + nextSize
		case isInvisible(r), isSkinTone(r), r == 0x20e3:
			i += size
		default:
			return i
		}
	}
	return i
}

// foldSign takes away what does not change the meaning of a sign.
func foldSign(s string) string {
	bare := strings.Map(func(r rune) rune {
		if r != zeroWidthJoiner && isInvisible(r) || isSkinTone(r) {
			return -1
		}
		return r
	}, s)
	bare = strings.Trim(bare, string(rune(zeroWidthJoiner)))
	if bare == "" {
		return s // a skin tone alone
	}
	return bare
}

const zeroWidthJoiner = 0x200d

func isSkinTone(r rune) bool { return r >= 0x1f3fb && r <= 0x1f3ff }
func isRegional(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }
