package natsbus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"verbale/internal/problem"
)

// MinSecret is how short a shared secret may be. It is the key to the bus, and
// whoever reaches a node can try guesses at home, so it should be a random one.
const MinSecret = 32

// Cluster is what the nodes make up themselves.
type Cluster struct {
	Listen string   // host:port where the other nodes come
	Peers  []string // host:port of other nodes, some or all; oneself among them does no harm
	Secret string   // the same on every node
	Log    *slog.Logger
}

var (
	errShort     = problem.Newf(problem.Invalid, "bus.secret_short", "The nodes' shared secret needs at least %d characters. Make one with: openssl rand -hex 32", MinSecret)
	errOtherNode = problem.New(problem.Forbidden, "bus.secret", "A node among the bus's peers has another secret. Give every node of this house the same one.")
)

// Join starts the NATS server inside this node and joins it with its peers.
// Those that are not up yet join when they are.
func Join(ctx context.Context, c Cluster) (*Bus, error) {
	host, port, err := c.check()
	if err != nil {
		return nil, err
	}
	config, err := trust(c.Secret)
	if err != nil {
		return nil, err
	}
	if err := c.meet(ctx, config); err != nil {
		return nil, err
	}
	if err := free(ctx, c.Listen); err != nil {
		return nil, err
	}
	inside, err := server.NewServer(c.options(host, port, config))
	if err != nil {
		return nil, err
	}
	inside.SetLoggerV2(&natsLog{to: c.Log, last: map[string]time.Time{}}, false, false, false)
	inside.Start()
	if !inside.ReadyForConnections(5 * time.Second) {
		inside.Shutdown()
		inside.WaitForShutdown()
		return nil, errors.New("natsbus: the NATS server inside did not start")
	}
	conn, err := nats.Connect("", append(common(c.Log), nats.InProcessServer(inside))...)
	if err == nil {
		var b *Bus
		if b, err = start(conn, inside); err == nil {
			return b, nil
		}
	}
	inside.Shutdown()
	inside.WaitForShutdown()
	return nil, err
}

// check looks at what can be seen without the network.
func (c Cluster) check() (host string, port int, err error) {
	if len(c.Secret) < MinSecret {
		return "", 0, errShort
	}
	host, text, err := net.SplitHostPort(c.Listen)
	number, parseErr := strconv.ParseUint(text, 10, 16)
	if err != nil || parseErr != nil {
		return "", 0, problem.Newf(problem.Invalid, "bus.listen", "The bus's address %q needs a port, as in :6222 or 10.0.0.1:6222.", c.Listen)
	}
	for _, peer := range c.Peers {
		if peerHost, peerPort, err := net.SplitHostPort(peer); err != nil || peerHost == "" || !validPort(peerPort) {
			return "", 0, problem.Newf(problem.Invalid, "bus.peers", "The bus's peer %q must be a host and a port, as in node2:6222.", peer)
		}
	}
	if number == 0 {
		return host, server.RANDOM_PORT, nil
	}
	return host, int(number), nil
}

// free sees that the address can be had: NATS itself says so only in its log.
func free(ctx context.Context, address string) error {
	probe, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return problem.Newf(problem.Unavailable, "bus.listen_taken", "The bus cannot listen on %s. Another program has it, or it is not an address of this machine; choose another with --bus-listen.", address)
	}
	return probe.Close()
}

func (c Cluster) options(host string, port int, config *tls.Config) *server.Options {
	var routes []*url.URL
	for _, peer := range c.Peers {
		routes = append(routes, &url.URL{Scheme: "nats-route", Host: peer})
	}
	return &server.Options{
		// NATS opens its door to other nodes only with one to clients. That
		// one is on this machine alone, at any port, and as closed as the
		// other: nothing is said before a node's certificate was shown. This
		// node itself comes in without the network.
		Host: "127.0.0.1", Port: server.RANDOM_PORT, TLSConfig: config, TLSHandshakeFirst: true, TLSTimeout: handshakeIn,
		NoSigs: true, NoSystemAccount: true, // one account, so one connection between two nodes
		MaxPayload: maxSignal + 1024,
		MaxPending: 8 << 20, // for a node that does not read; then it is cut, and comes back without the old news
		Routes:     routes,
		Cluster: server.ClusterOpts{
			Name: "verbale", Host: host, Port: port, PoolSize: -1,
			NoAdvertise: true,
			TLSConfig:   config, TLSTimeout: handshakeIn,
			ConnectRetries: 120, // to nodes one was told of; those among the peers are tried for ever
			PingInterval:   pingEvery, MaxPingsOut: 2, WriteDeadline: 5 * time.Second,
		},
	}
}

// Addr is where the other nodes come; nil with a NATS of one's own.
func (b *Bus) Addr() net.Addr {
	if b.server == nil {
		return nil
	}
	return b.server.ClusterAddr()
}

// meet looks in on the peers: one with another secret is found now rather than
// never heard of.
func (c Cluster) meet(ctx context.Context, config *tls.Config) error {
	for _, m := range meetAll(ctx, c.Peers, config) {
		if problem.Of(m.Err) != nil {
			return m.Err
		}
	}
	return nil
}

// Met is how one peer was found: Err is nil for one with our secret, a problem
// if it is none of us, and else says why it could not be reached.
type Met struct {
	Peer string
	Err  error
}

// Meet looks in on each peer without joining.
func (c Cluster) Meet(ctx context.Context) ([]Met, error) {
	if _, _, err := c.check(); err != nil {
		return nil, err
	}
	config, err := trust(c.Secret)
	if err != nil {
		return nil, err
	}
	return meetAll(ctx, c.Peers, config), nil
}

const (
	meetIn      = 2 * time.Second // for the peers to answer
	handshakeIn = 3               // seconds for whoever comes to show a certificate
)

func meetAll(ctx context.Context, peers []string, config *tls.Config) []Met {
	ctx, cancel := context.WithTimeout(ctx, meetIn)
	defer cancel()
	all := make([]Met, len(peers))
	var asking sync.WaitGroup
	for i, peer := range peers {
		asking.Go(func() { all[i] = Met{peer, meet(ctx, peer, config)} })
	}
	asking.Wait()
	return all
}

func meet(ctx context.Context, peer string, config *tls.Config) error {
	plain, err := (&net.Dialer{}).DialContext(ctx, "tcp", peer)
	if err != nil {
		return err
	}
	defer plain.Close()
	err = tls.Client(plain, config).HandshakeContext(ctx)
	if _, other := errors.AsType[*tls.CertificateVerificationError](err); other {
		return errOtherNode
	}
	if _, other := errors.AsType[tls.RecordHeaderError](err); other {
		return problem.Newf(problem.Invalid, "bus.not_a_node", "What answers at the bus's peer %s is no node of Verbale. Give the port of its --bus-listen.", peer)
	}
	if err != nil {
		return fmt.Errorf("no handshake: %w", err)
	}
	return nil
}
