package api

import (
	"context"
	"time"

	"verbale/internal/search"
	"verbale/internal/wire"
)

// Hits is a page of what was found, newest first.
type Hits struct {
	Hits   []Hit  `json:"hits"`
	Cursor string `json:"cursor" doc:"For the next page; empty when there is none."`
	Behind bool   `json:"behind" doc:"The index is still being made; older messages may be missing."`
}

// Hit is a message that was found.
type Hit struct {
	Message      int64   `json:"message"`
	Conversation int64   `json:"conversation"`
	Title        string  `json:"title"`
	Author       int64   `json:"author"`
	Name         string  `json:"name" doc:"Of an author who is no person here."`
	Time         string  `json:"time" format:"date-time"`
	N            int64   `json:"n"`
	Snippet      Snippet `json:"snippet"`
}

// Snippet is a piece of the text around what was found.
type Snippet struct {
	Text  string `json:"text"`
	Marks []Span `json:"marks" doc:"What was found, in UTF-16 code units of the text."`
}

// Span is a part of a text.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

func (s *Server) search() {
	type ask struct {
		Q      string `query:"q" maxLength:"1000" doc:"Words, \"phrases\", -not, pre*; from: in: before: after: may stand in it too."`
		From   string `query:"from" maxLength:"100" doc:"A person's number or name."`
		In     string `query:"in" maxLength:"100" doc:"A conversation's number or title."`
		Before string `query:"before" maxLength:"40" doc:"A date or a time."`
		After  string `query:"after" maxLength:"40"`
		Zone   string `query:"zone" maxLength:"60" doc:"The time zone that dates are meant in; UTC by default."`
		Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
		Cursor string `query:"cursor" maxLength:"500"`
	}
	handle(s, op("GET", "/search", "search", "Messages that I may see now", "search"), func(ctx context.Context, in *ask) (*reply[Hits], error) {
		c := from(ctx)
		zone, err := time.LoadLocation(in.Zone)
		if err != nil {
			zone = time.UTC
		}
		q, err := search.Parse(in.Q, search.Filters{From: in.From, In: in.In, Before: in.Before, After: in.After}, zone)
		if err != nil {
			return nil, err
		}
		found, err := search.Search(ctx, c.tenant, c.actor.Person, q, in.Limit, in.Cursor)
		if err != nil {
			return nil, err
		}
		out := Hits{Hits: make([]Hit, len(found.Hits)), Cursor: found.Cursor, Behind: found.Behind}
		for i, h := range found.Hits {
			snippet := Snippet{Text: h.Snippet.Text, Marks: []Span{}}
			for _, m := range h.Snippet.Marks {
				snippet.Marks = append(snippet.Marks, Span{m.Start, m.End})
			}
			out.Hits[i] = Hit{Message: h.Message, Conversation: h.Conversation, Title: h.Title, Author: h.Author, Name: h.Name, Time: wire.Time(h.Time), N: h.N, Snippet: snippet}
		}
		return &reply[Hits]{out}, nil
	})
}
