package search

import (
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// fold makes words that differ only in case, accents, width or ligatures
// alike: "Città", "CITTA" and "città" are "citta", "Straße" is "strasse".
// Whatever is no letter, number or needed mark afterwards is left out.
func fold(s string) string {
	if ascii(s) {
		return strings.ToLower(s)
	}
	// Folding can give letters that decompose further, so it is done twice.
	s = norm.NFKD.String(cases.Fold().String(norm.NFKD.String(s)))
	s = norm.NFKD.String(cases.Fold().String(s))
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		foldRune(&b, r)
	}
	return norm.NFC.String(b.String())
}

func foldRune(b *strings.Builder, r rune) {
	if to, ok := alike[r]; ok {
		b.WriteString(to)
		return
	}
	switch {
	case isAccent(r):
	case unicode.Is(unicode.Nd, r):
		b.WriteByte('0' + digitValue(r))
	case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
		b.WriteRune(r)
	}
}

// alike are letters that people take for others and that Unicode does not
// decompose.
var alike = map[rune]string{
	'ø': "o", 'ł': "l", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h", 'ŧ': "t", 'ŋ': "n",
	'ĸ': "k", 'ɖ': "d", 'ə': "e",
	'ى': "ي", 'ة': "ه", 'ک': "ك", 'ی': "ي", 'ـ': "", 'ٱ': "ا", // Arabic
	'ґ': "г", // Ukrainian, as typed on other keyboards
}

// expanded are the ways in which letters are written where the keyboard lacks
// them: Müller is also Mueller.
var expanded = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ø", "oe", "å", "aa")

// isAccent says which marks a folded word goes without: those that people
// leave out when they type. The vowel signs of Indic scripts, and the voicing
// marks of Japanese, are no accents.
func isAccent(r rune) bool {
	switch {
	case r >= 0x0300 && r <= 0x036f, r >= 0x1ab0 && r <= 0x1aff, r >= 0x1dc0 && r <= 0x1dff, r >= 0x20d0 && r <= 0x20ff, r >= 0xfe20 && r <= 0xfe2f:
		return true
	case r >= 0x0483 && r <= 0x0489: // Cyrillic
		return true
	case r >= 0x0591 && r <= 0x05c7: // Hebrew points
		return unicode.IsMark(r)
	case r >= 0x0610 && r <= 0x061a, r >= 0x064b && r <= 0x065f, r == 0x0670, r >= 0x06d6 && r <= 0x06ed: // Arabic vowels
		return unicode.IsMark(r)
	}
	return isInvisible(r)
}

// isInvisible says which characters stand inside a word and are not seen.
func isInvisible(r rune) bool {
	return r == 0x00ad || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2069 ||
		r == 0xfeff || r >= 0xfe00 && r <= 0xfe0f || r >= 0xe0000 && r <= 0xe0fff || r == 0x034f || r == 0x061c
}

// digitValue is what a decimal digit of any script stands for: each block of
// digits in Unicode runs from 0 to 9.
func digitValue(r rune) byte {
	for _, block := range unicode.Nd.R16 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return byte((r - rune(block.Lo)) % 10)
		}
	}
	for _, block := range unicode.Nd.R32 {
		if rune(block.Lo) <= r && r <= rune(block.Hi) {
			return byte((r - rune(block.Lo)) % 10)
		}
	}
	return 0
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
