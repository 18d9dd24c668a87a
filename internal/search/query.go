package search

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"verbale/internal/problem"
)

// Bounds of a question.
const (
	MaxQuestion = 500 // characters
	maxAtoms    = 64  // words, or characters of a script without spaces
)

// Problems of questions.
var (
	ErrTooLong  = problem.New(problem.Invalid, "search.too_long", "A search may have at most 500 characters.")
	ErrTooMany  = problem.New(problem.Invalid, "search.too_many_words", "That is too many words for one search. Use fewer.")
	ErrBadDate  = problem.New(problem.Invalid, "search.bad_date", "A date is written 2026-11-23, 2026-11, 23/11/2026 or with a time as 2026-11-23T18:00:00Z.")
	ErrBadLimit = problem.New(problem.Invalid, "search.bad_limit", "Give a limit from 1 to 100.")
)

// Query is a parsed question.
type Query struct {
	clauses []clause
	not     []clause
	from    []ref
	in      []ref
	after   int64  // microseconds; at this time or later; 0 is any
	before  int64  // earlier than this; 0 is any
	print   string // what was asked, for the cursor
	stems   bool   // reading a text for it takes the stems
}

// Filters narrow a question down beside its text; each may be empty. From and
// In are a number or a part of a name, After and Before a date or a time.
type Filters struct{ From, In, After, Before string }

// ref names a person or a conversation: by number, or by the beginnings of the
// words of its name.
type ref struct {
	id   int64
	me   bool
	name []string
	not  bool
}

// filterNames are the words before a colon, in English and Italian.
var filterNames = map[string]string{
	"from": "from", "da": "from",
	"in":     "in",
	"before": "before", "prima": "before",
	"after": "after", "dopo": "after",
}

// Parse reads a question: words, all of which must be there; "a phrase"; -not;
// begin*; *part; from: in: before: after:. The last word may still be being
// typed. Days begin in the given zone. Whatever is no filter is a word.
func Parse(question string, f Filters, zone *time.Location) (*Query, error) {
	if utf8.RuneCountInString(question) > MaxQuestion {
		return nil, ErrTooLong
	}
	q := &Query{print: strings.Join([]string{question, f.From, f.In, f.After, f.Before, zone.String()}, "\x00")}
	for _, one := range []struct{ name, value string }{{"from", f.From}, {"in", f.In}, {"after", f.After}, {"before", f.Before}} {
		if strings.TrimSpace(one.value) == "" {
			continue
		}
		if utf8.RuneCountInString(one.value) > MaxQuestion {
			return nil, ErrTooLong
		}
		if err := q.filter(one.name, one.value, false, zone); err != nil {
			return nil, err
		}
	}
	p := parser{q: q, s: question, zone: zone}
	if err := p.run(); err != nil {
		return nil, err
	}
	atoms := 0
	for _, c := range append(q.clauses[:len(q.clauses):len(q.clauses)], q.not...) {
		atoms += len(c.patterns[0].words)
		for _, p := range c.patterns {
			for _, w := range p.words {
				q.stems = q.stems || w.stems()
			}
		}
	}
	if atoms > maxAtoms {
		return nil, ErrTooMany
	}
	return q, nil
}

// Empty says that nothing was asked.
func (q *Query) Empty() bool {
	return len(q.clauses) == 0 && len(q.from) == 0 && len(q.in) == 0 && q.after == 0 && q.before == 0
}

func (q *Query) filter(name, value string, not bool, zone *time.Location) error {
	switch name {
	case "from", "in":
		r := parseRef(value, name)
		r.not = not
		if name == "from" {
			q.from = append(q.from, r)
		} else {
			q.in = append(q.in, r)
		}
	case "after", "before":
		at, err := parseTime(strings.TrimSpace(value), zone)
		if err != nil {
			return err
		}
		if not == (name == "before") { // not before is from then on
			q.after = max(q.after, at)
		} else if q.before == 0 || at < q.before {
			q.before = at
		}
	}
	return nil
}

func parseRef(value, name string) ref {
	value = strings.TrimSpace(value)
	if id, err := strconv.ParseInt(value, 10, 64); err == nil && id > 0 {
		return ref{id: id}
	}
	if name == "from" && (strings.EqualFold(value, "me") || strings.EqualFold(value, "io")) {
		return ref{me: true}
	}
	var r ref
	for _, w := range scan(value) {
		if !w.pair {
			r.name = append(r.name, w.folded)
		}
	}
	return r
}

// names says whether a name is the one meant: each word of the ref begins one
// of its words.
func (r ref) names(name string) bool {
	atoms := scan(name)
	for _, want := range r.name {
		ok := false
		for _, w := range atoms {
			ok = ok || strings.HasPrefix(w.folded, want)
		}
		if !ok {
			return false
		}
	}
	return len(r.name) > 0
}

var timeLayouts = []string{"2006-01-02", "2006-01", "2006", "2/1/2006", "2.1.2006", time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04"}

func parseTime(value string, zone *time.Location) (int64, error) {
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, value, zone); err == nil {
			return max(1, t.UnixMicro()), nil
		}
	}
	return 0, ErrBadDate
}

// parser reads a question from left to right, once.
type parser struct {
	q     *Query
	s     string
	at    int
	words int // where the plain words before here begin; -1 for none
	zone  *time.Location
}

func (p *parser) run() error {
	p.words = -1
	for p.at < len(p.s) {
		r, size := utf8.DecodeRuneInString(p.s[p.at:])
		if unicode.IsSpace(r) {
			p.at += size
			continue
		}
		if err := p.item(); err != nil {
			return err
		}
	}
	p.endWords(len(p.s), true)
	return nil
}

// item reads one phrase, filter or word.
func (p *parser) item() error {
	start := p.at
	not := p.s[p.at] == '-' && p.at+1 < len(p.s) && !unicode.IsSpace(firstRune(p.s[p.at+1:]))
	if not {
		p.at++
	}
	if quoted, closed, ok := p.quoted(); ok {
		p.endWords(start, false)
		p.add(phrase(quoted, !closed && !not), not)
		return nil
	}
	word := p.word()
	if key, value, ok := strings.Cut(word, ":"); ok {
		if name, known := filterNames[strings.ToLower(key)]; known {
			if value == "" {
				value, _, _ = p.quoted()
			}
			if value != "" {
				p.endWords(start, false)
				return p.q.filter(name, value, not, p.zone)
			}
		}
	}
	switch {
	case strings.HasPrefix(word, "*") || strings.HasSuffix(word, "*"):
		p.endWords(start, false)
		p.add(starred(word), not)
	case not:
		p.endWords(start, false)
		p.add(plain(word, false), true)
	case p.words < 0:
		p.words = start
	}
	return nil
}

// endWords turns the plain words up to here into clauses. At the end of the
// question the last may still be being typed, unless a space follows it.
func (p *parser) endWords(end int, final bool) {
	if p.words >= 0 {
		p.add(plain(strings.TrimRightFunc(p.s[p.words:end], unicode.IsSpace), final && !unicode.IsSpace(finalRune(p.s))), false)
		p.words = -1
	}
}

func (p *parser) add(clauses []clause, not bool) {
	for _, c := range clauses {
		if len(c.patterns[0].words) == 0 {
			continue
		}
		if not {
			p.q.not = append(p.q.not, c)
		} else {
			p.q.clauses = append(p.q.clauses, c)
		}
	}
}

const quotes = "\"“”„«»"

// quoted reads what stands in quotation marks here; an open end is closed by
// the end of the question.
func (p *parser) quoted() (content string, closed, ok bool) {
	if p.at == len(p.s) {
		return "", false, false
	}
	r, size := utf8.DecodeRuneInString(p.s[p.at:])
	if !strings.ContainsRune(quotes, r) {
		return "", false, false
	}
	rest := p.s[p.at+size:]
	end := strings.IndexAny(rest, quotes)
	if end < 0 {
		p.at = len(p.s)
		return rest, false, true
	}
	_, closing := utf8.DecodeRuneInString(rest[end:])
	p.at += size + end + closing
	return rest[:end], true, true
}

// word reads up to a space or a quotation mark.
func (p *parser) word() string {
	rest := p.s[p.at:]
	end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(quotes, r) })
	if end < 0 {
		end = len(rest)
	}
	p.at += end
	return rest[:end]
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func finalRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}
