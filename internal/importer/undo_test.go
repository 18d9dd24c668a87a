package importer_test

import (
	"context"
	"errors"
	"testing"

	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/org"
	"verbale/internal/store"
)

func (h *house) undo(id int64) {
	h.t.Helper()
	if _, err := h.importer().Undo(context.Background(), h.anna, id); err != nil {
		h.t.Fatal(err)
	}
	if err := h.importer().Continue(context.Background(), id); err != nil {
		h.t.Fatal(err)
	}
	if got := h.get(id); got.State != importer.Undone {
		h.t.Fatalf("after the undo: %+v", got)
	}
}

// listed tells in whose list a conversation is.
func (h *house) listed(conversation int64) (who []string) {
	h.t.Helper()
	for name, person := range map[string]org.Actor{"Anna": h.anna, "Bruno": h.bruno} {
		h.write(func(tx *store.Tx) error {
			all, err := chat.List(tx, person.Person)
			for _, c := range all {
				if c.ID == conversation {
					who = append(who, name)
				}
			}
			return err
		})
	}
	return who
}

func (h *house) audited() {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		faults, err := chat.Audit(tx)
		if len(faults) > 0 {
			h.t.Errorf("%q", faults)
		}
		return err
	})
}

func TestAnUndoneImportLeavesNobodyAnEmptyConversation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	how := h.mapping()
	m := h.run(h.analyse("chat.txt", export(600, false)).ID, how)
	if who := h.listed(m.Conversation); len(who) != 2 {
		t.Fatalf("before, it is in the lists of %q", who)
	}
	before := h.entries()
	h.undo(m.ID)
	if who := h.listed(m.Conversation); len(who) > 0 {
		t.Errorf("the emptied conversation is still in the lists of %q", who)
	}
	for name, person := range map[string]org.Actor{"Anna": h.anna, "Bruno": h.bruno} {
		told := false
		h.write(func(tx *store.Tx) error {
			for after, more := before, true; more; {
				s, err := chat.Sync(tx, person.Person, after, chat.MaxPage)
				if err != nil {
					return err
				}
				for _, ev := range s.Events {
					told = told || ev.Kind == chat.KindMemberRemoved && ev.Conversation == m.Conversation && ev.Subject == person.Person
				}
				after, more = s.Seq, s.More
			}
			return nil
		})
		if !told {
			t.Errorf("%s's clients are not told that it is gone", name)
		}
	}
	h.audited()
	if again := h.run(h.analyse("chat.txt", export(600, false)).ID, how); again.State != importer.Done || again.Conversation == m.Conversation {
		t.Errorf("brought in again: %+v", again)
	}
}

func TestAnUndoneImportKeepsAConversationThatIsMoreThanIts(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]func(h *house, conversation int64){
		"a message": func(h *house, c int64) { h.say(c) },
		"a message that was deleted": func(h *house, c int64) {
			id := h.say(c)
			h.write(func(tx *store.Tx) error { return chat.Delete(tx, h.bruno, id) })
		},
		"another import": func(h *house, c int64) {
			how := h.mapping()
			how.Conversation = c
			h.run(h.analyse("other.txt", export(20, false)).ID, how)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			m := h.run(h.analyse("chat.txt", export(30, false)).ID, h.mapping())
			more(h, m.Conversation)
			h.undo(m.ID)
			if who := h.listed(m.Conversation); len(who) != 2 {
				t.Errorf("it is left in the lists of %q only", who)
			}
			h.audited()
		})
	}
	t.Run("made by somebody", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		how := h.mapping()
		h.write(func(tx *store.Tx) (err error) {
			how.Conversation, err = chat.Create(tx, h.anna, "group", "Team", []int64{h.bruno.Person})
			return err
		})
		h.undo(h.run(h.analyse("chat.txt", export(30, false)).ID, how).ID)
		if who := h.listed(how.Conversation); len(who) != 2 {
			t.Errorf("it is left in the lists of %q only", who)
		}
	})
}

func (h *house) say(conversation int64) int64 {
	h.t.Helper()
	var id int64
	h.write(func(tx *store.Tx) error {
		posted, err := chat.Post(tx, h.bruno, chat.Draft{Key: "0190f5a0-0000-7000-8000-000000000001", Conversation: conversation, Text: "here"})
		id = posted.ID
		return err
	})
	return id
}

// A run into somebody's conversation that failed is tried again in one of its
// own: the first is not taken for one that the import made.
func TestANewTryDoesNotTakeTheConversationOfTheFailedOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	how := h.mapping()
	h.write(func(tx *store.Tx) (err error) {
		how.Conversation, err = chat.Create(tx, h.bruno, "group", "Team", []int64{h.anna.Person})
		return err
	})
	m := h.start(h.analyse("chat.txt", export(30, false)).ID, how)
	h.write(func(tx *store.Tx) error { return chat.RemoveMember(tx, h.bruno, how.Conversation, h.anna.Person) })
	if err := h.importer().Continue(context.Background(), m.ID); !errors.Is(err, chat.ErrNoConversation) {
		t.Fatalf("a run of somebody who was removed: %v", err)
	}
	again := h.run(m.ID, h.mapping())
	if again.State != importer.Done || again.Conversation == how.Conversation {
		t.Errorf("the new try: %+v", again)
	}
}
