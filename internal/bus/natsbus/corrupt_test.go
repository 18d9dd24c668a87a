package natsbus_test

import (
	"bytes"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"verbale/internal/bus/natsbus"
)

// A NATS may be shared, and a node may be of another version: what cannot be
// understood is counted, and what comes after it is heard.
func TestCorruptMessagesAreDroppedAndCounted(t *testing.T) {
	t.Parallel()
	url := runNATS(t, &server.Options{}).ClientURL()
	b := connect(t, natsbus.External{URLs: url})
	stranger, err := nats.Connect(url)
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	s := b.Subscribe("acme")
	bad := [][2]string{
		{"verbale.n.acme", ""}, {"verbale.n.acme", "-1"}, {"verbale.n.acme", "0"}, {"verbale.n.acme", "+7"}, {"verbale.n.acme", "007"},
		{"verbale.n.acme", "9007199254740992"}, {"verbale.n.acme", "9223372036854775807"}, {"verbale.n.acme", "1e3"}, {"verbale.n.acme", "\x00\x00\x00\x07"},
		{"verbale.n.ACME", "7"}, {"verbale.n.acme.eu", "7"}, {"verbale.n", "7"}, {"verbale.x.acme", "7"}, {"verbale.s.acme", ""},
		{"verbale.s.acme", string(bytes.Repeat([]byte("x"), 256<<10+1))},
	}
	for _, m := range bad {
		if err := stranger.Publish(m[0], []byte(m[1])); err != nil {
			t.Fatal(err)
		}
	}
	stranger.Publish("verbale.s.acme", []byte("good"))
	stranger.Publish("verbale.n.acme", []byte("7"))
	if got := <-s.Advanced(); got != 7 {
		t.Fatalf("advanced to %d", got)
	}
	if got := <-s.Signals(); string(got) != "good" {
		t.Fatalf("heard %q", got)
	}
	if n := b.Stats().Bad; n != int64(len(bad)) {
		t.Fatalf("%d of %d were counted", n, len(bad))
	}
}

func TestWhatNobodyMaySayIsNotSent(t *testing.T) {
	t.Parallel()
	b := join(t, natsbus.Cluster{})
	for _, company := range []string{"", ">", "*", "acme.>", "acme eu", "Acme", "acme\r\nPUB x 0"} {
		b.Publish(company, 1)
		b.Signal(company, []byte("x"))
	}
	b.Publish("acme", 0)
	b.Publish("acme", 1<<53)
	b.Signal("acme", nil)
	b.Signal("acme", make([]byte, 256<<10+1))
	if s := b.Stats(); s.Bad != 18 || s.Dropped != 0 {
		t.Fatalf("%+v", s)
	}
}

func FuzzHeard(f *testing.F) {
	url := runNATS(f, &server.Options{}).ClientURL()
	b := connect(f, natsbus.External{URLs: url})
	stranger, err := nats.Connect(url)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(stranger.Close)
	f.Add("n.acme", []byte("7"))
	f.Add("n.acme", []byte("99999999999999999999"))
	f.Add("s.acme", []byte(`{"presence":{}}`))
	f.Add("q.abc", []byte(nil))
	f.Add("a.abc", []byte("x"))
	f.Fuzz(func(t *testing.T, subject string, payload []byte) {
		if len(payload) > 1<<19 || stranger.Publish("verbale."+subject, payload) != nil {
			return // NATS itself refuses it
		}
		// It lives, hears what comes after, and was not led beyond all measure.
		s := b.Subscribe("witness")
		defer s.Close()
		stranger.Publish("verbale.n.witness", []byte("9007199254740991"))
		if got := <-s.Advanced(); got > 1<<53-1 {
			t.Fatalf("advanced to %d", got)
		}
	})
}
