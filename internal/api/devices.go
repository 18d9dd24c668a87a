package api

import (
	"context"
	"net/http"

	"verbale/internal/login"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// Device is something that I am signed in on.
type Device struct {
	ID      int64   `json:"id"`
	Name    string  `json:"name"`
	Kind    string  `json:"kind" enum:"browser,token"`
	Current bool    `json:"current" doc:"The one that asks."`
	Created string  `json:"created" format:"date-time"`
	Seen    *string `json:"seen" format:"date-time" doc:"To within five minutes; null if never."`
}

// Devices are my devices, newest first.
type Devices struct {
	Devices []Device `json:"devices"`
}

// Token is a new API token.
type Token struct {
	ID    int64  `json:"id"`
	Token string `json:"token" doc:"Only here: it is kept nowhere."`
}

type signedOutReply struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

func (s *Server) devices() {
	handle(s, op("GET", "/devices", "list-devices", "Where I am signed in", "me"), func(ctx context.Context, _ *none) (*reply[Devices], error) {
		c := from(ctx)
		out := Devices{Devices: []Device{}}
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			devices, err := login.Devices(tx, c.actor.Person)
			for _, d := range devices {
				one := Device{ID: d.ID, Name: d.Name, Kind: d.Kind, Current: d.ID == c.actor.Device, Created: wire.Time(d.Made)}
				if d.Seen > 0 {
					seen := wire.Time(d.Seen)
					one.Seen = &seen
				}
				out.Devices = append(out.Devices, one)
			}
			return err
		})
		return &reply[Devices]{out}, err
	})
	handle(s, noContent(op("DELETE", "/devices/{id}", "end-device", "Sign a device out, at once", "me")), func(ctx context.Context, in *byID) (*none, error) {
		c := from(ctx)
		return nil, c.tenant.Write(ctx, func(tx *store.Tx) error { return login.EndDevice(tx, c.actor, in.ID) })
	})
	handle(s, noContent(op("DELETE", "/session", "sign-out", "Sign this device out", "me")), func(ctx context.Context, _ *none) (*signedOutReply, error) {
		c := from(ctx)
		err := c.tenant.Write(ctx, func(tx *store.Tx) error { return login.EndDevice(tx, c.actor, c.actor.Device) })
		return &signedOutReply{SetCookie: s.cookie(c.request, "", -1)}, err
	})

	type tokenDraft struct {
		Body struct {
			Name string `json:"name" doc:"What the token is for."`
		}
	}
	handle(s, op("POST", "/tokens", "make-token", "Make an API token of mine", "me"), func(ctx context.Context, in *tokenDraft) (*reply[Token], error) {
		c := from(ctx)
		var out Token
		err := c.tenant.Write(ctx, func(tx *store.Tx) error {
			id, secret, err := login.MakeToken(tx, c.actor, c.actor.Person, in.Body.Name)
			out = Token{ID: id, Token: login.Token(c.tenant.Name(), secret)}
			return err
		})
		return &reply[Token]{out}, err
	})
}
