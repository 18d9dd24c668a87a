package problem

import (
	"errors"
	"fmt"
)

// Kind says what sort of refusal it is; the HTTP edge turns it into a status,
// once, and nothing else in the house knows statuses.
type Kind uint8

// The kinds, with the HTTP status each becomes.
const (
	Invalid      Kind = iota // 422: the input cannot be accepted as it is
	NotFound                 // 404: no such thing, or not for you; the two look alike
	Forbidden                // 403: you may see it but not do this
	Unauthorized             // 401: say who you are
	Conflict                 // 409: it was, but something changed meanwhile
	Gone                     // 410: it was there and is used up or expired
	Malformed                // 400: not even of the form that is taken
	TooLarge                 // 413: more bytes than allowed
	TooMany                  // 429: slower, please
	Unavailable              // 503: the house cannot do it now; try again
)

// Problem is a refusal that a person can understand and a program can
// recognise. Its sentence never contains what the person wrote.
type Problem struct {
	Kind   Kind
	Code   string // stable, "room.what", e.g. "message.too_long"
	Detail string // one sentence in English, with the way out
}

// New makes a Problem.
func New(kind Kind, code, detail string) *Problem {
	return &Problem{Kind: kind, Code: code, Detail: detail}
}

// Newf is New with a formatted sentence. Arguments are limits and counts,
// never a person's words.
func Newf(kind Kind, code, format string, args ...any) *Problem {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// Error gives the code and the sentence.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Is makes two problems with one code equal for errors.Is.
func (p *Problem) Is(target error) bool {
	t, ok := target.(*Problem)
	return ok && t.Code == p.Code
}

// Of finds the Problem in a chain of errors, or nil if there is none: then the
// fault is ours, not the caller's.
func Of(err error) *Problem {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	return nil
}
