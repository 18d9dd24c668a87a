package whatsapp

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"
)

// Analysis is what an export holds, without any of its texts.
type Analysis struct {
	File            string    `json:"file"`
	Platform        string    `json:"platform"` // "android" or "ios"
	Language        string    `json:"language"` // of the app, "und" if no marker tells it
	DateOrder       DateOrder `json:"date_order"`
	DateOrderReason string    `json:"date_order_reason"`
	Messages        int       `json:"messages"` // what people sent
	System          int       `json:"system"`   // the app's own lines
	Deleted         int       `json:"deleted"`
	Edited          int       `json:"edited"`
	People          []Person  `json:"people"`
	Media           Media     `json:"media"`
	First           string    `json:"first"` // local time of the first message
	Last            string    `json:"last"`
	Warnings        []Warning `json:"warnings"`
	Title           string    `json:"-"` // the chat's name, where the file's name tells it
}

// Person is somebody who wrote, by the name that the exporter's phone had.
type Person struct {
	Name     string `json:"name"`
	Messages int    `json:"messages"`
}

// Media counts attachments.
type Media struct {
	Present int `json:"present"` // named in the text, and in the zip
	Missing int `json:"missing"` // named and not there, or left out
}

// Warning is something that a person should know before importing. Its code is
// stable.
type Warning struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Analyze reads the whole file and writes nothing.
func (e *Export) Analyze(ctx context.Context) (Analysis, error) {
	return e.AnalyzeAs(ctx, "")
}

// AnalyzeAs is Analyze with a date order that a person gave.
func (e *Export) AnalyzeAs(ctx context.Context, order DateOrder) (Analysis, error) {
	s, err := e.look(ctx)
	if err != nil {
		return Analysis{}, err
	}
	a := analyst{people: map[string]int{}, e: e, s: s}
	a.out = Analysis{
		File: e.name, Platform: "ios", Language: s.language, Title: e.Title(),
		DateOrder: s.order, DateOrderReason: s.reason, Warnings: []Warning{}, People: []Person{},
	}
	if s.android {
		a.out.Platform = "android"
	}
	if order != "" && order != s.order {
		a.out.DateOrder, a.out.DateOrderReason = order, reasonGiven
	}
	var c counters
	if err := e.walk(ctx, a.out.DateOrder, &c, a.add); err != nil {
		return Analysis{}, err
	}
	a.finish(&c)
	return a.out, nil
}

type analyst struct {
	e       *Export
	s       *survey
	out     Analysis
	people  map[string]int
	unnamed int // messages of people beyond maxSenders
	prev    time.Time
	back    int
	gaps    []gap
	named   int // attachments with a name
}

type gap struct{ from, to time.Time }

func (a *analyst) add(m Message) bool {
	if m.Kind == KindSystem {
		a.out.System++
		return true
	}
	a.out.Messages++
	switch m.Kind {
	case KindDeleted:
		a.out.Deleted++
	case KindOmitted:
		a.out.Media.Missing++
	case KindOnce:
		if m.Text != "" { // an empty one leaves no marker
			a.out.Media.Missing++
		}
	}
	if m.Edited {
		a.out.Edited++
	}
	for _, f := range m.Files {
		a.named++
		if a.e.has(f) {
			a.out.Media.Present++
		} else {
			a.out.Media.Missing++
		}
	}
	if _, ok := a.people[m.Sender]; ok || len(a.people) < maxSenders {
		a.people[m.Sender]++
	} else {
		a.unnamed++
	}
	a.time(m.Time)
	return true
}

const (
	longSilence = 60 * 24 * time.Hour
	maxGaps     = 5
	clockChange = 2 * time.Hour // clocks go back an hour in autumn
)

func (a *analyst) time(t time.Time) {
	a.out.Last = t.Format(localLayout)
	if a.out.First == "" {
		a.out.First = a.out.Last
		a.prev = t
		return
	}
	switch d := t.Sub(a.prev); {
	case d < -clockChange:
		a.back++
	case d > longSilence:
		a.gaps = append(a.gaps, gap{a.prev, t})
		slices.SortFunc(a.gaps, func(x, y gap) int { return cmp.Compare(y.to.Sub(y.from), x.to.Sub(x.from)) })
		a.gaps = a.gaps[:min(len(a.gaps), maxGaps)]
	}
	a.prev = t
}

func (a *analyst) finish(c *counters) {
	for name, n := range a.people {
		a.out.People = append(a.out.People, Person{name, n})
	}
	slices.SortFunc(a.out.People, func(x, y Person) int {
		return cmp.Or(cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.Name, y.Name))
	})
	a.warn(c)
}

func (a *analyst) say(when bool, code, format string, args ...any) {
	if when {
		a.out.Warnings = append(a.out.Warnings, Warning{code, fmt.Sprintf(format, args...)})
	}
}

func (a *analyst) warn(c *counters) {
	o := &a.out
	a.say(o.DateOrderReason == reasonAssumed && !a.s.sure, "date_order_assumed",
		"No date in this file tells whether the day or the month comes first; %s was assumed. Please check the dates.", o.DateOrder)
	total := o.Messages + o.System
	withMedia := o.Media.Present > 0
	a.say(withMedia && near(total, 10_000) || !withMedia && near(total, 40_000), "truncated_likely",
		"The app exports about 10,000 messages with media and 40,000 without; older ones are probably missing from this file.")
	a.say(o.Media.Missing > 0, "media_missing", "%d attachments are not in this file.", o.Media.Missing)
	slices.SortFunc(a.gaps, func(x, y gap) int { return x.from.Compare(y.from) })
	for _, g := range a.gaps {
		a.say(true, "gap", "Nothing was written for %d days, from %s to %s.", int(g.to.Sub(g.from).Hours()/24), g.from.Format(time.DateOnly), g.to.Format(time.DateOnly))
	}
	a.say(a.back > 0, "time_goes_back", "%d times a message is older than the one before it by more than two hours.", a.back)
	a.say(c.broken > 0, "line_unreadable", "%d lines hold bytes that are no text; they were replaced by a sign.", c.broken)
	a.say(c.preamble > 0, "preamble", "%d lines stand before the first message and belong to none.", c.preamble)
	a.say(a.s.foreign+c.merged > 0, "header_in_text", "%d lines look like the beginning of a message and were taken as text that somebody pasted.", a.s.foreign+c.merged)
	a.say(a.s.crowded || a.unnamed > 0, "people_many", "More than %d names write in this file; only the first ones are listed.", maxSenders)
	if z := a.e.zip; z != nil {
		a.say(z.skipped > 0, "zip_entry_skipped", "%d entries of the zip have names or kinds that no export has; they were left out.", z.skipped)
		a.say(z.doubles > 0, "zip_duplicate", "%d entries of the zip have the name of another; the first of each was taken.", z.doubles)
		a.say(z.locked > 0, "zip_entry_locked", "%d entries of the zip are locked with a password; they were left out.", z.locked)
	}
}

func near(n, limit int) bool { return n >= limit-limit/100 && n <= limit+limit/100 }
