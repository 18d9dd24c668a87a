package live_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/bus"
	"verbale/internal/bus/bustest"
	"verbale/internal/bus/natsbus"
	"verbale/internal/live"
)

// node is a further gateway before the same company.
func (c *company) node(o live.Options) *company {
	return &company{world: c.another(o), tenant: c.tenant, people: c.people}
}

func joinBus(t *testing.T, peers ...string) *natsbus.Bus {
	b, err := natsbus.Join(t.Context(), natsbus.Cluster{
		Listen: "127.0.0.1:0", Peers: peers, Secret: "0123456789abcdef0123456789abcdef", Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// untilOnline reads up to the frame that says so of a person.
func (s *socket) untilOnline(person int64, online bool) {
	s.t.Helper()
	for g := s.until("presence"); g.Person != person || string(g.Online) != fmt.Sprint(online); g = s.until("presence") {
	}
}

func TestWhoIsOnAnotherNodeIsSeenSoonAndForgottenWhenThatNodeDies(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	far := joinBus(t)
	near := joinBus(t, far.Addr().String())
	c := newWorld(t, live.Options{Bus: near, Clock: clock}).company("acme", 3)
	second := c.node(live.Options{Bus: far})
	anna, ben, carla := c.people[0].Person, c.people[1].Person, c.people[2].Person

	second.connect(c.people[0]) // before anybody is on the other node, which thus has to ask
	second.connect(c.people[0])
	b, ready := c.connect(c.people[1])
	began := time.Now()
	if string(ready.Online) == fmt.Sprintf("[%d]", ben) {
		b.untilOnline(anna, true)
	}
	asked := time.Since(began)
	began = time.Now()
	second.connect(c.people[2])
	b.untilOnline(carla, true)
	told := time.Since(began)
	t.Logf("asked for in %v, told in %v", asked, told)
	if asked > 3*time.Second || told > 3*time.Second { // a second, on a machine that has time for it
		t.Error("it took too long")
	}

	far.Close() // it dies without a word
	later.Store(int64(20 * time.Second))
	gone := map[int64]bool{}
	for len(gone) < 2 {
		if g := b.until("presence"); string(g.Online) == "false" {
			gone[g.Person] = true
		}
	}
	if !gone[anna] || !gone[carla] || c.gateway.Online(c.tenant, anna) || !c.gateway.Online(c.tenant, ben) {
		t.Fatalf("gone are %v", gone)
	}
}

// recorder is a bus that remembers what was signalled.
type recorder struct {
	bus.Bus
	mu   sync.Mutex
	said [][]byte
}

func (r *recorder) Signal(company string, payload []byte) {
	r.mu.Lock()
	r.said = append(r.said, payload)
	r.mu.Unlock()
	r.Bus.Signal(company, payload)
}

func (r *recorder) again(company string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, payload := range slices.Backward(r.said) {
		r.Bus.Signal(company, payload)
	}
	for _, payload := range r.said {
		r.Bus.Signal(company, payload)
	}
}

func TestLateWordsOfPresenceBringNobodyBackForGood(t *testing.T) {
	t.Parallel()
	var later atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	joined := bus.NewLocal()
	c := newWorld(t, live.Options{Bus: joined, Clock: clock}).company("acme", 3)
	record := &recorder{Bus: joined}
	second := c.node(live.Options{Bus: record, Clock: clock})
	anna, ben := c.people[0].Person, c.people[1].Person

	second.connect(c.people[2]) // stays, so that the node does
	b, _ := c.connect(c.people[1])
	a, _ := second.connect(c.people[0])
	b.untilOnline(anna, true)
	a.conn.WriteClose(1000, nil)
	later.Add(int64(10 * time.Second))
	b.untilOnline(anna, false)
	record.again(c.tenant.Name())
	// The last word counts; what was said before it changes nothing.
	joined.Signal(c.tenant.Name(), fmt.Appendf(nil, `{"presence":{"node":"witness","turn":1,"on":[%d]}}`, 4711))
	for g := b.next(); g.Type != "presence" || g.Person != 4711; g = b.next() {
		if g.Type == "presence" && g.Person == anna {
			t.Fatalf("a late word made it %s", g.raw)
		}
	}
	// Of a node that is dead and forgotten a late word may be believed, not for long.
	joined.Signal(c.tenant.Name(), fmt.Appendf(nil, `{"presence":{"node":"dead","turn":7,"on":[%d]}}`, anna))
	b.untilOnline(anna, true)
	later.Add(int64(20 * time.Second))
	b.untilOnline(anna, false)
	if !c.gateway.Online(c.tenant, ben) {
		t.Fatal("he is there")
	}
}

func TestWhatIsNoSignalHarmsNoHub(t *testing.T) {
	t.Parallel()
	joined := bus.NewLocal()
	c := newWorld(t, live.Options{Bus: joined}).company("acme", 2)
	a, _ := c.connect(c.people[0])
	for _, payload := range []string{
		"", "x", "null", "[]", `{"presence":null}`, `{"presence":{}}`, `{"presence":{"node":"n","turn":-1}}`, `{"presence":{"node":"n","turn":1,"from":9,"to":-9,"on":[-1]}}`,
		`{"marks":{}}`, `{"marks":{"conversation":-1,"marks":[{}]}}`, `{"typing":{"conversation":9223372036854775807,"person":1}}`, `{"presence":{"on":"all"}}`,
	} {
		joined.Signal(c.tenant.Name(), []byte(payload))
	}
	joined.Publish(c.tenant.Name(), 1<<53-1)
	group := c.group(c.people...)
	c.post(c.people[1], group, "hello")
	if g := a.until("message.posted"); g.Data.Message.Text != "hello" {
		t.Fatalf("shown %s", g.raw)
	}
}

// view is what one client believes, from the frames that it got.
type view struct {
	*socket
	mu     sync.Mutex
	posts  int
	typing int
	online map[int64]bool
}

func watch(s *socket, ready got) *view {
	v := &view{socket: s, online: map[int64]bool{}}
	var there []int64
	json.Unmarshal(ready.Online, &there)
	for _, person := range there {
		v.online[person] = true
	}
	go func() {
		for g := range s.frames {
			v.mu.Lock()
			switch {
			case g.Kind == "message.posted":
				v.posts++
			case g.Type == "typing":
				v.typing++
			case g.Type == "presence" && string(g.Online) == "true":
				v.online[g.Person] = true
			case g.Type == "presence":
				delete(v.online, g.Person)
			}
			v.mu.Unlock()
		}
	}()
	return v
}

func within(t *testing.T, limit time.Duration, what string, is func() bool) {
	t.Helper()
	began, look := time.Now(), time.NewTicker(5*time.Millisecond)
	defer look.Stop()
	for ; !is(); <-look.C {
		if time.Since(began) > limit {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
	t.Logf("%s after %v", what, time.Since(began).Round(time.Millisecond))
}

// Two nodes between which words are lost, doubled, late and overtaken: what is
// of record reaches everybody in two seconds, and who is there is right as soon
// as one claim has come through.
func TestThroughAChaoticBusEveryClientConverges(t *testing.T) {
	t.Parallel()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	joined := bus.NewLocal()
	one, two := bustest.Chaos(joined, seed), bustest.Chaos(joined, seed+1)
	c := newWorld(t, live.Options{Bus: one}).company("acme", 8)
	second := c.node(live.Options{Bus: two})
	group := c.group(c.people...)
	var views []*view
	for i, p := range c.people {
		at := c
		if i%2 == 1 {
			at = second
		}
		views = append(views, watch(at.connect(p)))
	}
	gone := views[7]
	const each = 20
	var writing sync.WaitGroup
	for i, v := range views {
		writing.Go(func() {
			for n := range each {
				v.say(fmt.Sprintf(`{"type":"typing","conversation":%d}`, group))
				v.post(n, group, fmt.Sprint(i, " ", n))
				one.Publish("acme", int64(n))
				two.Publish("acme", int64(each-n))
			}
		})
	}
	writing.Wait()
	views = views[:7]
	all := func(is func(*view) bool) func() bool {
		return func() bool {
			for _, v := range views {
				v.mu.Lock()
				ok := is(v)
				v.mu.Unlock()
				if !ok {
					return false
				}
			}
			return true
		}
	}
	within(t, patience, "all is written", func() bool { return len(c.syncTexts(c.people[0].Person, 1<<60)) == 8*each })
	within(t, 2*time.Second, "everybody has all", all(func(v *view) bool { return v.posts == 8*each }))
	gone.conn.WriteClose(1000, nil)
	within(t, patience, "his node knows that he is gone", func() bool { return !second.gateway.Online(c.tenant, c.people[7].Person) })
	one.Calm()
	two.Calm()
	within(t, 8*time.Second, "everybody knows who is there", all(func(v *view) bool { return len(v.online) == 7 && !v.online[c.people[7].Person] }))
	if all(func(v *view) bool { return v.typing == 0 })() {
		t.Error("nobody was seen typing")
	}
	if n := one.Counts(); n.Lost == 0 || n.Doubled == 0 || n.Late == 0 {
		t.Errorf("there was no chaos: %+v", n)
	}
}
