package api

import (
	"context"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// Me is who I am, and what I may do.
type Me struct {
	ID          int64    `json:"id"`
	Name        string   `json:"name"`
	Role        string   `json:"role" enum:"owner,admin,member"`
	Language    string   `json:"language" enum:"it,en"`
	Login       string   `json:"login" doc:"Empty while no password is set."`
	HasPassword bool     `json:"has_password"`
	Passkeys    int64    `json:"passkeys" doc:"How many I have."`
	Device      int64    `json:"device"`
	Company     Company  `json:"company"`
	Permissions []string `json:"permissions"`
	Seq         int64    `json:"seq" doc:"The register's number now."`
}

func (s *Server) me() {
	handle(s, op("GET", "/me", "me", "Who I am, and what I may do", "me"), func(ctx context.Context, _ *none) (*reply[Me], error) {
		return replyMe(ctx, from(ctx))
	})

	type meChange struct {
		Body struct {
			Name     *string `json:"name,omitempty"`
			Language *string `json:"language,omitempty" enum:"it,en"`
		}
	}
	handle(s, op("PATCH", "/me", "change-me", "Change my name or language", "me"), func(ctx context.Context, in *meChange) (*reply[Me], error) {
		c := from(ctx)
		if _, err := s.changePerson(ctx, c, c.actor.Person, org.Change{Name: in.Body.Name, Language: in.Body.Language}); err != nil {
			return nil, err
		}
		return replyMe(ctx, c)
	})

	type newPassword struct {
		Body struct {
			Login    string `json:"login" doc:"What I sign in with, besides the password."`
			Password string `json:"password" maxLength:"5000"`
			Current  string `json:"current,omitempty" maxLength:"5000" doc:"Needed when one is set already."`
		}
	}
	handle(s, noContent(op("PUT", "/me/password", "set-password", "Set my login and password; my devices stay signed in", "me")), func(ctx context.Context, in *newPassword) (*none, error) {
		c := from(ctx)
		return nil, login.SetPassword(ctx, c.tenant, c.actor, in.Body.Login, in.Body.Password, in.Body.Current)
	})
}

func replyMe(ctx context.Context, c caller) (*reply[Me], error) {
	me, err := readMe(ctx, c)
	if err != nil {
		return nil, err
	}
	return &reply[Me]{*me}, nil
}

func readMe(ctx context.Context, c caller) (*Me, error) {
	company, err := readCompany(ctx, c.tenant)
	if err != nil {
		return nil, err
	}
	out := &Me{ID: c.actor.Person, Device: c.actor.Device, Company: *company, Permissions: []string{}}
	err = c.tenant.Read(ctx, func(tx *store.Tx) error {
		p, err := org.ReadPerson(tx, c.actor.Person)
		if err != nil {
			return err
		}
		out.Name, out.Role, out.Language = p.Name, p.Role, p.Language
		for _, verb := range org.Permissions(p.Role) {
			out.Permissions = append(out.Permissions, string(verb))
		}
		if out.Login, err = login.LoginOf(tx, c.actor.Person); err != nil {
			return err
		}
		out.HasPassword = out.Login != ""
		passkeys, err := login.Passkeys(tx, c.actor.Person)
		if err != nil {
			return err
		}
		out.Passkeys = int64(len(passkeys))
		out.Seq, err = tx.Size()
		return err
	})
	return out, err
}
