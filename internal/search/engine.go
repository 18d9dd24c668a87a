package search

import (
	"strings"

	"verbale/internal/store"
)

// index is how an engine's index is written and asked.
type index struct {
	put         string   // statement
	drop, clear []string // statements

	// Where new messages stand beside the index until many are put in
	// together: settle does that, given the follower's name, and putSettled is
	// for a message no later than the last of them.
	settle, putSettled string

	// walk gives the messages that have the terms asked for and none of the
	// others, newest first, with what to give the statement. The columns after
	// the first are empty where the asker may not see the message.
	walk func(ask, not string, below, least int64, most int, after, before, asker int64) (query string, args []any)

	and, or, between string // between two sets of terms of which a message has none

	// eager says that all rows of an answer are read before the first is
	// seen, so that it is better to ask for few.
	eager bool
}

func indexOf(on store.Dialect) *index {
	if on == store.Postgres {
		return &postgresIndex
	}
	return &sqliteIndex
}

// question writes which terms are wanted in the engine's words.
func (ix *index) question(e expr, t tokens) string {
	var b strings.Builder
	ix.write(&b, e, t)
	return b.String()
}

// without writes which terms are not wanted.
func (ix *index) without(not []expr, t tokens) string {
	var b strings.Builder
	for i, n := range not {
		if i > 0 {
			b.WriteString(ix.between)
		}
		ix.write(&b, n, t)
	}
	return b.String()
}

func (ix *index) write(b *strings.Builder, e expr, t tokens) {
	if e.op == oneTerm {
		b.WriteString(t.of(e.term))
		return
	}
	between := ix.and
	if e.op == anyone {
		between = ix.or
	}
	b.WriteByte('(')
	for i, one := range e.of {
		if i > 0 {
			b.WriteString(between)
		}
		ix.write(b, one, t)
	}
	b.WriteByte(')')
}
