package api

import (
	"context"
	"net/http"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Company is what may be known of a company without being in it.
type Company struct {
	Name     string `json:"name" doc:"The short name, as in a host name."`
	Title    string `json:"title"`
	Language string `json:"language" enum:"it,en"`
}

// Hello is what a client learns before it signs in.
type Hello struct {
	Version string   `json:"version"`
	Setup   bool     `json:"setup" doc:"The server has no company yet."`
	Company *Company `json:"company" doc:"The company at this address, or null."`
}

var errBadSetup = problem.New(problem.Forbidden, "setup.refused", "This link cannot make a company: it is not the one that the server printed, or it has been used.")

func (s *Server) hello() {
	handle(s, public("GET", "/hello", "hello", "What this address is", "start"), func(ctx context.Context, _ *none) (*reply[Hello], error) {
		_, vacant, err := s.Store.Vacant(ctx)
		if err != nil {
			return nil, err
		}
		out := Hello{Version: s.Version, Setup: vacant}
		if c := from(ctx); c.tenant != nil && !vacant {
			company, err := readCompany(ctx, c.tenant)
			if err != nil {
				return nil, err
			}
			out.Company = company
		}
		return &reply[Hello]{out}, nil
	})

	type firstCompany struct {
		Body struct {
			Setup    string `json:"setup" maxLength:"100" doc:"The secret of the link that the server printed."`
			Title    string `json:"title" doc:"The company's name."`
			Name     string `json:"name" doc:"The owner's name."`
			Language string `json:"language,omitempty" enum:"it,en,"`
		}
	}
	handle(s, public("POST", "/companies", "make-company", "Make the first company, and sign its owner in", "start"), func(ctx context.Context, in *firstCompany) (*signedInReply, error) {
		s.setup.Lock()
		defer s.setup.Unlock()
		// Making the company and its owner are two steps; one that was left
		// between them is taken up again.
		t, vacant, err := s.Store.Vacant(ctx)
		if err != nil {
			return nil, err
		}
		if s.Setup == nil || !vacant || !s.Setup(in.Body.Setup) {
			return nil, errBadSetup
		}
		// Nothing may be left of a company whose owner was refused.
		if _, err := org.CleanName(in.Body.Title); err != nil {
			return nil, err
		}
		if _, err := org.CleanName(in.Body.Name); err != nil {
			return nil, err
		}
		if t == nil {
			if t, err = s.Store.CreateTenant(ctx, store.NameFor(in.Body.Title), ""); err != nil {
				return nil, err
			}
		}
		c := from(ctx)
		c.tenant = t
		return s.enter(ctx, c, func(tx *store.Tx) (actor org.Actor, secret string, err error) {
			if actor.Person, err = org.Create(tx, in.Body.Title, in.Body.Name, in.Body.Language); err != nil {
				return actor, "", err
			}
			actor.Device, secret, err = login.AddDevice(tx, org.Actor{Person: actor.Person}, actor.Person, login.Browser, deviceName(c.request))
			return actor, secret, err
		})
	})
}

func readCompany(ctx context.Context, t *store.Tenant) (*Company, error) {
	out := &Company{Name: t.Name()}
	err := t.Read(ctx, func(tx *store.Tx) error {
		c, err := org.ReadCompany(tx)
		out.Title, out.Language = c.Title, c.Language
		return err
	})
	return out, err
}

// signedInReply is the answer to all that signs in: who I am now, and the
// cookie.
type signedInReply struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
	Body      Me
}

// enter runs what makes a device, and answers with its cookie.
func (s *Server) enter(ctx context.Context, c caller, make func(*store.Tx) (org.Actor, string, error)) (*signedInReply, error) {
	var secret string
	err := c.tenant.Write(ctx, func(tx *store.Tx) (err error) {
		c.actor, secret, err = make(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.welcome(ctx, c, secret)
}

func (s *Server) welcome(ctx context.Context, c caller, secret string) (*signedInReply, error) {
	me, err := readMe(ctx, c)
	if err != nil {
		return nil, err
	}
	return &signedInReply{SetCookie: s.cookie(c.request, login.LinkSecret(c.tenant.Name(), secret), cookieLife), Body: *me}, nil
}
