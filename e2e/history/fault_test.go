package history_test

import (
	"math/rand/v2"
	"slices"

	"verbale/e2e/history"
)

// A fault spoils a valid history in one way. It gives the rule that has to
// notice, or "" where the history has nothing that could be spoilt so.
type fault func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule)

var faults = map[string]fault{
	"an acknowledged message is lost": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		ack := pick(h, rnd, history.Acked)
		if ack == nil {
			return h, ""
		}
		return without(h, ack.ID, func(*history.Record) bool { return true }), history.Lost
	},
	"one member misses a message": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 1)
		if final == nil {
			return h, ""
		}
		i := rnd.IntN(len(final.Messages))
		final.Messages = slices.Delete(final.Messages, i, i+1)
		return h, history.Missed
	},
	"a message is there twice": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 1)
		if final == nil {
			return h, ""
		}
		twin := final.Messages[rnd.IntN(len(final.Messages))]
		twin.ID, twin.N = 1_000_000, int64(len(final.Messages)+1)
		eachFinal(h, final.Conversation, func(r *history.Record) { r.Messages = append(r.Messages, twin) })
		return h, history.Doubled
	},
	"two messages are swapped": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 2)
		if final == nil {
			return h, ""
		}
		i := rnd.IntN(len(final.Messages) - 1)
		eachFinal(h, final.Conversation, func(r *history.Record) {
			a, b := &r.Messages[i], &r.Messages[i+1]
			*a, *b = *b, *a
			a.N, b.N = b.N, a.N
		})
		return h, history.Order
	},
	"a message that was refused is there": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		refused := pick(h, rnd, history.Refused)
		if refused == nil {
			return h, ""
		}
		sends := 0
		var send history.Record
		for _, r := range h {
			if r.Key == refused.Key && r.Op == history.Send {
				send = r
				sends++
			}
		}
		if sends > 1 {
			return h, "" // it was sent before, and may have been stored
		}
		return stored(h, send), history.Ghost
	},
	"a message that nobody sent is there": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 0)
		return stored(h, history.Record{Person: 100, Conversation: final.Conversation, Text: history.Hash("a ghost")}), history.Ghost
	},
	"a message that nobody sent is shown": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		seen := first(h, history.Seen)
		if seen == nil {
			return h, ""
		}
		seen.Messages = []history.Message{{ID: 1_000_000, N: 1, Author: 100, Text: history.Hash("a ghost")}}
		return h, history.Ghost
	},
	"a message is re-numbered": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 1)
		if final == nil {
			return h, ""
		}
		last := len(final.Messages) - 1
		eachFinal(h, final.Conversation, func(r *history.Record) { r.Messages[last].N += 1 })
		return h, history.Gap
	},
	"a gap": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 2)
		if final == nil {
			return h, ""
		}
		gone := final.Messages[rnd.IntN(len(final.Messages)-1)].ID
		return without(h, gone, func(r *history.Record) bool { return r.Op == history.Final }), history.Gap
	},
	"a text is changed": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 1)
		if final == nil {
			return h, ""
		}
		final.Messages[rnd.IntN(len(final.Messages))].Text = history.Hash("forged")
		return h, history.Differs
	},
	"the author is another": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		final := pickFinal(h, rnd, 1)
		if final == nil {
			return h, ""
		}
		i := rnd.IntN(len(final.Messages))
		eachFinal(h, final.Conversation, func(r *history.Record) { r.Messages[i].Author = 99 })
		return h, history.Ghost
	},
	"one is shown another text than the rest": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		seen := first(h, history.Seen)
		if seen == nil {
			return h, ""
		}
		seen.Messages[0].Text = history.Hash("forged")
		return h, history.Vanished
	},
	"a checkpoint of another tree": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		seen := pick(h, rnd, history.Checkpoint)
		if seen == nil || seen.Size == 0 {
			return h, ""
		}
		seen.Root[rnd.IntN(len(seen.Root))] ^= 1
		return h, history.Forked
	},
	"a checkpoint of more than there is": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		leaves := &h[len(h)-1]
		seen := pick(h, rnd, history.Checkpoint)
		if seen == nil || seen.Size < int64(len(leaves.Leaves)) || seen.Size == 0 {
			return h, ""
		}
		leaves.Leaves = leaves.Leaves[:seen.Size-1]
		return h, history.Forked
	},
	"acknowledged with a wrong n": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		ack := pick(h, rnd, history.Acked)
		if ack == nil {
			return h, ""
		}
		ack.N++
		return h, history.Misplaced
	},
	"acknowledged with a wrong id": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		ack := pick(h, rnd, history.Acked)
		if ack == nil {
			return h, ""
		}
		ack.ID++
		return h, history.Misplaced
	},
	"a repeat gets another answer": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		ack := pick(h, rnd, history.Acked)
		if ack == nil {
			return h, ""
		}
		again := *ack
		again.ID, again.N = again.ID+1, again.N+1
		return slices.Insert(h, len(h)-1, again), history.TwoAnswers
	},
	"a sender's messages stand in another order": reordered,
	"a connection shows an earlier message after a later one": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		for i := range h {
			if m := h[i].Messages; h[i].Op == history.Seen && len(m) > 1 && !slices.ContainsFunc(h[:i], func(r history.Record) bool {
				return r.Op == history.Seen && r.Session == h[i].Session && r.Conversation == h[i].Conversation
			}) {
				m[0], m[1] = m[1], m[0]
				return h, history.LiveOrder
			}
		}
		return h, ""
	},
	"a message is shown before it is sent": func(h []history.Record, rnd *rand.Rand) ([]history.Record, history.Rule) {
		seen := pick(h, rnd, history.Seen)
		if seen == nil {
			return h, ""
		}
		early := *seen
		early.Client, early.Session = "a seer", 0
		return slices.Insert(h, 0, early), history.TooSoon
	},
}

// reordered lets a message that was sent after another had been acknowledged
// stand before it, everywhere: only what its sender did and when tells.
func reordered(h []history.Record, _ *rand.Rand) ([]history.Record, history.Rule) {
	acks, first := map[int64]int{}, map[string]int{}
	for i, r := range h {
		switch r.Op {
		case history.Acked:
			if _, again := acks[r.ID]; !again {
				acks[r.ID] = i
			}
		case history.Send:
			if _, again := first[r.Text]; !again {
				first[r.Text] = i
			}
		}
	}
	for _, f := range h {
		if f.Op != history.Final {
			continue
		}
		for i := 1; i < len(f.Messages); i++ {
			a, b := f.Messages[i-1], f.Messages[i]
			if at, acked := acks[a.ID]; !acked || first[b.Text] < at {
				continue
			}
			swap := func(id, n *int64) {
				switch *id {
				case a.ID:
					*id, *n = b.ID, b.N
				case b.ID:
					*id, *n = a.ID, a.N
				}
			}
			for i := range h {
				if h[i].Op == history.Acked {
					swap(&h[i].ID, &h[i].N)
				}
				for at := range h[i].Messages {
					swap(&h[i].Messages[at].ID, &h[i].Messages[at].N)
				}
				if h[i].Op == history.Final {
					slices.SortFunc(h[i].Messages, func(a, b history.Message) int { return int(a.N - b.N) })
				}
			}
			return h, history.Order
		}
	}
	return h, ""
}

func clone(h []history.Record) []history.Record {
	h = slices.Clone(h)
	for i := range h {
		h[i].Messages, h[i].Root = slices.Clone(h[i].Messages), slices.Clone(h[i].Root)
	}
	return h
}

// pick gives one of the records of a sort, or nil.
func pick(h []history.Record, rnd *rand.Rand, op history.Op) *history.Record {
	var all []int
	for i := range h {
		if h[i].Op == op {
			all = append(all, i)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return &h[all[rnd.IntN(len(all))]]
}

// first gives the first record of a sort, or nil.
func first(h []history.Record, op history.Op) *history.Record {
	for i := range h {
		if h[i].Op == op {
			return &h[i]
		}
	}
	return nil
}

// pickFinal gives a reading of at least so many messages, or nil.
func pickFinal(h []history.Record, rnd *rand.Rand, least int) *history.Record {
	for range 20 {
		if final := pick(h, rnd, history.Final); len(final.Messages) >= least {
			return final
		}
	}
	return nil
}

func eachFinal(h []history.Record, conversation int64, f func(*history.Record)) {
	for i := range h {
		if h[i].Op == history.Final && h[i].Conversation == conversation {
			f(&h[i])
		}
	}
}

// without takes a message out of some records.
func without(h []history.Record, id int64, from func(*history.Record) bool) []history.Record {
	for i := range h {
		if from(&h[i]) {
			h[i].Messages = slices.DeleteFunc(h[i].Messages, func(m history.Message) bool { return m.ID == id })
		}
	}
	return h
}

// stored has every member read what somebody sent, at the end of its room.
func stored(h []history.Record, send history.Record) []history.Record {
	eachFinal(h, send.Conversation, func(r *history.Record) {
		r.Messages = append(r.Messages, history.Message{ID: 1_000_000, N: int64(len(r.Messages) + 1), Author: send.Person, Text: send.Text})
	})
	return h
}
