package chat_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// house is a company with people and one writer at hand.
type house struct {
	t      testing.TB
	dir    string
	tenant *store.Tenant
	people []org.Actor
}

func newHouse(t testing.TB, people int) *house {
	t.Helper()
	dir := t.TempDir()
	s, err := storetest.Open(t, dir, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tenant, err := s.CreateTenant(context.Background(), "acme", "")
	if err != nil {
		t.Fatal(err)
	}
	h := &house{t: t, dir: dir, tenant: tenant}
	h.write(func(tx *store.Tx) error {
		owner, err := org.Create(tx, "Acme", "Anna", "it")
		h.people = append(h.people, org.Actor{Person: owner})
		for len(h.people) < people && err == nil {
			var p int64
			p, err = org.AddPerson(tx, org.Actor{}, 0, "Person", org.Member, "")
			h.people = append(h.people, org.Actor{Person: p})
		}
		return err
	})
	return h
}

func (h *house) try(f func(*store.Tx) error) error { return h.tenant.Write(context.Background(), f) }

func (h *house) write(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.try(f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) read(f func(*store.Tx) error) {
	h.t.Helper()
	if err := h.tenant.Read(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) group(members ...int) (id int64) {
	h.t.Helper()
	var others []int64
	for _, m := range members[1:] {
		others = append(others, h.people[m].Person)
	}
	h.write(func(tx *store.Tx) (err error) {
		id, err = chat.Create(tx, h.people[members[0]], "group", "Group", others)
		return err
	})
	return id
}

func (h *house) post(who int, conversation int64, text string) (p chat.Posted) {
	h.t.Helper()
	h.write(func(tx *store.Tx) (err error) {
		p, err = chat.Post(tx, h.people[who], chat.Draft{Key: uuid.NewString(), Conversation: conversation, Text: text})
		return err
	})
	return p
}

func TestSameKeyIsTheSameMessageAndWritesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2)
	g, other := h.group(0, 1), h.group(0, 1)
	key := uuid.NewString()
	var first chat.Posted
	for i := range 3 {
		var p chat.Posted
		size := h.tenant.Head().Size
		h.write(func(tx *store.Tx) (err error) {
			p, err = chat.Post(tx, h.people[0], chat.Draft{Key: key, Conversation: g, Text: "once"})
			return err
		})
		if i == 0 {
			first = p
		} else if p != first || h.tenant.Head().Size != size {
			t.Fatalf("repeat %d gave %+v after %+v", i, p, first)
		}
	}
	err := h.try(func(tx *store.Tx) error {
		_, err := chat.Post(tx, h.people[0], chat.Draft{Key: key, Conversation: other, Text: "elsewhere"})
		return err
	})
	if !errors.Is(err, chat.ErrKeyReused) {
		t.Fatalf("the key in another conversation: %v", err)
	}
	// Another person's equal key is another message.
	h.write(func(tx *store.Tx) error {
		p, err := chat.Post(tx, h.people[1], chat.Draft{Key: key, Conversation: g, Text: "twice"})
		if p.N != 2 {
			t.Errorf("n is %d", p.N)
		}
		return err
	})
}

func TestRepeatIsAnsweredEvenToWhomWasTakenOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2)
	g := h.group(0, 1)
	key := uuid.NewString()
	var first, again chat.Posted
	h.write(func(tx *store.Tx) (err error) {
		first, err = chat.Post(tx, h.people[1], chat.Draft{Key: key, Conversation: g, Text: "the last word"})
		return err
	})
	h.write(func(tx *store.Tx) error { return chat.RemoveMember(tx, h.people[0], g, h.people[1].Person) })
	size := h.tenant.Head().Size
	h.write(func(tx *store.Tx) (err error) {
		again, err = chat.Post(tx, h.people[1], chat.Draft{Key: key, Conversation: g, Text: "the last word"})
		return err
	})
	if again != first || h.tenant.Head().Size != size {
		t.Errorf("the repeat gave %+v after %+v", again, first)
	}
	err := h.try(func(tx *store.Tx) error {
		_, err := chat.Post(tx, h.people[1], chat.Draft{Key: uuid.NewString(), Conversation: g, Text: "one more"})
		return err
	})
	if !errors.Is(err, chat.ErrNoConversation) {
		t.Errorf("a new message from whom was taken out: %v", err)
	}
}

func TestTextsThatAreNoMessageAreRefusedAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	g := h.group(0)
	size := h.tenant.Head().Size
	for text, want := range map[string]error{
		"":                          chat.ErrEmpty,
		" \n\t":                     chat.ErrEmpty,
		"\u200b\u2060\ufeff":        chat.ErrEmpty,
		"a\x00b":                    chat.ErrNotText,
		"a\x1b[31mred":              chat.ErrNotText,
		"bad \xff utf-8":            chat.ErrNotText,
		strings.Repeat("a", 20_001): chat.ErrTooLong,
		strings.Repeat("𝕏", 15_001): chat.ErrTooLong,
	} {
		err := h.try(func(tx *store.Tx) error {
			_, err := chat.Post(tx, h.people[0], chat.Draft{Key: uuid.NewString(), Conversation: g, Text: text})
			return err
		})
		if !errors.Is(err, want) {
			t.Errorf("%.20q: %v, wanted %v", text, err, want)
		}
	}
	if h.tenant.Head().Size != size {
		t.Error("something was entered")
	}
	h.post(0, g, strings.Repeat("è", 20_000))
}

func TestStrangerCannotTellAConversationFromNone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 3)
	g := h.group(0, 1)
	p := h.post(0, g, "secret")
	stranger := h.people[2]
	for _, id := range []struct{ conversation, message int64 }{{g, p.ID}, {999_999, 999_999}} {
		for what, f := range map[string]func(*store.Tx) error{
			"page": func(tx *store.Tx) error {
				_, err := chat.ReadPage(tx, stranger.Person, id.conversation, chat.FromEnd, 0, 50)
				return err
			},
			"get":     func(tx *store.Tx) error { _, err := chat.Get(tx, stranger.Person, id.conversation); return err },
			"members": func(tx *store.Tx) error { _, err := chat.Members(tx, stranger.Person, id.conversation); return err },
			"info":    func(tx *store.Tx) error { _, err := chat.ReadInfo(tx, stranger.Person, id.message); return err },
			"edit":    func(tx *store.Tx) error { _, err := chat.Edit(tx, stranger, id.message, "x"); return err },
			"delete":  func(tx *store.Tx) error { return chat.Delete(tx, stranger, id.message) },
			"rename":  func(tx *store.Tx) error { return chat.Rename(tx, stranger, id.conversation, "x") },
			"leave":   func(tx *store.Tx) error { return chat.RemoveMember(tx, stranger, id.conversation, stranger.Person) },
			"add": func(tx *store.Tx) error {
				return chat.AddMembers(tx, stranger, id.conversation, []int64{stranger.Person}, true)
			},
			"receipt": func(tx *store.Tx) error { return chat.MayDisclose(tx, stranger.Person, id.message) },
			"post": func(tx *store.Tx) error {
				_, err := chat.Post(tx, stranger, chat.Draft{Key: uuid.NewString(), Conversation: id.conversation, Text: "x"})
				return err
			},
		} {
			err := h.try(f)
			if !errors.Is(err, chat.ErrNoConversation) && !errors.Is(err, chat.ErrNoMessage) && !errors.Is(err, chat.ErrNoEntry) {
				t.Errorf("%s of %+v: %v", what, id, err)
			}
		}
	}
}

func TestNewMemberSeesOnlyWhatComesAfterUnlessHistoryIsShared(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 4)
	g := h.group(0, 1)
	before := h.post(0, g, "before")
	h.write(func(tx *store.Tx) error {
		return chat.AddMembers(tx, h.people[0], g, []int64{h.people[2].Person}, false)
	})
	h.write(func(tx *store.Tx) error {
		return chat.AddMembers(tx, h.people[0], g, []int64{h.people[3].Person}, true)
	})
	h.post(0, g, "after")
	for who, want := range map[int]int{1: 2, 2: 1, 3: 2} {
		h.read(func(tx *store.Tx) error {
			p, err := chat.ReadPage(tx, h.people[who].Person, g, chat.FromEnd, 0, 50)
			if len(p.Messages) != want {
				t.Errorf("person %d sees %d messages, not %d", who, len(p.Messages), want)
			}
			s, syncErr := chat.Sync(tx, h.people[who].Person, 0, 200)
			seen := 0
			for _, ev := range s.Events {
				if ev.Kind == chat.KindPosted {
					seen++
				}
			}
			if seen != want {
				t.Errorf("person %d syncs %d messages, not %d", who, seen, want)
			}
			return errors.Join(err, syncErr)
		})
	}
	err := h.try(func(tx *store.Tx) error {
		if _, err := chat.ReadInfo(tx, h.people[2].Person, before.ID); !errors.Is(err, chat.ErrNoMessage) {
			t.Errorf("the message from before: %v", err)
		}
		_, err := chat.Post(tx, h.people[2], chat.Draft{Key: uuid.NewString(), Conversation: g, Text: "reply", ReplyTo: before.ID})
		return err
	})
	if !errors.Is(err, chat.ErrBadReply) {
		t.Errorf("a reply to what one cannot see: %v", err)
	}
}

// TestWhatHappenedBeforeOneJoinedIsToldByNoPath: the titles that a group had
// and who came and went are history as its messages are.
func TestWhatHappenedBeforeOneJoinedIsToldByNoPath(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 4)
	g := h.group(0, 1, 3)
	old := h.post(0, g, "before")
	rename := func(title string) {
		h.write(func(tx *store.Tx) error { return chat.Rename(tx, h.people[0], g, title) })
	}
	rename("Layoffs in March")
	h.write(func(tx *store.Tx) error {
		if err := chat.RemoveMember(tx, h.people[0], g, h.people[3].Person); err != nil {
			return err
		}
		_, err := chat.MarkRead(tx, h.people[1], g, 1)
		return err
	})
	if _, err := chat.EnterMarks(context.Background(), h.tenant); err != nil {
		t.Fatal(err)
	}
	rename("Team")
	late := h.people[2].Person
	from := h.tenant.Head().Size
	h.write(func(tx *store.Tx) error { return chat.AddMembers(tx, h.people[0], g, []int64{late}, false) })
	h.post(0, g, "after")
	h.write(func(tx *store.Tx) error { _, err := chat.Edit(tx, h.people[0], old.ID, "before, edited"); return err })
	h.write(func(tx *store.Tx) error { return chat.Delete(tx, h.people[0], old.ID) })
	h.read(func(tx *store.Tx) error {
		synced, err := chat.Sync(tx, late, 0, 200)
		told := map[string]int{}
		for _, ev := range synced.Events {
			if ev.Conversation == g {
				told[ev.Kind]++
			}
			if ev.Conversation == g && (ev.Seq <= from || ev.N == 1) {
				t.Errorf("the sync tells of entry %d, %s", ev.Seq, ev.Kind)
			}
		}
		if told[chat.KindMemberAdded] != 1 || told[chat.KindPosted] != 1 || len(told) != 2 {
			t.Errorf("the sync tells of %v", told)
		}
		page, pageErr := chat.ReadPage(tx, late, g, chat.FromEnd, 0, 50)
		for _, n := range page.Notices {
			if n.Seq <= from {
				t.Errorf("the page has notice %d, %s", n.Seq, n.Kind)
			}
		}
		for seq := int64(1); seq <= h.tenant.Head().Size; seq++ {
			var conversation int64
			if err := tx.Row(`SELECT conversation FROM entry WHERE seq = ?`, seq).Scan(&conversation); err != nil {
				return err
			}
			if err := chat.MayDisclose(tx, late, seq); (seq == g || conversation == g && seq <= from) && !errors.Is(err, chat.ErrNoEntry) {
				t.Errorf("the receipt of entry %d: %v", seq, err)
			}
		}
		c, getErr := chat.Get(tx, late, g)
		if c.Unread != 1 || c.Last == nil || c.Last.Text != "after" {
			t.Errorf("the list has %+v", c)
		}
		seqs, _, exportErr := chat.Disclosable(tx, late, g, 0, h.tenant.Head().Size)
		if len(seqs) != 1 {
			t.Errorf("the export has entries %v", seqs)
		}
		return errors.Join(err, pageErr, getErr, exportErr)
	})
}

func TestDeletedTextIsGoneForMembersAndStaysInTheRegister(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2)
	g := h.group(0, 1)
	p := h.post(0, g, "regret")
	h.write(func(tx *store.Tx) error { return chat.Delete(tx, h.people[0], p.ID) })
	h.read(func(tx *store.Tx) error {
		s, err := chat.Sync(tx, h.people[1].Person, 0, 200)
		for _, ev := range s.Events {
			if ev.Message != nil && ev.Message.Text != "" {
				t.Error("catching up hands the deleted text out")
			}
		}
		if m, err := chat.Read(tx, p.ID); err != nil || m.Text != "" || m.DeletedBy != h.people[0].Person {
			t.Errorf("%+v, %v", m, err)
		}
		if err := chat.MayDisclose(tx, h.people[1].Person, p.ID); !errors.Is(err, chat.ErrNoEntry) {
			t.Errorf("a receipt of a deleted message: %v", err)
		}
		body, bodyErr := tx.Body(p.ID)
		if !strings.Contains(string(body), "regret") {
			t.Error("the register has lost it")
		}
		return errors.Join(err, bodyErr)
	})
}

// TestPagesSideBySideShowEveryNoticeOnce walks a conversation in both
// directions, in pages of every size.
func TestPagesSideBySideShowEveryNoticeOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2)
	g := h.group(0, 1)
	const renames = 6
	for i := range renames {
		h.post(0, g, "one")
		h.post(0, g, "two")
		h.write(func(tx *store.Tx) error { return chat.Rename(tx, h.people[0], g, strings.Repeat("x", i+1)) })
	}
	for limit := 1; limit <= 13; limit++ {
		for _, forwards := range []bool{false, true} {
			seen, n := map[int64]int{}, int64(0)
			for more := true; more; {
				h.read(func(tx *store.Tx) error {
					after, before := int64(chat.FromEnd), n
					if forwards {
						after, before = n, 0
					}
					p, err := chat.ReadPage(tx, h.people[1].Person, g, after, before, limit)
					for _, ev := range p.Notices {
						seen[ev.Seq]++
					}
					more = p.More
					if forwards {
						n = p.Messages[len(p.Messages)-1].N
					} else {
						n = p.Messages[0].N
					}
					return err
				})
			}
			if len(seen) != renames+1 {
				t.Errorf("pages of %d, forwards %v: %d notices, there are %d", limit, forwards, len(seen), renames+1)
			}
			for seq, times := range seen {
				if times != 1 {
					t.Errorf("pages of %d, forwards %v: notice %d came %d times", limit, forwards, seq, times)
				}
			}
		}
	}
}
