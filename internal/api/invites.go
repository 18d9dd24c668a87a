package api

import (
	"context"
	"time"

	"verbale/internal/login"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// Invite is a link for new people.
type Invite struct {
	ID      int64  `json:"id"`
	URL     string `json:"url,omitempty" doc:"Only in the answer that makes it: the secret is kept nowhere."`
	Uses    int64  `json:"uses" doc:"For how many people; 0 is any number."`
	Used    int64  `json:"used"`
	Role    string `json:"role" enum:"owner,admin,member"`
	Expires string `json:"expires" format:"date-time"`
	By      int64  `json:"by"`
	Revoked bool   `json:"revoked"`
}

// Invites are the invites that can still be used.
type Invites struct {
	Invites []Invite `json:"invites"`
}

// DeviceLink lets one further device in.
type DeviceLink struct {
	URL     string `json:"url"`
	Expires string `json:"expires" format:"date-time"`
}

func asInvite(o login.Opening) Invite {
	return Invite{ID: o.ID, Uses: o.Uses, Used: o.Used, Role: o.Role, Expires: wire.Time(o.Expires), By: o.By, Revoked: o.Revoked}
}

func (s *Server) joinURL(c caller, secret string) string {
	return s.base(c.request) + "/join#" + login.LinkSecret(c.tenant.Name(), secret)
}

func (s *Server) invites() {
	type inviteDraft struct {
		Body struct {
			Uses      *int64 `json:"uses,omitempty" minimum:"0" maximum:"10000" default:"1" doc:"For how many people; 0 is any number."`
			ExpiresIn int64  `json:"expires_in,omitempty" default:"604800" minimum:"60" maximum:"7776000" doc:"In seconds."`
			Role      string `json:"role,omitempty" default:"member" enum:"owner,admin,member"`
		}
	}
	handle(s, op("POST", "/invites", "make-invite", "Invite people by a link", "people"), func(ctx context.Context, in *inviteDraft) (*reply[Invite], error) {
		c := from(ctx)
		// A pointer, because 0 is an answer of its own and not a missing one.
		uses := int64(1)
		if in.Body.Uses != nil {
			uses = *in.Body.Uses
		}
		var o login.Opening
		var secret string
		err := c.tenant.Write(ctx, func(tx *store.Tx) (err error) {
			o, secret, err = login.MakeInvite(tx, c.actor, in.Body.Role, uses, time.Duration(in.Body.ExpiresIn)*time.Second)
			return err
		})
		out := asInvite(o)
		out.URL = s.joinURL(c, secret)
		return &reply[Invite]{out}, err
	})
	handle(s, op("GET", "/invites", "list-invites", "The invites that can still be used", "people"), func(ctx context.Context, _ *none) (*reply[Invites], error) {
		c := from(ctx)
		out := Invites{Invites: []Invite{}}
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			open, err := login.Invites(tx, c.actor.Person)
			for _, o := range open {
				out.Invites = append(out.Invites, asInvite(o))
			}
			return err
		})
		return &reply[Invites]{out}, err
	})
	handle(s, noContent(op("DELETE", "/invites/{id}", "revoke-invite", "Withdraw an invite", "people")), func(ctx context.Context, in *byID) (*none, error) {
		c := from(ctx)
		return nil, c.tenant.Write(ctx, func(tx *store.Tx) error { return login.RevokeInvite(tx, c.actor, in.ID) })
	})
	handle(s, op("POST", "/links", "link-device", "A link for one further device of mine, once, for five minutes", "me"), func(ctx context.Context, _ *none) (*reply[DeviceLink], error) {
		c := from(ctx)
		var o login.Opening
		var secret string
		err := c.tenant.Write(ctx, func(tx *store.Tx) (err error) {
			o, secret, err = login.MakeLink(tx, c.actor, c.actor.Person, login.LinkLife)
			return err
		})
		return &reply[DeviceLink]{DeviceLink{URL: s.joinURL(c, secret), Expires: wire.Time(o.Expires)}}, err
	})
}

type byID struct {
	ID int64 `path:"id" minimum:"1"`
}
