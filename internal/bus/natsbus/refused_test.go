package natsbus_test

import (
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"verbale/internal/bus/natsbus"
	"verbale/internal/problem"
)

const otherSecret = "another secret, as long as it has to be"

func refused(t *testing.T, err error, code string) {
	t.Helper()
	p := problem.Of(err)
	if p == nil || p.Code != code {
		t.Fatalf("got %v, want %s", err, code)
	}
	if strings.Contains(p.Detail, "hunter2") {
		t.Fatalf("a password is told: %s", p.Detail)
	}
}

func TestMalformedAddressIsRefused(t *testing.T) {
	t.Parallel()
	for _, urls := range []string{
		"", ",", "nats", "nats://", "http://host:4222", "nats://host:port", "nats://host:99999", "nats://host:0",
		"nats://host:4222/path", "nats://host?x=y", "nats://one:4222,two:4222", "nats://user:hunter2@:4222", "nats://user:hunter2@ho st",
	} {
		_, err := natsbus.Connect(natsbus.External{URLs: urls, Log: slog.New(slog.DiscardHandler)})
		refused(t, err, "bus.url")
	}
}

func TestNATSThatRefusesTheCredentialsIsTold(t *testing.T) {
	t.Parallel()
	nats := runNATS(t, &server.Options{Users: []*server.User{
		{Username: "verbale", Password: "hunter2"},
		{Username: "guest", Password: "hunter2", Permissions: &server.Permissions{Subscribe: &server.SubjectPermission{Allow: []string{"weather.>"}}}},
	}})
	at := nats.Addr().String()
	log := slog.New(slog.DiscardHandler)
	for _, urls := range []string{"nats://" + at, "nats://verbale:hunter3@" + at, "nats://guest:hunter2@" + at} {
		_, err := natsbus.Connect(natsbus.External{URLs: urls, Log: log})
		refused(t, err, "bus.refused")
	}
	_, err := natsbus.Connect(natsbus.External{URLs: "nats://" + at, Creds: filepath.Join(t.TempDir(), "none"), Log: log})
	refused(t, err, "bus.creds")
	_, err = natsbus.Connect(natsbus.External{URLs: "tls://verbale:hunter2@" + at, Log: log})
	refused(t, err, "bus.tls")
	a, b := connect(t, natsbus.External{URLs: "nats://verbale:hunter2@" + at}), connect(t, natsbus.External{URLs: "nats://127.0.0.1:1,nats://verbale:hunter2@" + at})
	flows(t, a, b)
}

func TestPeerWithAnotherSecretIsRefused(t *testing.T) {
	t.Parallel()
	a := join(t, natsbus.Cluster{})
	_, err := natsbus.Join(t.Context(), natsbus.Cluster{Listen: "127.0.0.1:0", Peers: []string{a.Addr().String()}, Secret: otherSecret})
	refused(t, err, "bus.secret")
}

func TestClusterThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []struct {
		code string
		c    natsbus.Cluster
	}{
		{"bus.secret_short", natsbus.Cluster{Listen: ":0", Secret: secret[1:]}},
		{"bus.listen", natsbus.Cluster{Listen: "host", Secret: secret}},
		{"bus.listen", natsbus.Cluster{Listen: ":99999", Secret: secret}},
		{"bus.peers", natsbus.Cluster{Listen: ":0", Peers: []string{"host"}, Secret: secret}},
		{"bus.peers", natsbus.Cluster{Listen: ":0", Peers: []string{":6222"}, Secret: secret}},
		{"bus.listen_taken", natsbus.Cluster{Listen: join(t, natsbus.Cluster{}).Addr().String(), Secret: secret}},
		{"bus.not_a_node", natsbus.Cluster{Listen: ":0", Peers: []string{runNATS(t, &server.Options{}).Addr().String()}, Secret: secret}},
	} {
		_, err := natsbus.Join(t.Context(), bad.c)
		refused(t, err, bad.code)
	}
}

// A node with another secret that was there first, and so met nobody, is kept
// out by those who come.
func TestNodeWithAnotherSecretNeverJoins(t *testing.T) {
	t.Parallel()
	first := join(t, natsbus.Cluster{})
	at := first.Addr().String()
	first.Close()
	stranger := join(t, natsbus.Cluster{Peers: []string{at}, Secret: otherSecret})
	lines, log := newLogged()
	node := join(t, natsbus.Cluster{Listen: at, Log: log})
	for line := range lines.lines {
		if strings.Contains(line, "TLS route handshake error") {
			break
		}
	}
	if stranger.Stats().Nodes != 0 || node.Stats().Nodes != 0 {
		t.Fatal("it was let in")
	}
}

// What a node that is none of ours sees of the cluster is a certificate.
func TestEavesdropperIsToldNothing(t *testing.T) {
	t.Parallel()
	a := join(t, natsbus.Cluster{})
	b := join(t, natsbus.Cluster{Peers: []string{a.Addr().String()}})
	together(t, a, b)
	const hello = "CONNECT {\"verbose\":false,\"cluster\":\"verbale\"}\r\nSUB verbale.> 1\r\nPUB verbale.n.acme 2\r\n99\r\nPING\r\n"
	for name, wrap := range map[string]func(net.Conn) net.Conn{
		"plain": func(c net.Conn) net.Conn { return c },
		"TLS without a certificate": func(c net.Conn) net.Conn {
			return tls.Client(c, &tls.Config{InsecureSkipVerify: true})
		},
	} {
		plain, err := net.Dial("tcp", a.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		plain.SetDeadline(time.Now().Add(patience))
		c := wrap(plain)
		io.WriteString(c, hello)
		heard, err := io.ReadAll(c)
		c.Close()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s: was not hung up on", name)
		}
		if strings.Contains(string(heard), "INFO") || strings.Contains(string(heard), "MSG") || strings.Contains(string(heard), "verbale") {
			t.Errorf("%s: heard %q", name, heard)
		}
	}
	s := b.Subscribe("acme")
	a.Publish("acme", 1)
	if got := <-s.Advanced(); got != 1 {
		t.Fatalf("the stranger was heard: %d", got)
	}
}
