package main

import (
	"context"
	"strconv"
	"strings"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

type personCommand struct {
	Add  personAddCommand  `cmd:"" help:"Add a person and print a sign-in link."`
	Link personLinkCommand `cmd:"" help:"Print a new sign-in link for somebody who has lost every device."`
}

type personAddCommand struct {
	place
	linked
	Company  string `help:"The company's short name; not needed when there is one."`
	Name     string `required:"" help:"The person's name."`
	Role     string `default:"member" enum:"owner,admin,member" help:"owner, admin or member."`
	Language string `default:"" enum:",en,it" help:"en or it; the company's if not given."`
	JSON     bool   `help:"Print as JSON."`
}

type addPerson struct{ Company, Name, Role, Language, Base string }

func (c *personAddCommand) Run(ctx context.Context, t terminal) error {
	added, err := ask[signIn](ctx, c.place, "person.add", addPerson{c.Company, c.Name, c.Role, c.Language, c.PublicURL})
	if err != nil {
		return err
	}
	return added.print(t, c.JSON)
}

func (h *house) addPerson(ctx context.Context, a addPerson) (made signIn, err error) {
	tenant, err := h.company(ctx, a.Company)
	if err != nil {
		return made, err
	}
	var person int64
	var opening login.Opening
	var secret string
	err = tenant.Write(ctx, func(tx *store.Tx) (err error) {
		if person, err = org.AddPerson(tx, org.Actor{}, 0, a.Name, a.Role, a.Language); err != nil {
			return err
		}
		opening, secret, err = login.MakeLink(tx, org.Actor{}, person, login.SignInLife)
		return err
	})
	if err != nil {
		return made, err
	}
	return h.signIn(ctx, tenant, a.Base, person, opening, secret)
}

type personLinkCommand struct {
	place
	linked
	Company string `help:"The company's short name; not needed when there is one."`
	Person  string `arg:"" help:"The person's number, or the whole name."`
	JSON    bool   `help:"Print as JSON."`
}

type linkPerson struct{ Company, Person, Base string }

func (c *personLinkCommand) Run(ctx context.Context, t terminal) error {
	made, err := ask[signIn](ctx, c.place, "person.link", linkPerson{c.Company, c.Person, c.PublicURL})
	if err != nil {
		return err
	}
	return made.print(t, c.JSON)
}

func (h *house) linkPerson(ctx context.Context, l linkPerson) (made signIn, err error) {
	tenant, err := h.company(ctx, l.Company)
	if err != nil {
		return made, err
	}
	var person int64
	var opening login.Opening
	var secret string
	err = tenant.Write(ctx, func(tx *store.Tx) (err error) {
		if person, err = findPerson(tx, l.Person); err != nil {
			return err
		}
		opening, secret, err = login.MakeLink(tx, org.Actor{}, person, login.SignInLife)
		return err
	})
	if err != nil {
		return made, err
	}
	return h.signIn(ctx, tenant, l.Base, person, opening, secret)
}

// findPerson takes a number or a whole name that only one active person has.
func findPerson(tx *store.Tx, given string) (int64, error) {
	people, err := org.People(tx)
	if err != nil {
		return 0, err
	}
	number, notNumber := strconv.ParseInt(given, 10, 64)
	var found []int64
	for _, p := range people {
		if p.Active && (notNumber == nil && p.ID == number || strings.EqualFold(p.Name, strings.TrimSpace(given))) {
			found = append(found, p.ID)
		}
	}
	switch len(found) {
	case 0:
		return 0, org.ErrNoPerson
	case 1:
		return found[0], nil
	}
	return 0, problem.Newf(problem.Invalid, "person.which", "%d people have this name; give the number instead.", len(found))
}
