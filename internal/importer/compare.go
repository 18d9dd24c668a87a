package importer

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode"

	"verbale/internal/importer/whatsapp"
	"verbale/internal/org"
	"verbale/internal/store"
)

const (
	sameWithin = time.Minute // clocks of two phones, one of which shows no seconds
	disorder   = time.Hour   // how far the lines of an export may be out of order
	maxWaiting = 100_000     // messages kept while their like is awaited, a side
	maxAlike   = 1_000       // of equal messages that wait, looked at for the nearest
	maxShown   = 1_000       // lines listed, a side
	minuteStep = 15          // time zones differ by quarters of an hour
)

// Line is a message that only one of two exports has.
type Line struct {
	Line int64         `json:"line"`
	Time string        `json:"time"` // local, as in its file
	Name string        `json:"name"`
	Kind whatsapp.Kind `json:"kind"`
	Text string        `json:"text"`
}

// Comparison lays two exports of one chat side by side.
type Comparison struct {
	OnlyHere       []Line `json:"only_here"`
	OnlyThere      []Line `json:"only_there"`
	Both           int    `json:"both"`
	OnlyHereCount  int    `json:"only_here_count"` // the lists hold the first thousand
	OnlyThereCount int    `json:"only_there_count"`
	Shift          int    `json:"shift"` // minutes that there's clock was ahead of here's
}

// Compare lays another import beside one; both must be one's own.
func (i *Importer) Compare(ctx context.Context, by org.Actor, here, there int64) (Comparison, error) {
	var a, b Import
	err := i.tenant.Read(ctx, func(tx *store.Tx) (err error) {
		if a, err = mine(tx, by, here); err == nil {
			b, err = mine(tx, by, there)
		}
		return err
	})
	if err != nil {
		return Comparison{}, err
	}
	x, err := i.evidence(ctx, &a)
	if err != nil {
		return Comparison{}, err
	}
	defer x.Close()
	y, err := i.evidence(ctx, &b)
	if err != nil {
		return Comparison{}, err
	}
	defer y.Close()
	return compare(ctx, x.Export, y.Export)
}

// compare aligns by time and text while it reads both files once more; names
// are no help, since each phone has its own.
func compare(ctx context.Context, here, there *whatsapp.Export) (Comparison, error) {
	shift, err := clockShift(ctx, here, there)
	if err != nil {
		return Comparison{}, err
	}
	c := Comparison{OnlyHere: []Line{}, OnlyThere: []Line{}, Shift: int(shift.Minutes())}
	a := newSide(ctx, here, 0)
	defer a.stop()
	b := newSide(ctx, there, shift)
	defer b.stop()
	a.lone = func(l Line) { c.OnlyHereCount++; c.OnlyHere = listed(c.OnlyHere, l) }
	b.lone = func(l Line) { c.OnlyThereCount++; c.OnlyThere = listed(c.OnlyThere, l) }
	if err := cmp.Or(a.err, b.err); err != nil {
		return Comparison{}, err
	}
	for a.more || b.more {
		from, to := a, b
		if !a.more || b.more && b.head.at.Before(a.head.at) {
			from, to = b, a
		}
		if to.take(from.head) {
			c.Both++
		} else {
			from.wait()
		}
		if err := from.next(); err != nil {
			return Comparison{}, err
		}
		now := from.now
		if to.more && to.now.Before(now) {
			now = to.now
		}
		a.forget(now)
		b.forget(now)
	}
	a.forget(farFuture)
	b.forget(farFuture)
	byLine := func(x, y Line) int { return cmp.Compare(x.Line, y.Line) }
	slices.SortFunc(c.OnlyHere, byLine)
	slices.SortFunc(c.OnlyThere, byLine)
	return c, nil
}

var farFuture = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)

func listed(lines []Line, l Line) []Line {
	if len(lines) < maxShown {
		lines = append(lines, l)
	}
	return lines
}

// side is one of the two files, and its messages that await their like.
type side struct {
	pull    func() (whatsapp.Message, error, bool)
	stop    func()
	shift   time.Duration
	more    bool
	head    entry
	now     time.Time // the latest time read so far
	waiting map[string][]entry
	queue   []entry // the same in the order they were read
	count   int
	lone    func(Line)
	err     error
}

type entry struct {
	at    time.Time
	until time.Time // a clock without seconds shows when a minute began
	key   string
	line  Line
}

// apart is how much time lies between two messages at least.
func (e entry) apart(f entry) time.Duration {
	switch {
	case e.until.Before(f.at):
		return f.at.Sub(e.until)
	case f.until.Before(e.at):
		return e.at.Sub(f.until)
	}
	return 0
}

func newSide(ctx context.Context, e *whatsapp.Export, shift time.Duration) *side {
	s := &side{shift: shift, waiting: map[string][]entry{}}
	s.pull, s.stop = iter.Pull2(e.Messages(ctx, ""))
	s.err = s.next()
	return s
}

// next reads the next message of a person.
func (s *side) next() error {
	if s.err != nil {
		return s.err
	}
	for {
		m, err, ok := s.pull()
		if !ok || err != nil {
			s.more, s.err = false, err
			return err
		}
		if m.Kind == whatsapp.KindSystem {
			continue
		}
		s.more = true
		at := m.Time.Add(-s.shift)
		s.head = entry{at, at, likeness(&m), Line{m.Line, m.LocalTime(), m.Sender, m.Kind, m.Text}}
		if !m.Seconds {
			s.head.until = at.Add(time.Minute - time.Second)
		}
		if s.head.at.After(s.now) {
			s.now = s.head.at
		}
		return nil
	}
}

// take finds the like of a message among those that wait here, the nearest in
// time, and takes it away.
func (s *side) take(e entry) bool {
	list := s.waiting[e.key]
	best, least := -1, sameWithin+1
	for i, w := range list[:min(len(list), maxAlike)] {
		if d := w.apart(e); d < least {
			best, least = i, d
		}
		if least == 0 {
			break
		}
	}
	if best < 0 {
		return false
	}
	s.drop(e.key, best)
	return true
}

func (s *side) drop(key string, i int) {
	list := s.waiting[key]
	copy(list[1:i+1], list[:i]) // it is near the beginning, so that this is the shorter side
	list[0] = entry{}
	list = list[1:]
	if s.count--; len(list) == 0 {
		delete(s.waiting, key)
	} else {
		s.waiting[key] = list
	}
}

func (s *side) wait() {
	s.waiting[s.head.key] = append(s.waiting[s.head.key], s.head)
	s.queue = append(s.queue, s.head)
	s.count++
}

// forget gives up on what is older than both files have read, or on the oldest
// where too many wait: their like will not come any more.
func (s *side) forget(now time.Time) {
	old := now.Add(-disorder)
	for len(s.queue) > 0 && (s.queue[0].at.Before(old) || s.count > maxWaiting || len(s.queue) > 4*maxWaiting) {
		e := s.queue[0]
		s.queue = s.queue[1:]
		for i, w := range s.waiting[e.key] {
			if w.line.Line == e.line.Line {
				s.drop(e.key, i)
				s.lone(e.line)
				break
			}
		}
	}
}

// likeness is what two phones' lines of one message have in common: what it
// says, or that it is media, deleted or a call, whose words differ.
func likeness(m *whatsapp.Message) string {
	kind := m.Kind
	text := m.Text
	switch kind {
	case whatsapp.KindMedia:
		kind = whatsapp.KindOmitted
	case whatsapp.KindOmitted, whatsapp.KindDeleted, whatsapp.KindCall, whatsapp.KindOnce:
		text = ""
	case whatsapp.KindLocation, whatsapp.KindPoll:
		if i := strings.Index(text, "http"); i >= 0 {
			text = text[i:]
		} else {
			text = ""
		}
	}
	if kind == whatsapp.KindOmitted {
		text = "" // a caption stands in one file and not in the other
	}
	return string(kind) + "|" + strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

const sampled = 5_000 // messages that tell how two clocks differ

// clockShift finds how far the second phone's time zone was ahead of the
// first's, from long texts that both have: the quarter of an hour that most of
// them agree on, if at least three do.
func clockShift(ctx context.Context, here, there *whatsapp.Export) (time.Duration, error) {
	first, err := longTexts(ctx, here)
	if err != nil {
		return 0, err
	}
	second, err := longTexts(ctx, there)
	if err != nil {
		return 0, err
	}
	votes := map[time.Duration]int{}
	for text, t := range second {
		if u, ok := first[text]; ok && !t.IsZero() && !u.IsZero() {
			if d := t.Sub(u); d.Abs() <= 26*time.Hour {
				votes[d.Round(minuteStep*time.Minute)]++
			}
		}
	}
	var best time.Duration
	for d, n := range votes {
		if n > votes[best] || n == votes[best] && d.Abs() < best.Abs() {
			best = d
		}
	}
	if votes[best] < 3 {
		return 0, nil
	}
	return best, nil
}

// longTexts are the texts that occur once among the first messages; one that
// occurs again has no time.
func longTexts(ctx context.Context, e *whatsapp.Export) (map[string]time.Time, error) {
	out := map[string]time.Time{}
	seen := 0
	for m, err := range e.Messages(ctx, "") {
		if err != nil {
			return nil, err
		}
		if m.Kind != whatsapp.KindText || len(m.Text) < 16 || len(m.Text) > 2_000 {
			continue
		}
		if seen++; seen > sampled {
			break
		}
		if _, twice := out[m.Text]; twice {
			out[m.Text] = time.Time{}
			continue
		}
		out[m.Text] = m.Time
	}
	return out, nil
}
