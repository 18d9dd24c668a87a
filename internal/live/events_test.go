package live_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"verbale/internal/chat"
	"verbale/internal/live"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

func TestNothingIsMissedOrDoubledBetweenReadyAndTheEventsAfterIt(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 5)
	group := c.group(c.people...)
	const writers, each = 4, 60
	var writing sync.WaitGroup
	for _, by := range c.people[:writers] {
		writing.Go(func() {
			for i := range each {
				c.tenant.Write(context.Background(), func(tx *store.Tx) error {
					_, err := chat.Post(tx, by, chat.Draft{Key: key(by.Person, i), Conversation: group, Text: "hello"})
					return err
				})
			}
		})
	}
	var reading sync.WaitGroup
	for range 12 { // sockets that come at different moments
		s, ready := c.connect(c.people[4])
		reading.Go(func() {
			seen := c.syncTexts(c.people[4].Person, ready.Seq)
			last := ready.Seq
			for len(seen) < writers*each {
				g := s.until("message.posted")
				if g.Seq <= last {
					t.Errorf("%d came after %d", g.Seq, last)
				}
				last = g.Seq
				seen = append(seen, g.Seq)
			}
			if unique := len(slices.Compact(slices.Clone(seen))); unique != writers*each {
				t.Errorf("%d different messages of %d", unique, writers*each)
			}
		})
	}
	writing.Wait()
	reading.Wait()
}

func TestADamagedEntryDoesNotStopWhatComesAfterIt(t *testing.T) {
	t.Parallel()
	storetest.OnlySQLite(t) // there no command gets past the triggers
	c := newWorld(t, live.Options{}).company("acme", 2)
	group := c.group(c.people...)
	s, _ := c.connect(c.people[1])
	c.write(func(tx *store.Tx) error { // in one command, so that nobody reads it before
		p, err := chat.Post(tx, c.people[0], chat.Draft{Key: key(1, 1), Conversation: group, Text: "what the disk lost"})
		if err != nil {
			return err
		}
		if err := chat.Rename(tx, c.people[0], group, "A title that the disk lost"); err != nil {
			return err
		}
		if _, err := tx.Exec(`DROP TRIGGER entry_keeps`); err != nil {
			return err
		}
		_, err = tx.Exec(`UPDATE entry SET sealed = commitment WHERE seq >= ?`, p.ID)
		return err
	})
	c.post(c.people[0], group, "after")
	if g := s.until("message.posted"); !g.Data.Message.Damaged || g.Data.Message.Text != "" {
		t.Errorf("the damaged message came as %s", g.raw)
	}
	if g := s.until("message.posted"); g.Data.Message.Text != "after" || g.Data.Message.Damaged {
		t.Errorf("the next message came as %s", g.raw)
	}
}

func key(person int64, i int) string {
	return fmt.Sprintf("00000000-0000-7000-8000-%06d%06d", person, i)
}

// syncTexts gives the messages up to a number, as the sync has them.
func (c *company) syncTexts(person, upTo int64) (seqs []int64) {
	after := int64(0)
	for more := true; more; {
		var page chat.Synced
		err := c.tenant.Read(context.Background(), func(tx *store.Tx) (err error) {
			page, err = chat.Sync(tx, person, after, 50)
			return err
		})
		if err != nil {
			c.t.Error(err)
			return nil
		}
		for _, ev := range page.Events {
			if ev.Kind == chat.KindPosted && ev.Seq <= upTo {
				seqs = append(seqs, ev.Seq)
			}
		}
		after, more = page.Seq, page.More
	}
	return seqs
}

func TestPostIsAnsweredAndShownToEveryMemberAndNobodyElse(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 3)
	group := c.group(c.people[0], c.people[1])
	a, _ := c.connect(c.people[0])
	b, _ := c.connect(c.people[1])
	out, _ := c.connect(c.people[2])
	mine, _ := c.connect(org.Actor{Person: c.people[0].Person, Device: c.device(c.people[0].Person)})
	a.post(7, group, "ciao")
	posted := a.until("posted")
	if posted.Ref != 7 || posted.N != 1 || posted.ID == 0 {
		t.Fatalf("answered %s", posted.raw)
	}
	for _, s := range []*socket{mine, b} {
		if g := s.until("message.posted"); g.Data.Message.Text != "ciao" || g.Seq != posted.ID {
			t.Fatalf("shown %s", g.raw)
		}
	}
	// What comes to everybody comes after it, to the third too.
	c.write(func(tx *store.Tx) error {
		name := "New Name"
		_, err := org.ChangePerson(tx, c.people[1], c.people[1].Person, org.Change{Name: &name})
		return err
	})
	for g := out.next(); g.Kind != "person.changed"; g = out.next() {
		if g.Type == "event" {
			t.Fatalf("an outsider was shown %s", g.raw)
		}
	}
}

func TestWhatOneDeviceSendsKeepsItsOrder(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 2)
	group := c.group(c.people...)
	a, _ := c.connect(c.people[0])
	b, _ := c.connect(c.people[1])
	for i := range 100 {
		a.post(i, group, fmt.Sprint(i))
	}
	for i := range 100 {
		if g := b.until("message.posted"); g.Data.Message.Text != fmt.Sprint(i) {
			t.Fatalf("at place %d came %q", i, g.Data.Message.Text)
		}
	}
}

func TestRefusedPostIsAnsweredWithItsCodeAndNothingIsWritten(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 2)
	group := c.group(c.people[0])
	b, _ := c.connect(c.people[1])
	own := c.group(c.people[1])
	before := c.tenant.Head().Size
	for _, bad := range []struct {
		conversation int64
		text, code   string
	}{
		{group, "x", "conversation.not_found"}, {own, "", "message.empty"},
		{own, strings.Repeat("x", 20_001), "message.too_long"}, {own, `bell \u0007`, "message.not_text"},
	} {
		b.say(fmt.Sprintf(`{"type":"post","ref":3,"key":"%s","conversation":%d,"text":"%s"}`, key(1, 1), bad.conversation, bad.text))
		if g := b.until("error"); g.Code != bad.code || g.Ref != 3 {
			t.Fatalf("answered %s", g.raw)
		}
	}
	b.say(`{"type":"post","ref":4,"key":"` + key(1, 1) + `","conversation":1,"text":"half \ud83d of it"}`)
	if g := b.until("error"); g.Code != "message.not_text" || g.Ref != 4 {
		t.Fatalf("answered %s", g.raw)
	}
	if after := c.tenant.Head().Size; after != before {
		t.Fatal("something was written")
	}
}

func TestRemovedMemberLearnsOfItAndGetsNothingAfter(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 3)
	group := c.group(c.people...)
	other := c.group(c.people...)
	s, _ := c.connect(c.people[2])
	stays, _ := c.connect(c.people[1])
	c.post(c.people[0], group, "before")
	if g := s.until("message.posted"); g.Data.Message.Text != "before" {
		t.Fatalf("first came %s", g.raw)
	}
	c.write(func(tx *store.Tx) error { return chat.RemoveMember(tx, c.people[0], group, c.people[2].Person) })
	c.post(c.people[0], group, "secret")
	c.gateway.Marked(c.tenant, []chat.Mark{{Conversation: group, Person: c.people[1].Person, Delivered: 2}})
	stays.until("marks")
	c.post(c.people[0], other, "the end")
	if g := s.until("member.removed"); g.Conversation != group {
		t.Fatal("the removal was not told")
	}
	for g := s.next(); g.Data.Message.Text != "the end"; g = s.next() {
		if g.Conversation == group || strings.Contains(g.raw, "secret") {
			t.Fatalf("after the removal came %s", g.raw)
		}
	}
}

func TestLateMemberSeesOnlyWhatIsWrittenFromThenOn(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 3)
	group := c.group(c.people[0], c.people[1])
	s, _ := c.connect(c.people[2])
	old := c.post(c.people[0], group, "old")
	c.write(func(tx *store.Tx) error {
		return chat.AddMembers(tx, c.people[0], group, []int64{c.people[2].Person}, false)
	})
	c.write(func(tx *store.Tx) error { _, err := chat.Edit(tx, c.people[0], old.ID, "old, edited"); return err })
	c.post(c.people[0], group, "new")
	s.until("member.added")
	for g := s.next(); g.Data.Message.Text != "new"; g = s.next() {
		if strings.Contains(g.raw, "old") {
			t.Fatalf("came %s", g.raw)
		}
	}
}

func TestEndedDeviceIsCutAtOnceAndTheOthersStay(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 2)
	group := c.group(c.people...)
	second := org.Actor{Person: c.people[1].Person, Device: c.device(c.people[1].Person)}
	s, _ := c.connect(c.people[1])
	stays, _ := c.connect(second)
	c.write(func(tx *store.Tx) error { return login.EndDevice(tx, second, c.people[1].Device) })
	c.post(c.people[0], group, "after")
	code, before := s.ends()
	if code != 4100 {
		t.Fatalf("closed with %d", code)
	}
	for _, g := range before {
		if g.Kind == "message.posted" {
			t.Fatal("an ended device was shown a message")
		}
	}
	stays.until("message.posted")
}

func TestDeviceEndedBeforeItJoinsGetsNothing(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 2)
	c.write(func(tx *store.Tx) error { return login.EndDevice(tx, c.people[1], c.people[1].Device) })
	s := c.dial(c.people[1])
	go s.conn.ReadLoop()
	if code, before := s.ends(); code != 4100 || len(before) > 0 {
		t.Fatalf("closed with %d after %d frames", code, len(before))
	}
}

func TestDeactivatedPersonIsCutOnEveryDevice(t *testing.T) {
	t.Parallel()
	c := newWorld(t, live.Options{}).company("acme", 2)
	s1, _ := c.connect(c.people[1])
	s2, _ := c.connect(org.Actor{Person: c.people[1].Person, Device: c.device(c.people[1].Person)})
	c.write(func(tx *store.Tx) error {
		no := false
		_, err := org.ChangePerson(tx, c.people[0], c.people[1].Person, org.Change{Active: &no})
		return err
	})
	for _, s := range []*socket{s1, s2} {
		if code, _ := s.ends(); code != 4100 {
			t.Fatalf("closed with %d", code)
		}
	}
}

func TestTwoCompaniesNeverCross(t *testing.T) {
	t.Parallel()
	w := newWorld(t, live.Options{})
	acme, other := w.company("acme", 2), w.company("other", 2)
	// The same numbers in both: only the company tells them apart.
	group, twin := acme.group(acme.people...), other.group(other.people...)
	if group != twin || acme.people[1] != other.people[1] {
		t.Fatal("the companies are not alike")
	}
	a, _ := acme.connect(acme.people[1])
	o, _ := other.connect(other.people[1])
	a.say(fmt.Sprintf(`{"type":"typing","conversation":%d}`, group))
	for i := range 20 {
		acme.post(acme.people[0], group, "canary of acme")
		other.post(other.people[0], twin, "canary of other")
		if i == 10 {
			acme.gateway.Marked(acme.tenant, []chat.Mark{{Conversation: group, Person: acme.people[0].Person, Read: 424242}})
		}
	}
	acme.write(func(tx *store.Tx) error { return login.EndDevice(tx, acme.people[1], acme.people[1].Device) })
	if code, _ := a.ends(); code != 4100 {
		t.Fatalf("closed with %d", code)
	}
	for range 20 {
		g := o.next()
		for g.Kind != "message.posted" {
			if g.Type == "marks" || g.Type == "typing" {
				t.Fatalf("the other company was sent %s", g.raw)
			}
			g = o.next()
		}
		if !strings.Contains(g.raw, "canary of other") {
			t.Fatalf("the other company was sent %s", g.raw)
		}
	}
}
