package chat_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// raced says that the race detector is on.
var raced bool

// TestUnreadCountsEqualARecountAndNumbersHaveNoGap does random things in random
// order and then counts by hand.
func TestUnreadCountsEqualARecountAndNumbersHaveNoGap(t *testing.T) {
	t.Parallel()
	if checks := flag.Lookup("rapid.checks"); raced && checks.Value.String() == checks.DefValue {
		checks.Value.Set("25")
	}
	h := newHouse(t, 4)
	rapid.Check(t, func(rt *rapid.T) {
		groups := []int64{h.group(0, 1, 2), h.group(1, 0)}
		var messages []int64
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			who := h.people[rapid.IntRange(0, 3).Draw(rt, "who")]
			g := rapid.SampledFrom(groups).Draw(rt, "group")
			target := h.people[rapid.IntRange(0, 3).Draw(rt, "target")].Person
			act := rapid.IntRange(0, 7).Draw(rt, "act")
			n := int64(rapid.IntRange(1, 12).Draw(rt, "n"))
			err := h.try(func(tx *store.Tx) error {
				switch act {
				case 0, 1, 2:
					p, err := chat.Post(tx, who, chat.Draft{Key: uuid.NewString(), Conversation: g, Text: "text"})
					if err == nil {
						messages = append(messages, p.ID)
					}
					return err
				case 3:
					_, err := chat.MarkRead(tx, who, g, n)
					return err
				case 4:
					return chat.AddMembers(tx, who, g, []int64{target}, n > 6)
				case 5:
					return chat.RemoveMember(tx, who, g, target)
				case 6:
					if len(messages) == 0 {
						return nil
					}
					return chat.Delete(tx, who, messages[int(n)%len(messages)])
				default:
					_, err := chat.SetMarks(tx, []chat.Mark{{Conversation: g, Person: who.Person, Delivered: n, Read: n / 2}})
					return err
				}
			})
			if err != nil && problem.Of(err) == nil {
				rt.Fatal(err)
			}
		}
		for _, p := range h.people {
			h.read(func(tx *store.Tx) error { return recount(tx, p, groups) })
		}
	})
	h.read(func(tx *store.Tx) error {
		faults, err := chat.Audit(tx)
		if len(faults) > 0 {
			t.Fatalf("the views are not what the register gives: %q", faults)
		}
		return err
	})
}

func recount(tx *store.Tx, p org.Actor, groups []int64) error {
	list, err := chat.List(tx, p.Person)
	if err != nil {
		return err
	}
	for _, c := range list {
		if !slices.Contains(groups, c.ID) {
			continue
		}
		page, err := chat.ReadPage(tx, p.Person, c.ID, chat.FromEnd, 0, chat.MaxPage)
		if err != nil {
			return err
		}
		unread := int64(0)
		for i, m := range page.Messages {
			if m.N > c.ReadN {
				unread++
			}
			if i > 0 && m.N != page.Messages[i-1].N+1 {
				return fmt.Errorf("conversation %d: %d comes after %d", c.ID, m.N, page.Messages[i-1].N)
			}
		}
		if unread != c.Unread {
			return fmt.Errorf("person %d, conversation %d: the count says %d unread, there are %d", p.Person, c.ID, c.Unread, unread)
		}
		if c.ReadN > c.LastN {
			return errors.New("a mark past the last message")
		}
	}
	return nil
}

// TestEventsAppliedToAnOldStateEqualAFreshLoad: for every operation, whoever
// applies the events after a number to what was loaded at that number has what
// a fresh load gives.
func TestEventsAppliedToAnOldStateEqualAFreshLoad(t *testing.T) {
	t.Parallel()
	for name, act := range map[string]func(h *house, g int64, p chat.Posted) func(*store.Tx) error{
		"post": func(h *house, g int64, _ chat.Posted) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				_, err := chat.Post(tx, h.people[0], chat.Draft{Key: uuid.NewString(), Conversation: g, Text: "new"})
				return err
			}
		},
		"edit": func(h *house, g int64, p chat.Posted) func(*store.Tx) error {
			return func(tx *store.Tx) error { _, err := chat.Edit(tx, h.people[0], p.ID, "changed"); return err }
		},
		"delete": func(h *house, g int64, p chat.Posted) func(*store.Tx) error {
			return func(tx *store.Tx) error { return chat.Delete(tx, h.people[0], p.ID) }
		},
		"edit and delete": func(h *house, g int64, p chat.Posted) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				if _, err := chat.Edit(tx, h.people[0], p.ID, "changed"); err != nil {
					return err
				}
				return chat.Delete(tx, h.people[0], p.ID)
			}
		},
		"undo of an import": func(h *house, g int64, _ chat.Posted) func(*store.Tx) error {
			return func(tx *store.Tx) error {
				if err := chat.PostImported(tx, h.people[0], 77, g, []chat.ImportedDraft{{Name: "Zoe", Line: 1, Time: 5, Text: "past"}}); err != nil {
					return err
				}
				_, err := chat.UndoImported(tx, h.people[0], 77, 10)
				return err
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 2)
			g := h.group(0, 1)
			p := h.post(0, g, "first")
			reader := h.people[1].Person
			state, from := h.load(reader, g)
			h.write(act(h, g, p))
			h.read(func(tx *store.Tx) error {
				s, err := chat.Sync(tx, reader, from, 200)
				for _, ev := range s.Events {
					if ev.Message != nil && ev.Conversation == g {
						state[ev.Message.ID] = describe(*ev.Message)
					}
				}
				return err
			})
			fresh, _ := h.load(reader, g)
			if fmt.Sprint(fresh) != fmt.Sprint(state) {
				t.Errorf("applied: %v\nfresh:   %v", state, fresh)
			}
		})
	}
}

func (h *house) load(reader, g int64) (map[int64]string, int64) {
	state := map[int64]string{}
	h.read(func(tx *store.Tx) error {
		page, err := chat.ReadPage(tx, reader, g, chat.FromEnd, 0, chat.MaxPage)
		for _, m := range page.Messages {
			state[m.ID] = describe(m)
		}
		return err
	})
	return state, h.tenant.Head().Size
}

func describe(m chat.Message) string {
	return fmt.Sprintf("%d by %d %q edited %d deleted %d by %d imported %v", m.N, m.Author, m.Text, m.Edited, m.Deleted, m.DeletedBy, m.Imported != nil)
}
