package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"verbale/cmd/verbale/demo"
	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// playClock is the register's clock while the story is played.
type playClock struct{ micros atomic.Int64 }

func (c *playClock) set(t time.Time) { c.micros.Store(t.UnixMicro()) }
func (c *playClock) now() time.Time  { return time.UnixMicro(c.micros.Load()) }

// player plays a story into a company, act by act: each at its own time, by
// the same functions that people's clients call.
type player struct {
	tenant *store.Tenant
	story  demo.Story
	clock  *playClock
	said   io.Writer // progress

	actors        []org.Actor     // by place in the story
	conversations map[int]*played // by the story's number
	messages      map[int]int64   // by the story's number
}

// played is a conversation that has been started.
type played struct {
	id      int64
	members []int
	last    int64
	read    map[int]int64 // by place in the story
}

func (p *player) play(ctx context.Context) error {
	p.conversations, p.messages = map[int]*played{}, map[int]int64{}
	p.clock.set(p.story.People[0].From)
	if err := p.found(ctx); err != nil {
		return err
	}
	for i, a := range p.story.Acts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if i%2000 == 0 {
			fmt.Fprintf(p.said, "making the demonstration: %d%%\n", 100*i/len(p.story.Acts))
		}
		p.clock.set(a.At)
		if err := p.act(ctx, a); err != nil {
			return fmt.Errorf("act %d of the story: %w", i, err)
		}
	}
	return nil
}

// found makes the company with its owner.
func (p *player) found(ctx context.Context) error {
	owner := p.story.People[0]
	return p.tenant.Write(ctx, func(tx *store.Tx) (err error) {
		if p.actors[0].Person, err = org.Create(tx, p.story.Title, owner.Name, owner.Language); err != nil {
			return err
		}
		p.actors[0].Device, _, err = login.AddDevice(tx, org.Actor{Person: p.actors[0].Person}, p.actors[0].Person, login.Browser, "Firefox")
		return err
	})
}

func (p *player) act(ctx context.Context, a demo.Act) error {
	if a.Kind == demo.Look {
		return p.look(ctx, a)
	}
	return p.tenant.Write(ctx, func(tx *store.Tx) error {
		by := p.actors[a.Who]
		switch a.Kind {
		case demo.Arrive:
			return p.arrive(tx, a)
		case demo.Leave:
			active := false
			_, err := org.ChangePerson(tx, p.actors[0], by.Person, org.Change{Active: &active})
			return err
		case demo.Start:
			return p.start(tx, a)
		case demo.Add:
			c := p.conversations[a.Conversation]
			c.members = append(c.members, a.Members...)
			return chat.AddMembers(tx, by, c.id, p.persons(a.Members), a.History)
		case demo.Rename:
			return chat.Rename(tx, by, p.conversations[a.Conversation].id, a.Title)
		case demo.Say:
			return p.say(tx, a)
		case demo.Edit:
			_, err := chat.Edit(tx, by, p.messages[a.Message], a.Text)
			return err
		case demo.Delete:
			return chat.Delete(tx, by, p.messages[a.Message])
		}
		return fmt.Errorf("nobody can do %d", a.Kind)
	})
}

func (p *player) persons(places []int) []int64 {
	found := make([]int64, len(places))
	for i, place := range places {
		found[i] = p.actors[place].Person
	}
	return found
}

// arrive lets a person in by an invite of the owner's, as it is in life.
func (p *player) arrive(tx *store.Tx, a demo.Act) error {
	person := p.story.People[a.Who]
	_, secret, err := login.MakeInvite(tx, p.actors[0], person.Role, 1, 24*time.Hour)
	if err != nil {
		return err
	}
	browsers := []string{"Chrome, Android", "Safari, iPhone", "Firefox, Windows", "Edge, Windows"}
	p.actors[a.Who], _, err = login.Join(tx, secret, person.Name, person.Language, browsers[a.Who%len(browsers)])
	return err
}

func (p *player) start(tx *store.Tx, a demo.Act) error {
	kind := "direct"
	if a.Group {
		kind = "group"
	}
	id, err := chat.Create(tx, p.actors[a.Who], kind, a.Title, p.persons(a.Members))
	p.conversations[a.Conversation] = &played{id: id, members: append([]int{a.Who}, a.Members...), read: map[int]int64{}}
	return err
}

func (p *player) say(tx *store.Tx, a demo.Act) error {
	c := p.conversations[a.Conversation]
	posted, err := chat.Post(tx, p.actors[a.Who], chat.Draft{
		Key: messageKey(a.Message), Conversation: c.id, Text: a.Text, ReplyTo: p.messages[a.ReplyTo],
	})
	c.last, c.read[a.Who] = posted.N, posted.N
	p.messages[a.Message] = posted.ID
	return err
}

// messageKey is the key that the message's client would have drawn.
func messageKey(message int) string {
	var key uuid.UUID
	binary.BigEndian.PutUint64(key[8:], uint64(message))
	key[6], key[8] = 0x70, key[8]|0x80 // version 7, RFC 9562's variant
	return key.String()
}

// look has people read all they have, and enters the burst of marks as the
// running server does.
func (p *player) look(ctx context.Context, a demo.Act) error {
	reads := map[int]bool{}
	for _, place := range a.Members {
		reads[place] = true
	}
	var marks []chat.Mark
	for number := range len(p.conversations) {
		c := p.conversations[number]
		if c == nil {
			continue // starts later
		}
		for _, place := range c.members {
			if reads[place] && c.read[place] < c.last {
				c.read[place] = c.last
				marks = append(marks, chat.Mark{Conversation: c.id, Person: p.actors[place].Person, Delivered: c.last, Read: c.last})
			} else if c.read[place] < c.last && place%7 != 0 {
				marks = append(marks, chat.Mark{Conversation: c.id, Person: p.actors[place].Person, Delivered: c.last})
			}
		}
	}
	if err := p.tenant.Write(ctx, func(tx *store.Tx) error { _, err := chat.SetMarks(tx, marks); return err }); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = chat.EnterMarks(ctx, p.tenant); err != nil {
			return err
		}
	}
	return nil
}
