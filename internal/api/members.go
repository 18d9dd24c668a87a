package api

import (
	"context"

	"verbale/internal/chat"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// Members is everybody in a conversation.
type Members struct {
	Members []wire.Member `json:"members"`
}

type place struct {
	ID     int64 `path:"id" minimum:"1"`
	Person int64 `path:"person" minimum:"1"`
}

func (s *Server) members() {
	handle(s, op("GET", "/conversations/{id}/members", "list-members", "Who is in a conversation, and how far each got", "conversations"), func(ctx context.Context, in *byID) (*reply[Members], error) {
		c := from(ctx)
		var out Members
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			members, err := chat.Members(tx, c.actor.Person, in.ID)
			out.Members = wire.OfMembers(members)
			return err
		})
		return &reply[Members]{out}, err
	})

	type newMembers struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Members []int64 `json:"members" minItems:"1" maxItems:"1000"`
			History bool    `json:"history,omitempty" doc:"Show them what was written before, too."`
		}
	}
	handle(s, noContent(op("POST", "/conversations/{id}/members", "add-members", "Bring people into a group", "conversations")), func(ctx context.Context, in *newMembers) (*none, error) {
		c := from(ctx)
		return nil, c.tenant.Write(ctx, func(tx *store.Tx) error {
			return chat.AddMembers(tx, c.actor, in.ID, in.Body.Members, in.Body.History)
		})
	})

	type memberRole struct {
		ID     int64 `path:"id" minimum:"1"`
		Person int64 `path:"person" minimum:"1"`
		Body   struct {
			Role string `json:"role" enum:"admin,member"`
		}
	}
	handle(s, noContent(op("PATCH", "/conversations/{id}/members/{person}", "change-member", "Make a member admin of a group, or an admin member", "conversations")), func(ctx context.Context, in *memberRole) (*none, error) {
		c := from(ctx)
		return nil, c.tenant.Write(ctx, func(tx *store.Tx) error {
			return chat.SetRole(tx, c.actor, in.ID, in.Person, in.Body.Role)
		})
	})
	handle(s, noContent(op("DELETE", "/conversations/{id}/members/{person}", "remove-member", "Take a person out of a group, or leave it", "conversations")), func(ctx context.Context, in *place) (*none, error) {
		c := from(ctx)
		return nil, c.tenant.Write(ctx, func(tx *store.Tx) error {
			return chat.RemoveMember(tx, c.actor, in.ID, in.Person)
		})
	})
}
