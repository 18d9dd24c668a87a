package whatsapp

import (
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"time"
)

// Messages reads the file in this date order, or in the one that the survey
// found if it is empty. It yields people's messages and the app's own lines in
// the order of the file; an error is the last thing that it yields.
func (e *Export) Messages(ctx context.Context, order DateOrder) iter.Seq2[Message, error] {
	return func(yield func(Message, error) bool) {
		if err := e.walk(ctx, order, &counters{}, func(m Message) bool { return yield(m, nil) }); err != nil {
			yield(Message{}, err)
		}
	}
}

// counters is what a reading notices by the way.
type counters struct {
	broken   int // lines with bytes that are no text
	preamble int // lines before the first header
	merged   int // lines that looked like headers and were out of their time
}

// draft is a message whose lines are still being gathered.
type draft struct {
	h      header
	head   string
	at     time.Time
	s      split
	n      *sender
	line   int64
	offset int64
	lines  int64
	raw    strings.Builder // the text with all its marks
	first  string          // the whole first line, while it is in doubt
	rest   int             // where in raw the lines after it begin
}

// assembler puts lines together into messages. One draft may be in doubt: its
// time will show, once the next one is known, whether it was only pasted text.
type assembler struct {
	e     *Export
	s     *survey
	order DateOrder
	c     *counters
	cur   *draft
	doubt *draft
	yield func(Message) bool
}

func (e *Export) walk(ctx context.Context, order DateOrder, c *counters, yield func(Message) bool) error {
	s, err := e.look(ctx)
	if err != nil {
		return err
	}
	if order == "" {
		order = s.order
	}
	r, err := e.openText()
	if err != nil {
		return err
	}
	defer r.Close()
	a := assembler{e: e, s: s, order: order, c: c, yield: yield}
	return a.run(ctx, newLineReader(r))
}

func (a *assembler) run(ctx context.Context, lines *lineReader) error {
	for {
		l, err := lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if l.number%256 == 1 && ctx.Err() != nil {
			return ctx.Err()
		}
		if l.broken {
			a.c.broken++
		}
		d, ok := a.begin(l)
		if ok {
			if !a.settle(d, l.text) {
				return nil
			}
			continue
		}
		if err := a.goOn(l); err != nil {
			return err
		}
	}
	if a.cur == nil {
		return errDateOrder // the survey saw headers, so it is the order that fits none
	}
	if a.settleDoubt(nil) {
		a.emit(a.cur)
	}
	return nil
}

// begin tells whether a line begins a message.
func (a *assembler) begin(l line) (*draft, bool) {
	h, ok := parseHeader(l.text)
	if !ok || h.shape != a.s.shape && !a.s.also[h.shape] {
		return nil, false
	}
	at, ok := h.local(a.order)
	if !ok {
		return nil, false
	}
	d := &draft{h: h, at: at, line: l.number, offset: l.offset, lines: 1}
	d.head = strings.TrimRight(string(l.text[:h.end]), " ")
	body := l.text[h.end:]
	d.s = a.divide(body)
	d.raw.Write(d.s.text)
	d.s.text = nil // it is only valid until the next line
	if d.s.named {
		d.n = a.s.senders[d.s.name]
	}
	return d, true
}

// divide finds the sender, knowing by now who the senders are.
func (a *assembler) divide(body []byte) split {
	if a.s.tight {
		return splitTight(body)
	}
	s := splitBody(body)
	if long, ok := a.s.longs.split(s.name, body); ok {
		s = long
	}
	if !s.named {
		if t := splitTight(body); t.named {
			if n := a.s.senders[t.name]; n != nil && !n.system && n.lines > 1 {
				return t
			}
		}
		return s
	}
	if n := a.s.senders[s.name]; n != nil && n.system {
		return split{text: body}
	}
	return s
}

// doubtful tells a line that the app would hardly have written: nobody else's
// name, or no sender and words that are none of its own.
func (a *assembler) doubtful(d *draft) bool {
	if a.cur == nil {
		return false
	}
	if d.s.named {
		return d.n != nil && d.n.lines == 1
	}
	line := plain(d.raw.String())
	if _, ok := words.notice.find(line); ok {
		return false
	}
	_, ok := words.change.find(line)
	return !ok
}

// settle takes the next header, and with it decides on the one in doubt.
func (a *assembler) settle(d *draft, l []byte) bool {
	if !a.settleDoubt(d) {
		return false
	}
	if a.doubtful(d) {
		d.first, d.rest = string(l), d.raw.Len()
		a.doubt = d
		return true
	}
	if a.cur != nil && !a.emit(a.cur) {
		return false
	}
	a.cur = d
	return true
}

// outOfTime is how far a pasted line's time must lie from its neighbours'.
const outOfTime = 24 * time.Hour

func (a *assembler) settleDoubt(next *draft) bool {
	d := a.doubt
	if d == nil {
		return true
	}
	a.doubt = nil
	early := d.at.Before(a.cur.at.Add(-outOfTime))
	late := next != nil && d.at.After(next.at.Add(outOfTime)) && !a.cur.at.After(next.at.Add(outOfTime))
	if early && (next == nil || !next.at.Before(a.cur.at.Add(-outOfTime))) || late {
		a.c.merged++
		a.cur.raw.WriteByte('\n')
		a.cur.raw.WriteString(d.first)
		a.cur.raw.WriteString(d.raw.String()[d.rest:])
		a.cur.lines += d.lines
		return true
	}
	if !a.emit(a.cur) {
		return false
	}
	a.cur = d
	return true
}

// goOn adds a line without a header to the message before it.
func (a *assembler) goOn(l line) error {
	d := a.cur
	if a.doubt != nil {
		d = a.doubt
	}
	if d == nil {
		if strings.TrimSpace(clean(string(l.text))) != "" {
			a.c.preamble++
		}
		return nil
	}
	if d.raw.Len()+len(l.text) > maxMessage {
		return errMessageTooLong
	}
	d.raw.WriteByte('\n')
	d.raw.Write(l.text)
	d.lines++
	return nil
}

// emit makes a message of a draft.
func (a *assembler) emit(d *draft) bool {
	m := Message{Line: d.line, Offset: d.offset, Lines: d.lines, Header: d.head, Time: d.at, Seconds: d.h.shape.seconds}
	raw := d.raw.String()
	if !d.s.named || a.appsOwn(d, raw) {
		m.Kind = KindSystem
		m.Text = strings.TrimRight(clean(raw), "\r\n")
		return a.yield(m)
	}
	r := classify(raw, a.s.android, a.e.has)
	m.Sender, m.Kind, m.Edited, m.Files = d.s.name, r.kind, r.edited, r.files
	m.Text = strings.Trim(r.text, "\r\n")
	return a.yield(m)
}

// appsOwn tells one of the app's own lines, which an iPhone puts under the name
// of the group, of the other party or of whoever acted.
func (a *assembler) appsOwn(d *draft, raw string) bool {
	if a.s.android {
		return false
	}
	first, _, _ := strings.Cut(raw, "\n")
	if len(first) > 1000 {
		return false
	}
	if d.n != nil && d.n.channel() {
		return true
	}
	line := plain(first)
	if _, ok := words.notice.find(line); ok && (d.s.marked || !a.s.marks || d.line <= 3) {
		return true
	}
	acted := strings.HasPrefix(line, plain(d.s.name)+" ")
	own := d.s.marked && acted // told of its sender, in words that we do not know
	if _, ok := words.change.find(line); ok {
		own = d.s.marked || !a.s.marks && (acted || a.knows(line))
	}
	return own && classify(raw, false, a.e.has).kind == KindText
}

// knows tells a text that begins with the name of somebody who writes here.
func (a *assembler) knows(line string) bool {
	for i, r := range line {
		if r != ' ' {
			continue
		}
		if _, ok := a.s.folded[line[:i]]; ok {
			return true
		}
		if i > maxSender {
			break
		}
	}
	return false
}
