package api

import (
	"context"

	"verbale/internal/chat"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// Synced is a page of what came after a number.
type Synced struct {
	Events []wire.Event `json:"events"`
	Seq    int64        `json:"seq" doc:"Go on after this; up to here nothing is missing."`
	More   bool         `json:"more"`
}

func (s *Server) sync() {
	type ask struct {
		After int64 `query:"after" minimum:"0" doc:"The last number that the client has."`
		Limit int   `query:"limit" minimum:"1" maximum:"200" default:"200"`
	}
	handle(s, op("GET", "/sync", "sync", "What came after a number, as far as I may see it", "sync"), func(ctx context.Context, in *ask) (*reply[Synced], error) {
		c := from(ctx)
		out := Synced{Events: []wire.Event{}}
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			page, err := chat.Sync(tx, c.actor.Person, in.After, in.Limit)
			out.Seq, out.More = page.Seq, page.More
			for _, ev := range page.Events {
				out.Events = append(out.Events, wire.OfEvent(ev, s.online(c)))
			}
			return err
		})
		return &reply[Synced]{out}, err
	})
}
