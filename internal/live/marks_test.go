package live_test

import (
	"context"
	"fmt"
	"testing"

	"verbale/internal/bus"
	"verbale/internal/chat"
	"verbale/internal/live"
	"verbale/internal/store"
)

func TestMarksAreGatheredWrittenAndShownToTheMembers(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 3)
	group := c.group(c.people...)
	for range 5 {
		c.post(c.people[0], group, "x")
	}
	a, _ := c.connect(c.people[0])
	b, _ := c.connect(c.people[1])
	for n := 1; n <= 4; n++ {
		b.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"delivered":%d,"read":%d}`, group, n+1, n))
	}
	b.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"delivered":2}`, group)) // never back
	for _, s := range []*socket{a, b} {
		g := s.until("marks")
		if g.Conversation != group || len(g.Marks) != 1 || g.Marks[0] != (chat.Mark{Person: c.people[1].Person, Delivered: 5, Read: 4}) {
			t.Fatalf("shown %s", g.raw)
		}
	}
	var members []chat.Member
	err := c.tenant.Read(context.Background(), func(tx *store.Tx) (err error) {
		members, err = chat.Members(tx, c.people[0].Person, group)
		return err
	})
	if err != nil || members[1].ReadN != 4 || members[1].DeliveredN != 5 {
		t.Fatalf("%+v, %v", members, err)
	}
}

func TestMarksOfOutsidersAndBeyondTheEndMoveNothing(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 3)
	group, all := c.group(c.people[0], c.people[1]), c.group(c.people...)
	c.post(c.people[0], group, "x")
	c.post(c.people[0], all, "x")
	b, _ := c.connect(c.people[1])
	out, _ := c.connect(c.people[2])
	out.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"read":1}`, group))
	out.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"read":1}`, all))
	out.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"read":1}`, all+1_000_000))
	out.until("marks") // the one that counts; all of them are written now
	b.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"read":100}`, group))
	b.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"read":1}`, all))
	for g := b.until("marks"); g.Marks[0].Person != c.people[1].Person; g = b.until("marks") {
		if g.Conversation == group {
			t.Fatalf("shown %s", g.raw)
		}
	}
	err := c.tenant.Read(context.Background(), func(tx *store.Tx) error {
		members, err := chat.Members(tx, c.people[0].Person, group)
		if err == nil && (len(members) != 2 || members[1].ReadN != 0) {
			t.Errorf("%+v", members)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInACrowdOneIsShownOnlyOnesOwnMarks(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 102)
	group := c.group(c.people...)
	c.post(c.people[0], group, "x")
	a, _ := c.connect(c.people[0])
	b, _ := c.connect(c.people[1])
	b.say(fmt.Sprintf(`{"type":"mark","conversation":%d,"read":1}`, group))
	if g := b.until("marks"); len(g.Marks) != 1 || g.Marks[0].Person != c.people[1].Person {
		t.Fatalf("shown %s", g.raw)
	}
	if _, err := chat.EnterMarks(context.Background(), c.tenant); err != nil {
		t.Fatal(err)
	}
	if g := b.until("read.marked"); len(g.Data.Marks) != 1 || g.Data.Marks[0].Person != c.people[1].Person {
		t.Fatalf("shown %s", g.raw)
	}
	if g := a.until("read.marked"); len(g.Data.Marks) != 1 || g.Data.Marks[0].Person != c.people[0].Person {
		t.Fatalf("shown %s", g.raw)
	}
}

func TestTypingIsShownToTheOtherMembersOnly(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 3)
	group := c.group(c.people[0], c.people[1])
	a, _ := c.connect(c.people[0])
	b, _ := c.connect(c.people[1])
	out, _ := c.connect(c.people[2])
	typing := fmt.Sprintf(`{"type":"typing","conversation":%d}`, group)
	out.say(typing) // not his to say
	out.say(`{"type":"ping"}`)
	out.until("pong")
	b.say(typing)
	if g := a.until("typing"); g.Conversation != group || g.Person != c.people[1].Person {
		t.Fatalf("shown %s", g.raw)
	}
	b.say(`{"type":"ping"}`)
	for g := b.next(); g.Type != "pong"; g = b.next() {
		if g.Type == "typing" {
			t.Fatal("somebody was shown his own typing")
		}
	}
}

func TestWhoComesAndGoesIsToldOnEveryNode(t *testing.T) {
	t.Parallel()
	joined := bus.NewLocal()
	c := newWorld(t, live.Options{Bus: joined}).company("acme", 3)
	// A second node before the same company.
	second := &company{world: c.another(live.Options{Bus: joined}), tenant: c.tenant, people: c.people}
	a, _ := c.connect(c.people[0])
	far, _ := second.connect(c.people[1])
	for _, s := range []*socket{a, far} {
		here := map[int64]bool{}
		for len(here) < 2 {
			g := s.until("presence")
			here[g.Person] = string(g.Online) == "true"
		}
	}
	if _, ready := c.connect(c.people[2]); string(ready.Online) != fmt.Sprintf("[%d,%d,%d]", c.people[0].Person, c.people[1].Person, c.people[2].Person) {
		t.Fatalf("the first frame is %s", ready.raw)
	}
	far.conn.WriteClose(1000, nil)
	for g := a.until("presence"); g.Person != c.people[1].Person || string(g.Online) != "false"; g = a.until("presence") {
	}
	if c.gateway.Online(c.tenant, c.people[1].Person) {
		t.Fatal("still counted as there")
	}
}
