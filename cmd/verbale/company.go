package main

import (
	"context"
	"errors"
	"time"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

type companyCommand struct {
	Create companyCreateCommand `cmd:"" help:"Make a company and print its owner's sign-in link."`
	List   companyListCommand   `cmd:"" help:"List the companies on this server."`
}

type companyCreateCommand struct {
	place
	linked
	Name     string `arg:"" help:"The short name: lower-case letters, digits and hyphens."`
	Title    string `required:"" help:"What the company is called, e.g. \"Acme S.r.l.\"."`
	Owner    string `required:"" help:"The owner's name, e.g. \"Anna Bianchi\"."`
	Host     string `help:"A host name of its own, e.g. chat.acme.example; needed once there are several companies."`
	Language string `default:"en" enum:"en,it" help:"The company's language: en or it."`
	JSON     bool   `help:"Print as JSON."`
}

type createCompany struct{ Name, Title, Owner, Host, Language, Base string }

// signIn is the answer to company.create and person.add.
type signIn struct {
	Company string    `json:"company"`
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Role    string    `json:"role"`
	Link    string    `json:"link"`
	Expires time.Time `json:"expires"`
}

func (c *companyCreateCommand) Run(ctx context.Context, t terminal) error {
	made, err := ask[signIn](ctx, c.place, "company.create", createCompany{c.Name, c.Title, c.Owner, c.Host, c.Language, c.PublicURL})
	if err != nil {
		return err
	}
	return made.print(t, c.JSON)
}

func (s signIn) print(t terminal, asJSON bool) error {
	if asJSON {
		return printJSON(t, s)
	}
	t.printf("%s (number %d, %s) signs in once with this link, until %s:\n\n  %s\n\n",
		s.Name, s.ID, s.Role, s.Expires.Local().Format("2 January 2006 15:04"), s.Link)
	return nil
}

func (h *house) createCompany(ctx context.Context, c createCompany) (made signIn, err error) {
	tenant, err := h.newCompany(ctx, c)
	if err != nil {
		return made, err
	}
	var owner int64
	var opening login.Opening
	var secret string
	err = tenant.Write(ctx, func(tx *store.Tx) (err error) {
		if owner, err = org.Create(tx, c.Title, c.Owner, c.Language); err != nil {
			return err
		}
		opening, secret, err = login.MakeLink(tx, org.Actor{}, owner, login.SignInLife)
		return err
	})
	if err != nil {
		return made, err
	}
	return h.signIn(ctx, tenant, c.Base, owner, opening, secret)
}

// newCompany makes the empty company, after checking all that would be refused
// later. One that a crash left empty is taken up again.
func (h *house) newCompany(ctx context.Context, c createCompany) (*store.Tenant, error) {
	if _, err := org.CleanName(c.Title); err != nil {
		return nil, problem.New(problem.Invalid, "company.bad_title", "The company's title has 1 to 100 characters and no control characters.")
	}
	if _, err := org.CleanName(c.Owner); err != nil {
		return nil, err
	}
	if _, err := org.CleanLanguage(c.Language, "en"); err != nil {
		return nil, err
	}
	tenant, err := h.server.CreateTenant(ctx, c.Name, c.Host)
	if !errors.Is(err, store.ErrNameTaken) {
		return tenant, err
	}
	there, openErr := h.server.Tenant(ctx, c.Name)
	if openErr != nil || there.Head().Size > 0 {
		return nil, err
	}
	return there, nil
}

func (h *house) signIn(ctx context.Context, tenant *store.Tenant, base string, person int64, opening login.Opening, secret string) (s signIn, err error) {
	s = signIn{Company: tenant.Name(), ID: person, Expires: time.UnixMicro(opening.Expires).UTC()}
	err = tenant.Read(ctx, func(tx *store.Tx) error {
		p, err := org.ReadPerson(tx, person)
		s.Name, s.Role = p.Name, p.Role
		return err
	})
	if err != nil {
		return s, err
	}
	s.Link, err = h.link(base, tenant.Name(), secret)
	return s, err
}

type companyListCommand struct {
	place
	JSON bool `help:"Print as JSON."`
}

type listedCompany struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	People  int    `json:"people"`
	Entries int64  `json:"entries"`
}

func (c *companyListCommand) Run(ctx context.Context, t terminal) error {
	companies, err := ask[[]listedCompany](ctx, c.place, "company.list", struct{}{})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, companies)
	}
	for _, company := range companies {
		t.printf("%-20s %s, %d people, %d entries\n", company.Name, company.Title, company.People, company.Entries)
	}
	if len(companies) == 0 {
		t.printf("There is no company yet. Make one: verbale company create NAME --title ... --owner ...\n")
	}
	return nil
}

func (h *house) listCompanies(ctx context.Context, _ struct{}) ([]listedCompany, error) {
	found := []listedCompany{}
	for _, name := range h.server.Tenants() {
		tenant, err := h.server.Tenant(ctx, name)
		if err != nil {
			return nil, err
		}
		listed := listedCompany{Name: name, Entries: tenant.Head().Size}
		if listed.Entries > 0 {
			err = tenant.Read(ctx, func(tx *store.Tx) error {
				company, err := org.ReadCompany(tx)
				if err != nil {
					return err
				}
				people, err := org.People(tx)
				listed.Title, listed.People = company.Title, len(people)
				return err
			})
			if err != nil {
				return nil, err
			}
		}
		found = append(found, listed)
	}
	return found, nil
}

// company opens the named company, or the only one there is.
func (h *house) company(ctx context.Context, name string) (*store.Tenant, error) {
	if name == "" {
		switch all := h.server.Tenants(); len(all) {
		case 0:
			return nil, problem.New(problem.NotFound, "company.none", "There is no company in this data directory yet. Make one: verbale company create NAME --title ... --owner ...")
		case 1:
			name = all[0]
		default:
			return nil, problem.Newf(problem.Invalid, "company.which", "There are %d companies in this data directory; name one with --company.", len(all))
		}
	}
	return h.server.Tenant(ctx, name)
}
