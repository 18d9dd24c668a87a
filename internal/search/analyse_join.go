package search

import "strings"

// People write one thing in several ways: e-mail and email, AB-12/2026 and
// AB122026, +39 02 1234567 and 021234567, an IBAN in groups or in one piece.
// So neighbouring words are also indexed joined.

// join is a run of atoms, first to last, that is also one word.
type join struct {
	first, last int
	form        string
	begins      bool // it is also found while it is being typed
}

const (
	longestCompound   = 8  // parts that are also joined as a whole
	shortestTelephone = 7  // digits
	longestTelephone  = 15 // E.164
	telephoneGroups   = 7
	shortestIBAN      = 15 // Norway's
	longestIBAN       = 34
	ibanGroups        = 9
)

// joins lists the joined words of a text.
func joins(text string, atoms []atom) []join {
	var out []join
	for i := 0; i < len(atoms); {
		end := i + 1
		for end < len(atoms) && linked(text, atoms[end-1], atoms[end]) {
			end++
		}
		out = compound(out, text, atoms, i, end)
		i = end
	}
	for i := range atoms {
		out = telephone(out, text, atoms, i)
		out = iban(out, text, atoms, i)
	}
	return out
}

// linked says that two words are parts of one: nothing but signs like - / . @
// stands between them.
func linked(text string, a, b atom) bool {
	gap := text[a.end:max(a.end, b.start)]
	return a.script == alphabetic && b.script == alphabetic && between(gap, 3, `'’‘-‐‑–_/\.:@+&=#?%~,·`)
}

// between says that a gap is one to most characters, all of them among these.
func between(gap string, most int, among string) bool {
	n := 0
	for _, r := range gap {
		if n++; n > most || !strings.ContainsRune(among, r) {
			return false
		}
	}
	return n > 0
}

func compound(out []join, text string, atoms []atom, start, end int) []join {
	parts := end - start
	for i := start; i+1 < end; i++ {
		if !elided(text, atoms, i) {
			out = append(out, join{i, i + 1, atoms[i].folded + atoms[i+1].folded, parts == 2})
		}
	}
	if parts > 2 && parts <= longestCompound {
		out = append(out, join{start, end - 1, glue(atoms[start:end]), true})
	}
	return out
}

func glue(atoms []atom) string {
	var b strings.Builder
	for _, w := range atoms {
		b.WriteString(w.folded)
	}
	return b.String()
}

// elisions are the words that lose their vowel before another: l'ordine is
// about ordine alone.
var elisions = map[string]bool{
	"l": true, "d": true, "un": true, "dell": true, "all": true, "nell": true, "sull": true, "dall": true, "coll": true,
	"quell": true, "quest": true, "bell": true, "sant": true, "tutt": true, "mezz": true, "qualcun": true, "nessun": true,
	"c": true, "m": true, "t": true, "s": true, "v": true, "n": true, "j": true, "qu": true, "gl": true, "com": true, "dov": true,
}

// elided says that the atom is such a word, with its apostrophe.
func elided(text string, atoms []atom, i int) bool {
	return i+1 < len(atoms) && elisions[atoms[i].folded] && between(text[atoms[i].end:max(atoms[i].end, atoms[i+1].start)], 1, `'’‘`)
}

// telephone adds the runs of digit groups that begin here, joined, and without
// the country's code where one is written.
func telephone(out []join, text string, atoms []atom, i int) []join {
	if !digits(atoms[i].folded) {
		return out
	}
	whole := atoms[i].folded
	last, alone := i, true
	for j := i + 1; j <= len(atoms); j++ {
		if len(whole) >= shortestTelephone && len(whole) <= longestTelephone+2 {
			last = j - 1
			if !alone {
				out = append(out, join{i, last, whole, false})
			}
		}
		if j == len(atoms) || j-i >= telephoneGroups || !digits(atoms[j].folded) ||
			!between(text[atoms[j-1].end:atoms[j].start], 3, " \u00a0\u202f\u2009-‐‑–./()") || len(whole)+len(atoms[j].folded) > longestTelephone+2 {
			break
		}
		whole, alone = whole+atoms[j].folded, false
	}
	if len(whole) < shortestTelephone || len(whole) > longestTelephone+2 {
		return out
	}
	if !alone {
		out = append(out, join{i, last, whole, true})
	}
	plus := atoms[i].start > 0 && text[atoms[i].start-1] == '+'
	for _, national := range withoutCountry(whole, plus) {
		out = append(out, join{i, last, national, true})
	}
	return out
}

// twoDigitCodes are the country codes of two digits; 1 and 7 have one, all
// others three (ITU-T E.164).
var twoDigitCodes = map[string]bool{
	"20": true, "27": true, "30": true, "31": true, "32": true, "33": true, "34": true, "36": true, "39": true, "40": true,
	"41": true, "43": true, "44": true, "45": true, "46": true, "47": true, "48": true, "49": true, "51": true, "52": true,
	"53": true, "54": true, "55": true, "56": true, "57": true, "58": true, "60": true, "61": true, "62": true, "63": true,
	"64": true, "65": true, "66": true, "81": true, "82": true, "84": true, "86": true, "90": true, "91": true, "92": true,
	"93": true, "94": true, "95": true, "98": true,
}

// withoutCountry gives the ways in which an international number is dialled at
// home: without its code, and with the 0 that many countries put there.
func withoutCountry(number string, plus bool) []string {
	international := number
	if !plus {
		if !strings.HasPrefix(number, "00") {
			return nil
		}
		international = number[2:]
	}
	code := 3
	switch {
	case len(international) < shortestTelephone:
		return nil
	case international[0] == '1' || international[0] == '7':
		code = 1
	case twoDigitCodes[international[:2]]:
		code = 2
	}
	forms := []string{international[code:], "0" + international[code:]}
	if !plus {
		forms = append(forms, international)
	}
	return forms
}

// iban adds the groups of an account number that begins here, joined. Where it
// ends is not known for sure when a word follows, so each end is indexed.
func iban(out []join, text string, atoms []atom, i int) []join {
	if !startsIBAN(atoms[i]) {
		return out
	}
	whole, from := atoms[i].folded, len(out)
	for j := i + 1; j < len(atoms) && j-i < ibanGroups; j++ {
		next := atoms[j]
		if next.script != alphabetic || !ascii(next.folded) || len(whole)+len(next.folded) > longestIBAN ||
			!between(text[atoms[j-1].end:next.start], 1, " \u00a0\u202f-.") {
			break
		}
		whole += next.folded
		if len(whole) >= shortestIBAN {
			out = append(out, join{i, j, whole, false})
		}
	}
	if len(out) > from {
		out[len(out)-1].begins = true
	}
	return out
}

func startsIBAN(w atom) bool {
	f := w.folded
	return len(f) >= 4 && len(f) <= longestIBAN && ascii(f) && lowercase(f[0]) && lowercase(f[1]) && digits(f[2:4])
}

func lowercase(c byte) bool { return c >= 'a' && c <= 'z' }
