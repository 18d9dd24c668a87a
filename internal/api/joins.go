package api

import (
	"context"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// Look is what a link is for, before it is used.
type Look struct {
	Kind    string  `json:"kind" enum:"invite,link"`
	Company Company `json:"company"`
	By      string  `json:"by" doc:"Who made the link; empty if the server did."`
	Name    string  `json:"name" doc:"Of a link: whose device this becomes."`
}

func (s *Server) joins() {
	type lookAtLink struct {
		Body struct {
			Secret string `json:"secret" maxLength:"200" doc:"What the link has after #."`
		}
	}
	handle(s, public("POST", "/joins/look", "look-at-link", "See what a link is for; writes nothing", "start"), func(ctx context.Context, in *lookAtLink) (*reply[Look], error) {
		t, secret, err := s.linked(ctx, in.Body.Secret)
		if err != nil {
			return nil, err
		}
		company, err := readCompany(ctx, t)
		if err != nil {
			return nil, err
		}
		out := Look{Company: *company}
		err = t.Read(ctx, func(tx *store.Tx) error {
			o, err := login.Look(tx, secret)
			if err != nil {
				return err
			}
			out.Kind = o.Kind
			if out.By, err = nameOf(tx, o.By); err != nil {
				return err
			}
			out.Name, err = nameOf(tx, o.Person)
			return err
		})
		return &reply[Look]{out}, err
	})

	type useLink struct {
		Body struct {
			Secret   string `json:"secret" maxLength:"200"`
			Name     string `json:"name,omitempty" doc:"Of a new person; not needed for a further device."`
			Language string `json:"language,omitempty" enum:"it,en,"`
		}
	}
	handle(s, public("POST", "/joins", "join", "Use a link: a new person, or a further device", "start"), func(ctx context.Context, in *useLink) (*signedInReply, error) {
		t, secret, err := s.linked(ctx, in.Body.Secret)
		if err != nil {
			return nil, err
		}
		c := from(ctx)
		c.tenant = t
		return s.enter(ctx, c, func(tx *store.Tx) (org.Actor, string, error) {
			return login.Join(tx, secret, in.Body.Name, in.Body.Language, deviceName(c.request))
		})
	})
}

// linked finds the company that a link names. At the address of a company, the
// links of others are not known.
func (s *Server) linked(ctx context.Context, secret string) (*store.Tenant, string, error) {
	name, secret := login.SplitToken(secret)
	here, err := s.companyOf(from(ctx).request, name)
	if err != nil || name == "" || here != name {
		return nil, "", login.ErrNoLink
	}
	t, err := s.Store.Tenant(ctx, name)
	return t, secret, err
}

// nameOf gives a person's name, or nothing for nobody.
func nameOf(tx *store.Tx, person int64) (string, error) {
	if person == 0 {
		return "", nil
	}
	p, err := org.ReadPerson(tx, person)
	return p.Name, err
}
