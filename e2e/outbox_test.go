package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"verbale/e2e/history"
)

// letter is a message in the outbox.
type letter struct {
	key          string
	conversation int64
	text         string
}

// posting is an answer by the socket.
type posting struct {
	posted
	code string
}

// write puts a message into the outbox.
func (r *replica) write(conversation int64, text string) {
	r.mu.Lock()
	r.outbox = append(r.outbox, &letter{key: newKey(), conversation: conversation, text: text})
	r.mu.Unlock()
	select {
	case r.posted <- struct{}{}:
	default:
	}
}

// waiting is how many letters are in the outbox.
func (r *replica) waiting() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.outbox)
}

// post empties the outbox, one letter after the other: a later one must not
// overtake one that was lost.
func (r *replica) post(ctx context.Context) {
	for ctx.Err() == nil {
		r.mu.Lock()
		var first *letter
		if len(r.outbox) > 0 {
			first = r.outbox[0]
		}
		r.mu.Unlock()
		if first == nil {
			select {
			case <-ctx.Done():
			case <-r.posted:
			}
			continue
		}
		r.record(history.Record{Op: history.Send, Conversation: first.conversation, Key: first.key, Text: history.Hash(first.text)})
		answer, ok := r.deliver(ctx, first)
		if !ok {
			r.record(history.Record{Op: history.Unknown, Key: first.key})
			r.pause(ctx)
			continue
		}
		r.record(history.Record{Op: history.Acked, Key: first.key, ID: answer.ID, N: answer.N})
		r.mu.Lock()
		r.outbox = r.outbox[1:]
		r.mu.Unlock()
	}
}

// deliver sends a letter once, by the socket or by a call.
func (r *replica) deliver(ctx context.Context, l *letter) (posted, bool) {
	r.mu.Lock()
	s, byCall := r.socket, r.rnd.IntN(4) == 0
	r.mu.Unlock()
	if s != nil && !byCall {
		return r.deliverBySocket(ctx, s, l)
	}
	ctx, cancel := context.WithTimeout(ctx, 4*r.wait)
	defer cancel()
	a, err := r.who.try(ctx, "POST", fmt.Sprintf("/conversations/%d/messages", l.conversation), object{"key": l.key, "text": l.text})
	if err != nil {
		return posted{}, r.tryAgain()
	}
	var p posted
	if a.status == 200 && json.Unmarshal(a.body, &p) == nil && p.ID > 0 {
		return p, true
	}
	if a.status < 500 && a.status != 429 {
		r.mu.Lock()
		r.fault("a post was refused: %v", a)
		r.mu.Unlock()
	}
	return posted{}, r.tryAgain()
}

func (r *replica) deliverBySocket(ctx context.Context, s *socket, l *letter) (posted, bool) {
	answered := make(chan posting, 1)
	r.mu.Lock()
	r.next++
	ref := r.next
	r.refs[fmt.Sprint(ref)] = answered
	r.mu.Unlock()
	encoded, _ := json.Marshal(object{"type": "post", "ref": ref, "key": l.key, "conversation": l.conversation, "text": l.text})
	if s.conn.WriteMessage(1, encoded) == nil {
		select {
		case p := <-answered:
			if p.code == "" {
				return p.posted, true
			}
			if p.code != "store.closing" && p.code != "internal" {
				r.mu.Lock()
				r.fault("a post was refused by the socket: %s", p.code)
				r.mu.Unlock()
			}
		case <-time.After(4 * r.wait):
		case <-ctx.Done():
		}
	}
	r.mu.Lock()
	delete(r.refs, fmt.Sprint(ref))
	r.mu.Unlock()
	return posted{}, r.tryAgain()
}

func (r *replica) tryAgain() bool {
	r.mu.Lock()
	r.stats.again++
	r.mu.Unlock()
	return false
}
