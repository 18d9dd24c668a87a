package api

import (
	"context"

	"verbale/internal/chat"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// Conversations are my conversations, the latest first.
type Conversations struct {
	Conversations []wire.Conversation `json:"conversations"`
	Seq           int64               `json:"seq" doc:"The register's number at which this list was true."`
}

// Made is what was just made.
type Made struct {
	ID int64 `json:"id"`
}

func (s *Server) conversations() {
	handle(s, op("GET", "/conversations", "list-conversations", "My conversations, the latest first", "conversations"), func(ctx context.Context, _ *none) (*reply[Conversations], error) {
		c := from(ctx)
		var out Conversations
		err := c.tenant.Read(ctx, func(tx *store.Tx) (err error) {
			if out.Seq, err = tx.Size(); err != nil {
				return err
			}
			list, err := chat.List(tx, c.actor.Person)
			out.Conversations = wire.OfConversations(list)
			return err
		})
		return &reply[Conversations]{out}, err
	})

	type conversationDraft struct {
		Body struct {
			Kind    string  `json:"kind" enum:"group,direct"`
			Title   string  `json:"title,omitempty" doc:"Of a group."`
			Members []int64 `json:"members" maxItems:"1000" doc:"Besides me."`
		}
	}
	handle(s, op("POST", "/conversations", "make-conversation", "Start a conversation; a direct one that is there is found again", "conversations"), func(ctx context.Context, in *conversationDraft) (*reply[Made], error) {
		c := from(ctx)
		var out Made
		err := c.tenant.Write(ctx, func(tx *store.Tx) (err error) {
			out.ID, err = chat.Create(tx, c.actor, in.Body.Kind, in.Body.Title, in.Body.Members)
			return err
		})
		return &reply[Made]{out}, err
	})

	handle(s, op("GET", "/conversations/{id}", "get-conversation", "One conversation", "conversations"), func(ctx context.Context, in *byID) (*reply[wire.Conversation], error) {
		return s.conversation(ctx, from(ctx), in.ID)
	})

	type renameGroup struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Title string `json:"title"`
		}
	}
	handle(s, op("PATCH", "/conversations/{id}", "rename-conversation", "Rename a group", "conversations"), func(ctx context.Context, in *renameGroup) (*reply[wire.Conversation], error) {
		c := from(ctx)
		err := c.tenant.Write(ctx, func(tx *store.Tx) error { return chat.Rename(tx, c.actor, in.ID, in.Body.Title) })
		if err != nil {
			return nil, err
		}
		return s.conversation(ctx, c, in.ID)
	})

	type readMark struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			N int64 `json:"n" minimum:"1" doc:"The last message that I have read."`
		}
	}
	handle(s, noContent(op("POST", "/conversations/{id}/read", "mark-read", "Say how far I have read", "conversations")), func(ctx context.Context, in *readMark) (*none, error) {
		c := from(ctx)
		var moved []chat.Mark
		err := c.tenant.Write(ctx, func(tx *store.Tx) (err error) {
			moved, err = chat.MarkRead(tx, c.actor, in.ID, in.Body.N)
			return err
		})
		s.Live.Marked(c.tenant, moved)
		return nil, err
	})
}

func (s *Server) conversation(ctx context.Context, c caller, id int64) (*reply[wire.Conversation], error) {
	var out wire.Conversation
	err := c.tenant.Read(ctx, func(tx *store.Tx) error {
		found, err := chat.Get(tx, c.actor.Person, id)
		out = wire.OfConversation(found)
		return err
	})
	return &reply[wire.Conversation]{out}, err
}
