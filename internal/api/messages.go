package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"verbale/internal/chat"
	"verbale/internal/store"
	"verbale/internal/wire"
)

// pageAsked is which page of a conversation is asked for.
type pageAsked struct {
	ID     int64 `path:"id" minimum:"1"`
	After  int64 `query:"after" minimum:"0" doc:"Messages whose n comes after this; after 0 is the conversation's beginning."`
	Before int64 `query:"before" minimum:"0" doc:"Messages whose n comes before this."`
	Limit  int   `query:"limit" minimum:"1" default:"50" doc:"At most this many; never more than 200."`
}

// Resolve tells after 0 from no after at all. Who asks for more than a page
// holds gets a page, and is told that there is more.
func (p *pageAsked) Resolve(ctx huma.Context) []error {
	if ctx.Query("after") == "" {
		p.After = chat.FromEnd
	}
	p.Limit = min(p.Limit, chat.MaxPage)
	return nil
}

func (s *Server) messages() {
	type messageDraft struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Key     string  `json:"key" doc:"A UUID that the client made: the same key again is the same answer."`
			Text    string  `json:"text"`
			ReplyTo int64   `json:"reply_to,omitempty" minimum:"0"`
			Files   []int64 `json:"files,omitempty" maxItems:"20"`
		}
	}
	handle(s, op("POST", "/conversations/{id}/messages", "post-message", "Post a message", "messages"), func(ctx context.Context, in *messageDraft) (*reply[wire.Posted], error) {
		c := from(ctx)
		p, err := chat.Send(ctx, c.tenant, c.actor, chat.Draft{Key: in.Body.Key, Conversation: in.ID, Text: in.Body.Text, ReplyTo: in.Body.ReplyTo, Files: in.Body.Files})
		return &reply[wire.Posted]{wire.OfPosted(p)}, err
	})

	handle(s, op("GET", "/conversations/{id}/messages", "read-messages", "A page of a conversation, oldest first; the latest page by default", "messages"), func(ctx context.Context, in *pageAsked) (*reply[wire.Page], error) {
		c := from(ctx)
		var out wire.Page
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			p, err := chat.ReadPage(tx, c.actor.Person, in.ID, in.After, in.Before, in.Limit)
			out = wire.OfPage(p)
			return err
		})
		return &reply[wire.Page]{out}, err
	})

	handle(s, op("GET", "/messages/{id}", "get-message", "All that is known of a message: versions, who has it, who read it", "messages"), func(ctx context.Context, in *byID) (*reply[wire.MessageInfo], error) {
		c := from(ctx)
		var out wire.MessageInfo
		err := c.tenant.Read(ctx, func(tx *store.Tx) error {
			i, err := chat.ReadInfo(tx, c.actor.Person, in.ID)
			out = wire.OfInfo(i)
			return err
		})
		return &reply[wire.MessageInfo]{out}, err
	})

	type messageEdit struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			Text string `json:"text"`
		}
	}
	handle(s, op("PATCH", "/messages/{id}", "edit-message", "Edit my message; the earlier text stays as a version", "messages"), func(ctx context.Context, in *messageEdit) (*reply[wire.Message], error) {
		c := from(ctx)
		var m chat.Message
		err := c.tenant.Write(ctx, func(tx *store.Tx) (err error) {
			m, err = chat.Edit(tx, c.actor, in.ID, in.Body.Text)
			return err
		})
		return &reply[wire.Message]{wire.OfMessage(m)}, err
	})
	handle(s, noContent(op("DELETE", "/messages/{id}", "delete-message", "Delete a message; its trace stays", "messages")), func(ctx context.Context, in *byID) (*none, error) {
		c := from(ctx)
		return nil, c.tenant.Write(ctx, func(tx *store.Tx) error { return chat.Delete(tx, c.actor, in.ID) })
	})
}
