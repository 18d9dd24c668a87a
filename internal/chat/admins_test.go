package chat_test

import (
	"errors"
	"testing"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/store"
)

func (h *house) deactivate(who int) {
	h.t.Helper()
	no := false
	h.write(func(tx *store.Tx) error {
		_, err := chat.ChangePerson(tx, h.people[0], h.people[who].Person, org.Change{Active: &no})
		return err
	})
}

// roles gives each member's role, and checks that the register says the same.
func (h *house) roles(conversation int64) map[int64]string {
	h.t.Helper()
	out := map[int64]string{}
	h.read(func(tx *store.Tx) error {
		rows, err := tx.Query(`SELECT person, role FROM member WHERE conversation = ?`, conversation)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var person int64
			var role string
			if err := rows.Scan(&person, &role); err != nil {
				return err
			}
			out[person] = role
		}
		rows.Close()
		faults, err := chat.Audit(tx)
		if len(faults) > 0 {
			h.t.Errorf("the audit finds %q", faults)
		}
		return err
	})
	return out
}

func TestNoGroupIsLeftWithoutAnAdmin(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]func(h *house, g int64){
		"the only admin is deactivated": func(h *house, _ int64) { h.deactivate(1) },
		"the only admin leaves": func(h *house, g int64) {
			h.write(func(tx *store.Tx) error { return chat.RemoveMember(tx, h.people[1], g, h.people[1].Person) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, 5)
			g := h.group(1, 3, 4)
			h.write(func(tx *store.Tx) error { // later than 3 and 4, though with a smaller number
				return chat.AddMembers(tx, h.people[1], g, []int64{h.people[2].Person}, true)
			})
			h.deactivate(3) // longest here, but gone
			gone(h, g)
			roles := h.roles(g)
			if roles[h.people[4].Person] != "admin" || roles[h.people[2].Person] != "member" || roles[h.people[3].Person] != "member" {
				t.Fatalf("the roles are %v", roles)
			}
			h.read(func(tx *store.Tx) error {
				p, err := chat.ReadPage(tx, h.people[4].Person, g, chat.FromEnd, 0, 50)
				told := 0
				for _, n := range p.Notices {
					if n.Kind == chat.KindMemberRole && n.Subject == h.people[4].Person {
						told++
					}
				}
				if told != 1 {
					t.Errorf("the group was told %d times who took over", told)
				}
				return err
			})
		})
	}
}

func TestAGroupWithAnotherAdminIsNotHandedOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 4)
	g := h.group(1, 2, 3)
	h.write(func(tx *store.Tx) error {
		return chat.SetRole(tx, h.people[1], g, h.people[3].Person, "admin")
	})
	h.deactivate(1)
	if roles := h.roles(g); roles[h.people[2].Person] != "member" {
		t.Errorf("the roles are %v", roles)
	}
	// Who cannot act any more does not count: 3 is the only admin now.
	err := h.try(func(tx *store.Tx) error {
		return chat.SetRole(tx, h.people[3], g, h.people[3].Person, "member")
	})
	if !errors.Is(err, chat.ErrLastAdmin) {
		t.Errorf("the only active admin stepped down: %v", err)
	}
}

func TestTheLastMemberMayLeave(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2)
	g := h.group(1)
	h.write(func(tx *store.Tx) error { return chat.RemoveMember(tx, h.people[1], g, h.people[1].Person) })
	if roles := h.roles(g); len(roles) != 0 {
		t.Errorf("left behind: %v", roles)
	}
}
