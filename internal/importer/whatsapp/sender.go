package whatsapp

import (
	"bytes"
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxSender  = 120 // characters
	maxSenders = 10_000
)

// sender is what the survey learns of a name that stands before a colon.
type sender struct {
	lines    int
	plain    int // texts like people write
	told     int // texts like the app writes of others, without its mark
	personal int // markers that only a person's message has: media, calls, deleted
	notices  int // the app's own words, as iPhones put under the group's name
	system   bool
	second   string // what stands before the second colon of its first line
	seconds  int    // how many lines have the same there
	proven   bool   // an app's marker stood behind it
}

// channel tells a name that never wrote anything itself: the group, or someone
// who only stands over the notice of encryption.
func (s *sender) channel() bool { return s.notices > 0 && s.plain == 0 && s.personal == 0 }

// split is the body of a header's line, divided at the colon.
type split struct {
	name   string // without direction marks
	text   []byte
	named  bool
	marked bool // the app put a direction mark before the text
}

// splitBody divides at the first colon that a space or the line's end follows.
func splitBody(body []byte) split {
	for at := 0; at < len(body); {
		i := bytes.IndexByte(body[at:], ':')
		if i < 0 {
			break
		}
		at += i
		after := at + 1
		for after < len(body) {
			r, size := utf8.DecodeRune(body[after:])
			if !invisible(r) {
				break
			}
			after += size
		}
		if after == len(body) {
			return or(named(body[:at], nil), body)
		}
		if r, size := utf8.DecodeRune(body[after:]); isSpace(r) {
			return or(named(body[:at], body[after+size:]), body)
		}
		at++
	}
	return split{text: body}
}

// splitTight divides at the first colon of any kind, for the phones that put
// no space behind it.
func splitTight(body []byte) split {
	i := bytes.IndexAny(body, ":：")
	if i < 0 {
		return split{text: body}
	}
	_, size := utf8.DecodeRune(body[i:])
	return or(named(body[:i], bytes.TrimPrefix(body[i+size:], []byte(" "))), body)
}

// or is the division, or the undivided body where there is no name.
func or(s split, body []byte) split {
	if s.named {
		return s
	}
	return split{text: body}
}

func named(name, text []byte) split {
	n := cleanName(string(name))
	if n == "" || utf8.RuneCountInString(n) > maxSender {
		return split{}
	}
	s := split{name: n, text: text, named: true}
	if len(text) > 0 {
		r, _ := utf8.DecodeRune(text)
		s.marked = invisible(r)
	}
	return s
}

// cleanName drops direction marks and the hard spaces that phones put into
// telephone numbers.
func cleanName(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case isSpace(r):
			return ' '
		case invisible(r), unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// isLine tells a "name" that is the beginning of one of the app's own lines,
// such as: Anna changed the subject to "Trip: Rome".
func (s *sender) isLine(name string) bool {
	if s.lines > 5 {
		return false
	}
	n := plain(name)
	if strings.Count(n, `"`)%2 == 1 {
		return true
	}
	return s.lines <= 2 && len(n) >= 6 && (words.change.begun(n) || words.notice.begun(n))
}

// longNames are names that have a colon in them, such as the group "Team: Rome"
// or the contact "Work: Anna", by what stands before it.
type longNames map[string][]string

const maxLong = 16

func (l longNames) add(first, name string) {
	if len(l) < maxSenders && len(l[first]) < maxLong && !slices.Contains(l[first], name) {
		l[first] = append(l[first], name)
	}
}

// split divides a body behind a long name that it begins with.
func (l longNames) split(first string, body []byte) (split, bool) {
	for _, name := range l[first] {
		for s := range splits(body) {
			if s.name == name {
				return s, true
			}
		}
	}
	return split{}, false
}

// splits gives the ways to divide a body at its second, third and fourth colon.
func splits(body []byte) iter.Seq[split] {
	return func(yield func(split) bool) {
		from := 0
		for range 4 {
			i := bytes.Index(body[from:], []byte(": "))
			if i < 0 && bytes.HasSuffix(body[from:], []byte(":")) {
				i = len(body) - 1 - from
			}
			if i < 0 || from+i > 4*maxSender {
				return
			}
			at := from + i
			from = min(at+2, len(body))
			if s := named(body[:at], body[from:]); at > i && s.named && !yield(s) {
				return
			}
		}
	}
}

// noticed finds the division at which the text is a notice of the app: what
// stands before it is a name with a colon.
func noticed(body []byte) (split, bool) {
	if len(body) > 1000 {
		return split{}, false
	}
	for s := range splits(body) {
		if _, ok := words.notice.find(plain(string(s.text))); ok {
			return s, true
		}
	}
	return split{}, false
}

// follow counts how often a name is followed by the same words and a colon,
// and whether something that only the app writes ever stands behind those.
func (s *sender) follow(text []byte, android bool, has func(string) bool) {
	second := splitBody(text[:min(len(text), 4*maxSender)])
	if s.lines == 1 {
		s.second = second.name
	}
	if !second.named || second.name != s.second {
		return
	}
	s.seconds++
	if s.proven {
		return
	}
	switch classify(string(second.text), android, has).kind {
	case KindMedia, KindOmitted, KindDeleted:
		s.proven = true
	}
}

// lengthened tells a name that its first colon has cut short: all of its lines
// go on alike, and media or deleted messages follow the second colon, which no
// habit of writing explains.
func (s *sender) lengthened() bool {
	return s.second != "" && s.lines >= 2 && s.seconds == s.lines && s.proven
}
