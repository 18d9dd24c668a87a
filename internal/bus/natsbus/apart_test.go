package natsbus_test

import (
	"bytes"
	"net"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"verbale/internal/bus/natsbus"
)

func TestKilledNodeIsMissedByNobodyAndComesBack(t *testing.T) {
	t.Parallel()
	seed := join(t, natsbus.Cluster{})
	at := seed.Addr().String()
	b, c := join(t, natsbus.Cluster{Peers: []string{at}}), join(t, natsbus.Cluster{Peers: []string{at}})
	together(t, seed, b, c)
	c.Close()
	flows(t, seed, b)
	c = join(t, natsbus.Cluster{Peers: []string{at}})
	together(t, seed, b, c)
	seed.Close() // the one that all know of: the others found each other by it
	flows(t, b, c)
	flows(t, c, b)
	seed = join(t, natsbus.Cluster{Listen: at})
	together(t, seed, b, c)
	flows(t, c, seed)
}

// pairs are two nodes joined by a line alone, of both kinds.
func pairs(t *testing.T, test func(t *testing.T, a, b *natsbus.Bus, line *wire)) {
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		a := join(t, natsbus.Cluster{})
		line := newWire(t, a.Addr().String())
		b := join(t, natsbus.Cluster{Peers: []string{line.addr()}})
		together(t, a, b)
		test(t, a, b, line)
	})
	t.Run("NATS", func(t *testing.T) {
		t.Parallel()
		nats := runNATS(t, &server.Options{})
		line := newWire(t, nats.Addr().String())
		a, b := connect(t, natsbus.External{URLs: nats.ClientURL()}), connect(t, natsbus.External{URLs: "nats://" + line.addr()})
		together(t, a, b)
		test(t, a, b, line)
	})
}

func TestPartedNodesGoOnAndHearEachOtherAgain(t *testing.T) {
	t.Parallel()
	pairs(t, func(t *testing.T, a, b *natsbus.Bus, line *wire) {
		far, near := a.Subscribe("acme"), b.Subscribe("acme")
		line.sever()
		eventually(t, "the break was not seen", func() bool {
			if a.Addr() == nil {
				return !b.Stats().Connected
			}
			return a.Stats().Nodes == 0 && b.Stats().Nodes == 0
		})
		b.Signal("acme", []byte("meanwhile"))
		if got := <-near.Signals(); string(got) != "meanwhile" { // this node's own people hear it
			t.Fatalf("heard %q", got)
		}
		line.mend()
		flows(t, b, a)
		flows(t, a, b)
		b.Signal("acme", []byte("now"))
		if got := <-far.Signals(); string(got) != "now" {
			t.Fatalf("after the break came %q: what is stale must not be told", got)
		}
	})
}

func TestNobodyWaitsForANodeThatStandsStill(t *testing.T) {
	t.Parallel()
	pairs(t, func(t *testing.T, a, b *natsbus.Bus, line *wire) {
		line.pause()
		kilobyte := bytes.Repeat([]byte("x"), 1024)
		for range 60_000 { // 60 MB each way: no buffer between them takes that
			b.Signal("acme", kilobyte)
			a.Signal("acme", kilobyte)
			b.Publish("acme", number.Add(1))
		}
		if b.Stats().Dropped+a.Stats().Dropped == 0 {
			t.Error("nothing was dropped: where is it?")
		}
		line.resume()
		flows(t, a, b)
		flows(t, b, a)
	})
}

func TestNATSThatIsNotThereYetIsJoinedWhenItIs(t *testing.T) {
	t.Parallel()
	first := runNATS(t, &server.Options{})
	at := first.Addr().String()
	port := first.Addr().(*net.TCPAddr).Port
	first.Shutdown()
	first.WaitForShutdown()
	b := connect(t, natsbus.External{URLs: "nats://" + at})
	b.Publish("acme", 1) // no NATS: no harm
	if b.Stats().Connected {
		t.Fatal("connected to nothing")
	}
	runNATS(t, &server.Options{Port: port})
	a := connect(t, natsbus.External{URLs: "nats://" + at})
	flows(t, a, b)
	flows(t, b, a)
}
