package api

import (
	"context"
	"encoding/json"

	"verbale/internal/login"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// Passkey is one of my passkeys.
type Passkey struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Created string `json:"created" format:"date-time"`
}

// Passkeys are my passkeys.
type Passkeys struct {
	Passkeys []Passkey `json:"passkeys"`
}

// Ceremony is the begin of making or using a passkey.
type Ceremony struct {
	Ceremony string          `json:"ceremony" doc:"To be given back when finishing, once, within five minutes."`
	Options  json.RawMessage `json:"options" doc:"WebAuthn options, in the JSON form of the specification."`
}

func (s *Server) passkeys() {
	handle(s, op("GET", "/me/passkeys", "list-passkeys", "My passkeys", "me"), func(ctx context.Context, _ *none) (*reply[Passkeys], error) {
		c := from(ctx)
		out := Passkeys{Passkeys: []Passkey{}}
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			keys, err := login.Passkeys(tx, c.actor.Person)
			for _, k := range keys {
				out.Passkeys = append(out.Passkeys, Passkey{ID: k.ID, Name: k.Name, Created: wire.Time(k.Made)})
			}
			return err
		})
		return &reply[Passkeys]{out}, err
	})
	handle(s, op("POST", "/me/passkeys", "begin-passkey", "Begin making a passkey", "me"), func(ctx context.Context, _ *none) (*reply[Ceremony], error) {
		c := from(ctx)
		site, err := s.site(ctx, c)
		if err != nil {
			return nil, err
		}
		ceremony, options, err := login.BeginRegister(ctx, c.tenant, site, c.actor)
		return &reply[Ceremony]{Ceremony{ceremony, options}}, err
	})

	type passkeyFinish struct {
		Body struct {
			Ceremony   string          `json:"ceremony" maxLength:"5000"`
			Name       string          `json:"name" doc:"What I call it."`
			Credential json.RawMessage `json:"credential" doc:"What the browser made."`
		}
	}
	handle(s, op("POST", "/me/passkeys/finish", "finish-passkey", "Keep the passkey that the browser made", "me"), func(ctx context.Context, in *passkeyFinish) (*reply[Made], error) {
		c := from(ctx)
		site, err := s.site(ctx, c)
		if err != nil {
			return nil, err
		}
		id, err := login.FinishRegister(ctx, c.tenant, site, c.actor, in.Body.Ceremony, in.Body.Name, in.Body.Credential)
		return &reply[Made]{Made{ID: id}}, err
	})
	handle(s, noContent(op("DELETE", "/me/passkeys/{id}", "remove-passkey", "Remove a passkey", "me")), func(ctx context.Context, in *byID) (*none, error) {
		c := from(ctx)
		return nil, c.tenant.Write(ctx, func(tx *store.Tx) error { return login.RemovePasskey(tx, c.actor, in.ID) })
	})

	handle(s, public("POST", "/sign-in/passkey", "begin-passkey-sign-in", "Begin signing in with a passkey", "start"), func(ctx context.Context, _ *none) (*reply[Ceremony], error) {
		c, err := atCompany(ctx)
		if err != nil {
			return nil, err
		}
		site, err := s.site(ctx, c)
		if err != nil {
			return nil, err
		}
		ceremony, options, err := login.BeginSignIn(ctx, c.tenant, site)
		return &reply[Ceremony]{Ceremony{ceremony, options}}, err
	})
	type passkeySignIn struct {
		Body struct {
			Ceremony   string          `json:"ceremony" maxLength:"5000"`
			Credential json.RawMessage `json:"credential"`
		}
	}
	handle(s, public("POST", "/sign-in/passkey/finish", "finish-passkey-sign-in", "Sign in with what the browser signed", "start"), func(ctx context.Context, in *passkeySignIn) (*signedInReply, error) {
		c, err := atCompany(ctx)
		if err != nil {
			return nil, err
		}
		site, err := s.site(ctx, c)
		if err != nil {
			return nil, err
		}
		actor, secret, err := login.FinishSignIn(ctx, c.tenant, site, in.Body.Ceremony, in.Body.Credential, deviceName(c.request))
		if err != nil {
			return nil, err
		}
		c.actor = actor
		return s.welcome(ctx, c, secret)
	})
}

// site is what passkeys are bound to: the address that people use.
func (s *Server) site(ctx context.Context, c caller) (login.Site, error) {
	company, err := readCompany(ctx, c.tenant)
	if err != nil {
		return login.Site{}, err
	}
	return login.Site{Origin: s.base(c.request), Title: company.Title}, nil
}
