package whatsapp

import (
	"context"
	"errors"
	"io"
	"math/bits"
	"strings"
)

// survey is what a first reading of a file finds out.
type survey struct {
	shape    shape
	also     map[shape]bool // further shapes that headers have
	order    DateOrder
	reason   string
	sure     bool
	android  bool
	tight    bool // no space behind the sender's colon
	marks    bool // the app's own texts carry direction marks
	language string
	senders  map[string]*sender
	longs    longNames
	folded   map[string]bool // the names of those who write, made comparable
	crowded  bool            // more names than we keep count of
	foreign  int             // lines that look like headers of another export
}

// tally is what one shape of header collects.
type tally struct {
	evidence
	first   int // which shape came first
	senders map[string]*sender
	tights  map[string]*sender // the same, if no space follows the colon
	loose   int
	tight   int
	marks   int
	crowded bool
	longs   longNames
}

type surveyor struct {
	e       *Export
	tallies map[shape]*tally
	tongues [64]int
}

// survey reads the text once.
func (e *Export) look(ctx context.Context) (*survey, error) {
	if e.found != nil {
		return e.found, nil
	}
	r, err := e.openText()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	v := surveyor{e: e, tallies: map[shape]*tally{}}
	if err := v.read(ctx, newLineReader(r)); err != nil {
		return nil, err
	}
	s, err := v.conclude()
	if err == nil {
		e.found = s
	}
	return s, err
}

func (v *surveyor) read(ctx context.Context, lines *lineReader) error {
	blank := true
	for {
		l, err := lines.next()
		if errors.Is(err, io.EOF) {
			if blank {
				return errEmpty
			}
			return nil
		}
		if err != nil {
			if len(v.tallies) == 0 && errors.Is(err, errLineTooLong) && !blank {
				return errNotAnExport
			}
			return err
		}
		if l.number%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		blank = blank && strings.TrimSpace(clean(string(l.text))) == ""
		if h, ok := parseHeader(l.text); ok {
			v.add(&h, l.text[h.end:])
		} else if len(v.tallies) == 0 && lines.offset > maxPreamble {
			return errNotAnExport
		}
	}
}

const maxShapes = 64 // a real export has one, and a few in what people pasted

func (v *surveyor) add(h *header, body []byte) {
	t := v.tallies[h.shape]
	if t == nil {
		if len(v.tallies) >= maxShapes {
			return
		}
		t = &tally{first: len(v.tallies), senders: map[string]*sender{}, tights: map[string]*sender{}, longs: longNames{}}
		v.tallies[h.shape] = t
	}
	t.evidence.add(h, v.e.thisYear)
	s := splitBody(body)
	if !s.named {
		v.unnamed(t, h, body)
		return
	}
	t.loose++
	if long, ok := t.longs.split(s.name, body); ok {
		s = long
	} else if long, ok := noticed(body); ok && h.shape.style == '[' {
		t.longs.add(s.name, long.name)
		s = long
	}
	if h.shape.style == '[' && s.marked {
		t.marks++
	}
	v.count(t, t.senders, h, s)
}

// count adds a line to what is known of its sender, if there is room for one
// more name.
func (v *surveyor) count(t *tally, in map[string]*sender, h *header, s split) {
	n := in[s.name]
	if n == nil {
		if len(in) >= maxSenders {
			t.crowded = true
			return
		}
		n = &sender{}
		in[s.name] = n
	}
	n.lines++
	n.follow(s.text, h.shape.style == '-', v.e.has)
	for _, f := range v.weigh(n, h.shape.style == '-', s) {
		t.dated(h, f)
	}
}

// unnamed looks at a line without a sender: the app's own, in which language?
func (v *surveyor) unnamed(t *tally, h *header, body []byte) {
	if len(body) > 1000 {
		return
	}
	if s := splitTight(body); h.shape.style == '[' && s.named {
		t.tight++
		v.count(t, t.tights, h, s)
	}
	line := plain(string(body))
	if in, ok := words.notice.find(line); ok {
		v.speak(in, 3)
	} else if in, ok := words.change.find(line); ok {
		v.speak(in, 1)
	}
}

// join adds the names of a further shape that headers have.
func (t *tally) join(o *tally) {
	for name, n := range o.senders {
		m := t.senders[name]
		if m == nil {
			t.senders[name] = n
			continue
		}
		m.lines, m.plain, m.told = m.lines+n.lines, m.plain+n.plain, m.told+n.told
		m.personal, m.notices = m.personal+n.personal, m.notices+n.notices
		m.second = "" // too little is known to say more of the name
	}
}

// weigh counts for a name whether its texts are the app's or a person's, and
// gives the files that they name.
func (v *surveyor) weigh(n *sender, android bool, s split) (files []string) {
	text := string(s.text)
	r := classify(text, android, v.e.has)
	v.speak(r.in, 2)
	if r.kind != KindText {
		if len(s.text) > 0 {
			n.personal++
		} else {
			n.plain++
		}
		return r.files
	}
	if android || len(text) > 600 {
		n.plain++
		return nil
	}
	line := plain(text)
	if in, ok := words.notice.find(line); ok {
		n.notices++
		v.speak(in, 3)
		return nil
	}
	if in, ok := words.change.find(line); ok && s.marked {
		v.speak(in, 1)
		return nil
	} else if ok {
		if !v.actor(line, s.name) {
			n.told++
		}
		return nil
	}
	if !s.marked {
		n.plain++
	}
	return nil
}

// actor tells a text that tells of its own sender, as nobody writes.
func (v *surveyor) actor(line, name string) bool {
	return strings.HasPrefix(line, plain(name)+" ")
}

func (v *surveyor) speak(in tongues, weight int) {
	for in != 0 {
		i := bits.TrailingZeros64(uint64(in))
		v.tongues[i] += weight
		in &^= 1 << i
	}
}

// conclude decides, from all that was counted, how the file is to be read.
func (v *surveyor) conclude() (*survey, error) {
	s := &survey{also: map[shape]bool{}, folded: map[string]bool{}}
	var top *tally
	for sh, t := range v.tallies {
		if top == nil || t.lines > top.lines || t.lines == top.lines && t.first < top.first {
			s.shape, top = sh, t
		}
	}
	if top == nil {
		return nil, errNotAnExport
	}
	if top.foreign*2 > top.lines {
		return nil, errCalendar
	}
	for sh, t := range v.tallies {
		if sh == s.shape {
			continue
		}
		alike := sh.style == s.shape.style && sh.clock == s.shape.clock && sh.seconds == s.shape.seconds
		if alike && t.lines >= 3 && t.lines*2 >= top.lines {
			s.also[sh] = true
			top.join(t)
			continue
		}
		s.foreign += t.lines
	}
	s.android = s.shape.style == '-'
	s.marks = top.marks > 0
	s.tight = top.tight > 0 && top.tight > 4*top.loose
	s.senders, s.crowded = top.senders, top.crowded
	if s.tight {
		s.senders = top.tights
	}
	s.longs = top.longs
	if !s.tight {
		s.lengthen()
	}
	s.weighTold()
	for name, n := range s.senders {
		n.system = n.isLine(name)
		if !n.system && !n.channel() {
			s.folded[plain(name)] = true
		}
	}
	s.language = v.language()
	s.order, s.reason = top.decide(s.shape, s.language)
	s.sure = top.sure(s.reason)
	if !v.spoken() && !s.hasPeople() {
		return nil, errNotAnExport
	}
	return s, nil
}

// weighTold decides on texts like the app's own that carry no mark. Where the
// app marks its texts, or only two talk, a person wrote them; else the name that
// has nothing but them and the notice of encryption is the group's.
func (s *survey) weighTold() {
	people := 0
	for _, n := range s.senders {
		if n.plain+n.personal > 0 {
			people++
		}
	}
	if s.marks || people < 2 {
		for _, n := range s.senders {
			n.plain += n.told
		}
	}
}

// hasPeople tells whether anybody at all stands before a colon.
func (s *survey) hasPeople() bool {
	for _, n := range s.senders {
		if !n.system {
			return true
		}
	}
	return false
}

func (v *surveyor) spoken() bool {
	for _, n := range v.tongues {
		if n > 0 {
			return true
		}
	}
	return false
}

// language is the one whose markers occur most, or "und" where none did.
func (v *surveyor) language() string {
	best := -1
	for i, n := range v.tongues {
		if n > 0 && (best < 0 || n > v.tongues[best]) {
			best = i
		}
	}
	if best < 0 {
		return "und"
	}
	return languages[best].code
}

// lengthen gives names that a colon cut short their second part back.
func (s *survey) lengthen() {
	longer := map[string]string{}
	for name, n := range s.senders {
		if n.lengthened() {
			longer[name] = name + ": " + n.second
		}
	}
	for name, long := range longer {
		s.longs.add(name, long)
		s.senders[long] = s.senders[name]
		delete(s.senders, name)
	}
}
