package whatsapp

import "unicode/utf8"

// shape is what all headers of one export have in common, since one formatter
// of one phone wrote them. A line in another shape was pasted into a message.
type shape struct {
	style   byte // '[' of an iPhone, '-' of Android, ':' of the first years
	sep     rune // between the numbers of the date
	year    int8 // place of the four-digit year, or -1
	seconds bool
	twelve  bool // a 12-hour clock
	clock   bool // the time stands before the date
}

// header is the beginning of a line that may begin a message.
type header struct {
	shape   shape
	n       [3]int // the date's numbers as written
	era     int    // what to add to the year
	h, m, s int    // on a 24-hour clock
	padded  bool   // some number of the date has a leading zero
	shouted bool   // AM or PM in capitals
	end     int    // where the header ends and the body begins
}

const headerRunes = 96 // no header is longer; what is longer is text

// scanner walks over the visible runes at the beginning of a line.
type scanner struct {
	r  [headerRunes]rune
	at [headerRunes + 1]int // byte offset of each rune
	n  int
	i  int
}

func (s *scanner) fill(line []byte) {
	off := 0
	for off < len(line) && s.n < headerRunes {
		r, size := utf8.DecodeRune(line[off:])
		if !invisible(r) {
			s.r[s.n], s.at[s.n] = r, off
			s.n++
		}
		off += size
	}
	s.at[s.n] = off
}

func (s *scanner) peek() rune {
	if s.i < s.n {
		return s.r[s.i]
	}
	return -1
}

func (s *scanner) spaces() (n int) {
	for s.i < s.n && isSpace(s.r[s.i]) {
		s.i++
		n++
	}
	return n
}

// number reads up to four digits.
func (s *scanner) number() (value, digits int, zero bool) {
	for s.i < s.n && digits < 5 {
		d := digit(s.r[s.i])
		if d < 0 {
			break
		}
		zero = zero || digits == 0 && d == 0
		value = value*10 + d
		digits++
		s.i++
	}
	return value, digits, zero
}

// parseHeader recognises a header by its full grammar; a line that merely
// begins with a date is not one.
func parseHeader(line []byte) (header, bool) {
	var s scanner
	if !mayBegin(line) {
		return header{}, false
	}
	s.fill(line)
	var h header
	if s.peek() == '[' {
		h.shape.style = '['
		s.i++
		s.spaces()
	}
	start := s.i
	if !h.dateThenTime(&s) {
		s.i = start
		h = header{shape: shape{style: h.shape.style}}
		if !h.timeThenDate(&s) {
			return header{}, false
		}
	}
	if !h.finish(&s) || !h.plausible() {
		return header{}, false
	}
	h.end = s.at[s.i]
	return h, true
}

// mayBegin refuses nearly all lines that are no headers by their first rune.
func mayBegin(line []byte) bool {
	for off := 0; off < len(line); {
		r, size := utf8.DecodeRune(line[off:])
		if !invisible(r) {
			return r == '[' || digit(r) >= 0 || eraLetters[r] != 0
		}
		off += size
	}
	return false
}

func (h *header) dateThenTime(s *scanner) bool {
	if !h.date(s) {
		return false
	}
	before, ok := h.gap(s)
	if !ok || !h.time(s) {
		return false
	}
	return h.setHalf(s, before)
}

func (h *header) timeThenDate(s *scanner) bool {
	h.shape.clock = true
	if !h.time(s) {
		return false
	}
	after, ok := h.gap(s)
	if !ok || !h.date(s) {
		return false
	}
	if after != noHalf && after != neutral {
		h.shape.twelve = true
		h.h = after.hour(h.h)
	}
	return h.setHalf(s, noHalf)
}

// date reads three numbers with one separator, and what may say which era.
func (h *header) date(s *scanner) bool {
	for i := range 3 {
		letter := s.peek()
		if add, ok := eraLetters[letter]; ok && i != 1 {
			h.era = add
			s.i++
		}
		v, digits, zero := s.number()
		if digits == 0 || digits > 4 || digits == 3 || i == 1 && digits > 2 {
			return false
		}
		if h.era != 0 && h.shape.year == 0 && eraLetters[letter] != 0 {
			h.shape.year = int8(i) + 1
		}
		if digits == 4 {
			if h.shape.year != 0 {
				return false
			}
			h.shape.year = int8(i) + 1
		}
		h.n[i] = v
		h.padded = h.padded || zero && digits == 2
		if i < 2 && !h.separator(s, i) {
			return false
		}
	}
	h.shape.year-- // 0 became -1: no year stands out
	return true
}

func (h *header) separator(s *scanner, i int) bool {
	before := s.spaces()
	r := s.peek()
	switch r {
	case '/', '.', '-', '‐', '年', '月', '년', '월', '／', '．', '⁄':
	default:
		return false
	}
	s.i++
	if s.spaces()+before > 3 {
		return false
	}
	if i == 0 {
		h.shape.sep = r
		return true
	}
	// The characters for year and month differ from each other.
	return r == h.shape.sep || r == '月' || r == '월'
}

// gap reads what stands between date and time: a comma, spaces, a word such as
// "klo" or "às", the half of the day where it comes first, or an era.
func (h *header) gap(s *scanner) (half, bool) {
	from := s.i
	for s.i < s.n && digit(s.r[s.i]) < 0 {
		if s.r[s.i] == ']' || s.i-from > 24 {
			return noHalf, false
		}
		s.i++
	}
	run := s.r[from:s.i]
	if len(run) == 0 {
		return noHalf, false
	}
	word := fold(run)
	if word == "" {
		return noHalf, true
	}
	if add, ok := eraWords[word]; ok {
		h.era = add
		return noHalf, true
	}
	if _, ok := gapWords[word]; ok {
		return noHalf, true
	}
	x, ok := halves[word]
	return x, ok
}

func (h *header) time(s *scanner) bool {
	v, digits, _ := s.number()
	if digits == 0 || digits > 2 || v > 24 {
		return false
	}
	h.h = v
	if !clockSep(s) {
		return false
	}
	v, digits, _ = s.number()
	if digits != 2 || v > 59 {
		return false
	}
	h.m = v
	mark := s.i
	if clockSep(s) {
		if v, digits, _ = s.number(); digits == 2 && v <= 60 {
			h.s, h.shape.seconds = min(v, 59), true
			return true
		}
		s.i = mark
	}
	return true
}

func clockSep(s *scanner) bool {
	mark := s.i
	s.spaces()
	switch s.peek() {
	case ':', '.', '：', '∶', '٫', 'h', '時', '时', '시':
		s.i++
		s.spaces()
		return true
	case 'm': // "23 h 24 min 03 s"
		if s.i+2 < s.n && s.r[s.i+1] == 'i' && s.r[s.i+2] == 'n' {
			s.i += 3
			s.spaces()
			return true
		}
	}
	s.i = mark
	return false
}

// setHalf applies the half of the day, which stood before the time or stands
// here behind it.
func (h *header) setHalf(s *scanner, before half) bool {
	from := s.i
	for s.i < s.n && !h.ends(s) {
		if s.i-from > 24 {
			return false
		}
		s.i++
	}
	if s.i == s.n {
		return false
	}
	run := s.r[from:s.i]
	after, word := noHalf, fold(run)
	if word != "" {
		x, ok := halves[word]
		if add, era := eraWords[word]; era && !ok {
			h.era, x, ok = add, noHalf, true
		}
		if !ok {
			return false
		}
		after = x
		for _, r := range run {
			h.shouted = h.shouted || r == 'A' || r == 'P'
		}
	}
	if before == noHalf || before == neutral {
		before = after
	}
	if before != noHalf && before != neutral {
		h.shape.twelve = true
		h.h = before.hour(h.h)
	}
	if h.h == 24 {
		h.h = 0
	}
	return true
}

// ends tells whether the header's closing mark stands here.
func (h *header) ends(s *scanner) bool {
	r := s.r[s.i]
	if h.shape.style == '[' {
		return r == ']'
	}
	dash := r == '-' || r == '–' || r == '—'
	return dash && s.i > 0 && isSpace(s.r[s.i-1]) || r == ':'
}

// finish reads the closing mark and one space behind it.
func (h *header) finish(s *scanner) bool {
	r := s.peek()
	s.i++
	switch {
	case h.shape.style == '[':
	case r == ':':
		if !h.shape.seconds { // without seconds it is a time in a sentence
			return false
		}
		h.shape.style = ':'
	default:
		h.shape.style = '-'
	}
	if s.i == s.n {
		return true
	}
	if isSpace(s.peek()) {
		s.i++
		return true
	}
	return h.shape.style == '['
}

// plausible refuses numbers that are no date in any order.
func (h *header) plausible() bool {
	for _, o := range [...]DateOrder{DMY, MDY, YMD} {
		if _, ok := h.local(o); ok {
			return true
		}
	}
	return h.era == notOurs || h.foreignYear()
}
