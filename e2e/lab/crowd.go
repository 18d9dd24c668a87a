package lab

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"verbale/e2e/history"
)

// Crowd is a company of people who write to each other, and the record of it.
type Crowd struct {
	Record  history.Recorder
	Clients []*Client
	Company string

	owner  *Client
	groups map[int64][]*Client
	homes  map[*Client][]int64
	last   map[int64]int64 // by group, what was posted everywhere
	acked  atomic.Int64
	asked  int
}

// NewCrowd makes a company of so many people in groups of so many. Each of them
// has one client, which goes to any of the nodes; the commands go to the first.
func NewCrowd(t testing.TB, nodes []*Node, people, size int) *Crowd {
	t.Helper()
	c := &Crowd{Company: "acme", groups: map[int64][]*Client{}, homes: map[*Client][]int64{}}
	var owner struct{ ID int64 }
	nodes[0].Command(t, &owner, "company", "create", c.Company, "--title", "Acme", "--owner", "Olga Owner")
	var token struct{ Token string }
	nodes[0].Command(t, &token, "token", "create", "--company", c.Company, "--person", fmt.Sprint(owner.ID), "--name", "lab")
	c.owner = newClient("owner", "Bearer "+token.Token, nodes, &c.Record)
	c.owner.Person = owner.ID
	for _, n := range nodes {
		Until(t, 10*time.Second, n.Host.Name+" knows the company", func() bool {
			_, _, err := c.owner.call(t.Context(), n, "GET", "/me", nil, nil)
			return err == nil
		})
	}

	var invite struct{ URL string }
	c.must(t, "POST", "/invites", map[string]any{"uses": 0}, &invite)
	_, secret, _ := strings.Cut(invite.URL, "#")
	c.Clients = make([]*Client, people)
	inParallel(people, func(i int) {
		one := newClient(fmt.Sprintf("c%d", i), "", nodes, &c.Record)
		var me struct{ ID int64 }
		_, header, err := one.call(t.Context(), nodes[0], "POST", "/joins", map[string]any{"secret": secret, "name": fmt.Sprintf("Person %d", i)}, &me)
		if err != nil {
			t.Errorf("joining: %v", err)
			return
		}
		one.Person = me.ID
		one.credential, _, _ = strings.Cut(header.Get("Set-Cookie"), ";")
		c.Clients[i] = one
	})
	if t.Failed() {
		t.FailNow()
	}
	for from := 0; from < people; from += size {
		members := c.Clients[from:min(from+size, people)]
		ids := []int64{}
		for _, m := range members {
			ids = append(ids, m.Person)
		}
		var group struct{ ID int64 }
		c.must(t, "POST", "/conversations", map[string]any{"kind": "group", "title": fmt.Sprintf("Group %d", from/size), "members": ids}, &group)
		c.groups[group.ID] = members
		for _, m := range members {
			c.homes[m] = append(c.homes[m], group.ID)
		}
	}
	c.begin(t)
	return c
}

// begin gives everybody the cursor of a device that was there while the company
// was made: it is not the making that is caught up on.
func (c *Crowd) begin(t testing.TB) {
	t.Helper()
	var page struct {
		Seq  int64
		More bool
	}
	for page.More = true; page.More; {
		c.must(t, "GET", fmt.Sprintf("/sync?limit=200&after=%d", page.Seq), nil, &page)
	}
	for _, one := range c.Clients {
		one.cursor = page.Seq
	}
}

func (c *Crowd) must(t testing.TB, method, path string, body, into any) {
	t.Helper()
	if _, _, err := c.owner.call(t.Context(), c.owner.node(), method, path, body, into); err != nil {
		t.Fatal(err)
	}
}

// inParallel does something many times, some at once.
func inParallel(times int, do func(i int)) {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(times, 32) {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < times; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// Live connects everybody until the test ends.
func (c *Crowd) Live(t testing.TB) {
	ctx, end := context.WithCancel(context.Background())
	var living sync.WaitGroup
	for _, one := range c.Clients {
		living.Go(func() { one.Live(ctx) })
	}
	t.Cleanup(func() { end(); living.Wait() })
}

// Talk has everybody write, with a pause of so long on average between two
// messages. Stop waits until all that was begun is acknowledged.
func (c *Crowd) Talk(t testing.TB, pause time.Duration) (stop func()) {
	enough := make(chan struct{})
	ctx, end := context.WithCancel(context.Background())
	var talking sync.WaitGroup
	for _, one := range c.Clients {
		talking.Go(func() {
			for count := 1; ; count++ {
				select {
				case <-enough:
					return
				case <-time.After(rand.N(2 * pause)):
				}
				homes := c.homes[one]
				if _, ok := one.Post(ctx, homes[count%len(homes)], fmt.Sprintf("%s says %d", one.Name, count)); ok {
					c.acked.Add(1)
				} else {
					return
				}
			}
		})
	}
	var once sync.Once
	stop = func() {
		once.Do(func() {
			close(enough)
			finished := make(chan struct{})
			go func() { talking.Wait(); close(finished) }()
			select {
			case <-finished:
			case <-time.After(2 * time.Minute):
				t.Error("two minutes after all was well again, something is not acknowledged yet")
			}
			end()
			<-finished
		})
	}
	t.Cleanup(stop)
	return stop
}

// Acked is how many messages were acknowledged so far.
func (c *Crowd) Acked() int64 { return c.acked.Load() }

// Flows waits until so many more messages have been acknowledged.
func (c *Crowd) Flows(t testing.TB, within time.Duration, more int64) {
	t.Helper()
	from := c.Acked()
	Until(t, within, fmt.Sprintf("%d more messages are acknowledged", more), func() bool { return c.Acked() >= from+more })
}

// Stands is how many are connected and have caught up since a moment.
func (c *Crowd) Stands(after time.Time) (n int) {
	for _, one := range c.Clients {
		if since, ok := one.Caught(); ok && since.After(after) {
			n++
		}
	}
	return n
}

// PostEverywhere has the owner write once to every group.
func (c *Crowd) PostEverywhere(t testing.TB, text string) {
	t.Helper()
	c.last = map[int64]int64{}
	for group := range c.groups {
		if n, ok := c.owner.Post(t.Context(), group, fmt.Sprintf("%s (%d)", text, group)); ok {
			c.last[group] = n
		} else {
			t.Fatalf("the owner could not write: %q", c.owner.Faults())
		}
	}
}

// HaveAll says whether everybody has been shown what was posted everywhere.
func (c *Crowd) HaveAll() bool {
	for group, members := range c.groups {
		for _, m := range members {
			if m.seen(group) < c.last[group] {
				return false
			}
		}
	}
	return true
}

// converge is how soon everybody who is connected has what was written.
const converge = 2 * time.Second

// MustConverge wants everybody to be shown, in two seconds, what is written now.
// The connections have stood meanwhile, or have been waited for.
func (c *Crowd) MustConverge(t testing.TB) {
	t.Helper()
	c.asked++ // the judge wants every text to be another
	c.PostEverywhere(t, fmt.Sprintf("is everybody there? %d", c.asked))
	began := time.Now()
	Until(t, converge, "everybody has been shown what was written after it healed", c.HaveAll)
	t.Logf("everybody had it after %v", time.Since(began).Round(time.Millisecond))
}

// MustStand waits until everybody is connected.
func (c *Crowd) MustStand(t testing.TB) {
	t.Helper()
	Until(t, time.Minute, "everybody is connected", func() bool { return c.Stands(time.Time{}) == len(c.Clients) })
}

// MustKeepEveryPromise waits until everybody has been shown everything, has
// all conversations read to the end, and judges the record.
func (c *Crowd) MustKeepEveryPromise(t testing.TB) history.Verdict {
	t.Helper()
	for group, members := range c.groups {
		last := c.final(t, c.owner, group)
		for _, m := range members {
			Until(t, time.Minute, m.Name+" has been shown everything", func() bool { return m.seen(group) >= last })
		}
		inParallel(len(members), func(i int) { c.final(t, members[i], group) })
	}
	for _, one := range c.Clients {
		for _, fault := range one.Faults() {
			t.Error(fault)
		}
	}
	records := c.Record.Records()
	verdict := history.Check(records)
	if !verdict.OK() || t.Failed() {
		t.Errorf("%v\nthe history is kept in %s", verdict, keep(t, records))
	}
	return verdict
}

// final reads a conversation to its end, for the record.
func (c *Crowd) final(t testing.TB, one *Client, group int64) (last int64) {
	all := history.Record{Op: history.Final, Time: time.Now().UnixMicro(), Client: one.Name, Conversation: group}
	for more := true; more; {
		var page struct {
			Messages []struct {
				ID, N, Author int64
				Text          string
			}
			More bool
		}
		at, asked := one.node(), time.Now()
		if _, _, err := one.call(context.Background(), at, "GET", fmt.Sprintf("/conversations/%d/messages?limit=200&after=%d", group, last), nil, &page); err != nil {
			t.Errorf("%s reads group %d from %s, answered after %v: %v", one.Name, group, at.Host.Name, time.Since(asked), err)
			return last
		}
		for _, m := range page.Messages {
			all.Messages = append(all.Messages, history.Message{ID: m.ID, N: m.N, Author: m.Author, Text: history.Hash(m.Text)})
			last = m.N
		}
		more = page.More
	}
	c.Record.Add(all)
	return last
}

// keep writes a history where it outlives the test.
func keep(t testing.TB, records []history.Record) string {
	path := kept(t, "history")
	f, err := os.Create(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	if err := history.Write(f, records); err != nil {
		return err.Error()
	}
	return path
}
