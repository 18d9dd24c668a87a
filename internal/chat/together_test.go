package chat_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/google/uuid"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/store"
)

// sent is a message, and what its sender was answered.
type sent struct {
	by     org.Actor
	draft  chat.Draft
	posted chat.Posted
	err    error
}

// sendTogether holds the writer back until all messages wait, in their order.
func (h *house) sendTogether(all []sent) {
	h.t.Helper()
	inside, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		h.try(func(*store.Tx) error {
			close(inside)
			<-release
			return nil
		})
	})
	<-inside
	for i := range all {
		wg.Go(func() {
			all[i].posted, all[i].err = chat.Send(context.Background(), h.tenant, all[i].by, all[i].draft)
		})
		for h.tenant.Waiting() <= i {
			runtime.Gosched()
		}
	}
	close(release)
	wg.Wait()
}

func TestMessagesThatArePostedTogetherAreAnsweredAsIfEachWereAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 4)
	g, other := h.group(0, 1, 2), h.group(0, 1)
	before := h.post(0, other, "not for the third")
	key, size := uuid.NewString(), h.tenant.Head().Size
	to := func(who int, conversation int64, key string, reply int64) sent {
		return sent{by: h.people[who], draft: chat.Draft{Key: key, Conversation: conversation, Text: "text", ReplyTo: reply}}
	}
	all := []sent{
		to(0, g, key, 0),
		to(1, g, uuid.NewString(), 0),
		to(3, g, uuid.NewString(), 0),         // who is no member
		to(0, g, key, 0),                      // the first once more
		to(0, other, key, 0),                  // its key elsewhere
		to(1, other, uuid.NewString(), 0),     // another conversation counts by itself
		to(2, g, uuid.NewString(), before.ID), // an answer to what is elsewhere
		to(2, g, uuid.NewString(), 0),
		to(1, g, key, 0), // another's equal key is another message
		to(3, g, key, 0),
	}
	h.sendTogether(all)
	want := []struct {
		seq, n int64
		err    error
	}{
		{1, 1, nil}, {2, 2, nil}, {0, 0, chat.ErrNoConversation}, {1, 1, nil}, {0, 0, chat.ErrKeyReused},
		{3, 2, nil}, {0, 0, chat.ErrBadReply}, {4, 3, nil}, {5, 4, nil}, {0, 0, chat.ErrNoConversation},
	}
	for i, w := range want {
		got := all[i]
		if got.err != w.err || w.err == nil && (got.posted.ID != size+w.seq || got.posted.N != w.n || got.posted.Time == 0) {
			t.Errorf("message %d was answered %+v, %v", i, got.posted, got.err)
		}
	}
	if grown := h.tenant.Head().Size - size; grown != 5 {
		t.Errorf("%d entries were made", grown)
	}
	// What was posted together is what is posted already, the next time.
	repeat := []sent{all[8], all[0], all[4]}
	h.sendTogether(repeat)
	if repeat[0].posted != all[8].posted || repeat[1].posted != all[0].posted || repeat[2].err != chat.ErrKeyReused || h.tenant.Head().Size != size+5 {
		t.Errorf("the repeats were answered %+v", repeat)
	}
	h.read(func(tx *store.Tx) error {
		for conversation, last := range map[int64]int64{g: 4, other: 2} {
			c, err := chat.Get(tx, h.people[1].Person, conversation)
			if err != nil {
				return err
			}
			if c.LastN != last || c.Unread != 0 {
				t.Errorf("conversation %d is at %d, and who wrote last has %d unread", conversation, c.LastN, c.Unread)
			}
		}
		p, err := chat.ReadPage(tx, h.people[0].Person, g, 0, 0, 10)
		for i, m := range p.Messages {
			if m.N != int64(i)+1 {
				t.Errorf("message %d has n %d", i, m.N)
			}
		}
		if len(p.Messages) != 4 {
			t.Errorf("%d messages are there", len(p.Messages))
		}
		return err
	})
}
