package trace

import (
	"context"
	"crypto/rand"
	"sync/atomic"
	"time"

	"verbale/internal/problem"
)

// Kind is a span's place in the whole.
type Kind int

// The kinds, by OpenTelemetry's numbers.
const (
	Inside Kind = 1 // work of this process
	Server Kind = 2 // the answer to somebody's request
	Client Kind = 3 // a request to somebody else
)

// Span is one piece of work. A nil one is that of a trace nobody takes; all
// methods work on it.
type Span struct {
	Trace      [16]byte
	ID, Parent [8]byte // Parent is zero for the first of a trace
	Kind       Kind
	Name       string
	Began      time.Time
	Ended      time.Time
	Numbers    []Number
	Refused    string // the code of what went wrong, or ""
	Failed     bool   // it was a fault of ours, or of something we stand on

	silent bool // whoever began the trace does not want it recorded
}

// Number is one figure about a span.
type Number struct {
	Name  string
	Value int64
}

// Sink takes spans that have ended, and keeps nobody waiting.
type Sink func(*Span)

var sink atomic.Pointer[Sink]

// To has ended spans taken from now on; nil turns tracing off.
func To(s Sink) {
	if s == nil {
		sink.Store(nil)
		return
	}
	sink.Store(&s)
}

// On says whether anybody takes spans.
func On() bool { return sink.Load() != nil }

type key struct{}

// From is the span that a context is in, or nil.
func From(ctx context.Context) *Span {
	if !On() {
		return nil
	}
	s, _ := ctx.Value(key{}).(*Span)
	return s
}

// Start begins a span inside of the one that ctx is in. The name is a constant.
func Start(ctx context.Context, kind Kind, name string) (context.Context, *Span) {
	if !On() {
		return ctx, nil
	}
	s := &Span{Kind: kind, Name: name, Began: time.Now()}
	rand.Read(s.ID[:])
	if in := From(ctx); in != nil {
		s.Trace, s.Parent, s.silent = in.Trace, in.ID, in.silent
	} else {
		rand.Read(s.Trace[:])
	}
	return context.WithValue(ctx, key{}, s), s
}

// Named gives the span a better name, once it is known.
func (s *Span) Named(name string) {
	if s != nil {
		s.Name = name
	}
}

// Count adds a figure.
func (s *Span) Count(name string, value int64) {
	if s != nil {
		s.Numbers = append(s.Numbers, Number{name, value})
	}
}

// Refuse says that the work was refused, with a code.
func (s *Span) Refuse(code string) {
	if s != nil {
		s.Refused = code
	}
}

// Fail says that the work went wrong, and that it was not the asker's fault.
func (s *Span) Fail() {
	if s != nil {
		s.Failed = true
	}
}

// End ends the span. Of an error it keeps the code alone: its text may quote
// what it is about.
func (s *Span) End(err error) {
	if s == nil {
		return
	}
	if p := problem.Of(err); p != nil {
		s.Refused = p.Code
	} else if err != nil {
		s.Failed = true
	}
	s.Ended = time.Now()
	if take := sink.Load(); take != nil && !s.silent {
		(*take)(s)
	}
}
