package api

import (
	"context"

	"verbale/internal/chat"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// People is everybody in the company.
type People struct {
	People []wire.Person `json:"people"`
}

func (s *Server) people() {
	handle(s, op("GET", "/people", "list-people", "Everybody in the company", "people"), func(ctx context.Context, _ *none) (*reply[People], error) {
		c := from(ctx)
		out := People{People: []wire.Person{}}
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			if err := org.May(tx, c.actor.Person, org.PeopleRead); err != nil {
				return err
			}
			people, err := org.People(tx)
			for _, p := range people {
				out.People = append(out.People, s.person(c, p))
			}
			return err
		})
		return &reply[People]{out}, err
	})

	type personChange struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Name   *string `json:"name,omitempty"`
			Role   *string `json:"role,omitempty" enum:"owner,admin,member"`
			Active *bool   `json:"active,omitempty" doc:"false ends all of their sessions at once."`
		}
	}
	handle(s, op("PATCH", "/people/{id}", "change-person", "Rename a person, change their role, or deactivate them", "people"), func(ctx context.Context, in *personChange) (*reply[wire.Person], error) {
		c := from(ctx)
		p, err := s.changePerson(ctx, c, in.ID, org.Change{Name: in.Body.Name, Role: in.Body.Role, Active: in.Body.Active})
		return &reply[wire.Person]{s.person(c, p)}, err
	})
}

func (s *Server) changePerson(ctx context.Context, c caller, id int64, change org.Change) (p org.Person, err error) {
	err = c.tenant.Write(ctx, func(tx *store.Tx) (err error) {
		p, err = chat.ChangePerson(tx, c.actor, id, change)
		return err
	})
	return p, err
}

func (s *Server) person(c caller, p org.Person) wire.Person {
	return wire.OfPerson(p, s.online(c)(p.ID))
}

func (s *Server) online(c caller) func(person int64) bool {
	return func(person int64) bool { return s.Live.Online(c.tenant, person) }
}
