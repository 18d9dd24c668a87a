package main

import (
	"context"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Make an API token for a person and print it, once."`
}

type tokenCreateCommand struct {
	place
	Company string `help:"The company's short name; not needed when there is one."`
	Person  string `required:"" help:"Whose token it is: a number, or the whole name."`
	Name    string `required:"" help:"What the token is for; it is shown among the person's devices."`
	JSON    bool   `help:"Print as JSON."`
}

type createToken struct{ Company, Person, Name string }

type createdToken struct {
	Company string `json:"company"`
	Person  int64  `json:"person"`
	ID      int64  `json:"id"`
	Token   string `json:"token"`
}

func (c *tokenCreateCommand) Run(ctx context.Context, t terminal) error {
	made, err := ask[createdToken](ctx, c.place, "token.create", createToken{c.Company, c.Person, c.Name})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, made)
	}
	t.printf("%s\n", made.Token)
	return nil
}

func (h *house) createToken(ctx context.Context, c createToken) (made createdToken, err error) {
	tenant, err := h.company(ctx, c.Company)
	if err != nil {
		return made, err
	}
	made.Company = tenant.Name()
	err = tenant.Write(ctx, func(tx *store.Tx) error {
		var secret string
		if made.Person, err = findPerson(tx, c.Person); err != nil {
			return err
		}
		made.ID, secret, err = login.MakeToken(tx, org.Actor{}, made.Person, c.Name)
		made.Token = login.Token(tenant.Name(), secret)
		return err
	})
	return made, err
}
