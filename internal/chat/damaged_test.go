package chat_test

import (
	"fmt"
	"testing"

	"verbale/internal/chat"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// damage changes the body of an entry as a failing disk does.
func (h *house) damage(entry int64) {
	h.t.Helper()
	if _, err := storetest.ByHand(h.t, h.dir, "acme").Exec(fmt.Sprintf(`UPDATE entry SET sealed = commitment WHERE seq = %d`, entry)); err != nil {
		h.t.Fatal(err)
	}
}

func TestOneDamagedMessageDoesNotHideTheOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	g := h.group(0)
	who := h.people[0]
	h.post(0, g, "before")
	id := h.post(0, g, "what the disk lost").ID
	h.post(0, g, "after")
	h.damage(id)

	check := func(where string, got []chat.Message, last string) {
		t.Helper()
		if len(got) != 3 || got[0].Text != "before" || got[1].Text != last || got[1].Damaged != (last == "") || got[2].Text != "after" || got[0].Damaged || got[2].Damaged {
			t.Errorf("%s has %+v", where, got)
		}
	}
	page := func() (p chat.Page) {
		h.read(func(tx *store.Tx) (err error) {
			p, err = chat.ReadPage(tx, who.Person, g, chat.FromEnd, 0, 50)
			return err
		})
		return p
	}
	synced := func() (out []chat.Message) {
		h.read(func(tx *store.Tx) error {
			s, err := chat.Sync(tx, who.Person, 0, 200)
			for _, ev := range s.Events {
				if ev.Kind == chat.KindPosted {
					out = append(out, *ev.Message)
				}
			}
			return err
		})
		return out
	}
	check("the page", page().Messages, "")
	check("the sync", synced(), "")
	h.read(func(tx *store.Tx) error {
		i, err := chat.ReadInfo(tx, who.Person, id)
		if !i.Message.Damaged || len(i.Versions) != 1 || i.Versions[0].Text != "" {
			t.Errorf("its details: %+v", i)
		}
		return err
	})

	// Its writer may write it again.
	h.write(func(tx *store.Tx) error {
		m, err := chat.Edit(tx, who, id, "written again")
		if m.Damaged {
			t.Error("the new text is called damaged")
		}
		return err
	})
	check("the page after the edit", page().Messages, "written again")
	check("the sync after the edit", synced(), "written again")
}
