package natsbus

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"verbale/internal/problem"
)

// External is a NATS of one's own. It should have an account for this house
// alone, whose user may publish and subscribe to verbale.>.
type External struct {
	URLs  string // nats:// or tls://, several by comma, with user and password if need be
	Creds string // a file of credentials as NATS issues them; "" for none
	Log   *slog.Logger
}

// The problems of a NATS of one's own. None repeats the address: there may be
// a password in it.
var (
	errURL   = problem.New(problem.Invalid, "bus.url", "The address of the bus is not one of NATS. Write nats://host:4222 or tls://host:4222, several with commas between them.")
	errCreds = problem.New(problem.Invalid, "bus.creds", "The credentials file of the bus cannot be read. Check its path and that this user may read it.")
	errAuth  = problem.New(problem.Forbidden, "bus.refused", "NATS refuses these credentials, or its user may not publish and subscribe to verbale.>. Correct the user in its address or its credentials file, or its permissions in NATS.")
	errTLS   = problem.New(problem.Forbidden, "bus.tls", "The connection to NATS cannot be made safe: its certificate is not trusted by this machine, or it does not speak TLS. Check the address, and SSL_CERT_FILE for an authority of your own.")
)

const (
	connectIn = 3 * time.Second // for one NATS server to answer
	pingEvery = 5 * time.Second // twice unanswered, a connection is given up
)

// Connect joins the nodes that have the same NATS. One that cannot be reached
// is no error: the bus carries no truth, so the node begins alone and goes on
// trying.
func Connect(e External) (*Bus, error) {
	if err := e.check(); err != nil {
		return nil, err
	}
	options := e.options()
	conn, err := nats.Connect(e.URLs, options...)
	if err != nil {
		if p := refusal(err); p != nil {
			return nil, p
		}
		e.Log.Warn("NATS cannot be reached; trying again until it can", "error", err)
		if conn, err = nats.Connect(e.URLs, append(options, nats.RetryOnFailedConnect(true))...); err != nil {
			return nil, err
		}
	}
	b, err := start(conn, nil)
	if err != nil {
		return nil, err
	}
	if conn.IsConnected() && conn.FlushTimeout(connectIn) == nil && errors.Is(conn.LastError(), nats.ErrPermissionViolation) {
		b.Close()
		return nil, errAuth
	}
	return b, nil
}

func (e External) check() error {
	for one := range strings.SplitSeq(e.URLs, ",") {
		u, err := url.Parse(strings.TrimSpace(one))
		if err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Hostname() == "" ||
			strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
			return errURL
		}
		if port := u.Port(); port != "" && !validPort(port) {
			return errURL
		}
	}
	if e.Creds != "" {
		if _, err := os.ReadFile(e.Creds); err != nil {
			return errCreds
		}
	}
	return nil
}

func validPort(text string) bool {
	port, err := strconv.ParseUint(text, 10, 16)
	return err == nil && port > 0
}

func (e External) options() []nats.Option {
	options := append(common(e.Log), nats.Timeout(connectIn), nats.PingInterval(pingEvery), nats.MaxPingsOutstanding(2),
		nats.ReconnectWait(time.Second), nats.ReconnectJitter(time.Second, 2*time.Second),
		nats.IgnoreAuthErrorAbort()) // credentials that are being renewed must not end it for ever
	if e.Creds != "" {
		options = append(options, nats.UserCredentials(e.Creds))
	}
	return options
}

// common is how both kinds of connection are.
func common(log *slog.Logger) []nats.Option {
	return []nats.Option{
		nats.Name("verbale"),
		nats.NoEcho(),              // what is said here was heard here already
		nats.MaxReconnects(-1),     // for ever
		nats.ReconnectBufSize(-1),  // what is said meanwhile is dropped
		nats.FlusherTimeout(stale), // how long send may wait for it
		nats.DisconnectErrHandler(func(c *nats.Conn, err error) {
			if !c.IsClosed() {
				log.Warn("the bus lost its connection; trying again until it is back", "error", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { log.Info("the bus is connected") }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			if !errors.Is(err, nats.ErrSlowConsumer) { // counted in Stats
				log.Warn("the bus has trouble", "error", err)
			}
		}),
	}
}

// refusal tells what will not be better by trying again from what will.
func refusal(err error) error {
	for _, refused := range []error{nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired} {
		if errors.Is(err, refused) {
			return errAuth
		}
	}
	if _, bad := errors.AsType[*tls.CertificateVerificationError](err); bad || errors.Is(err, nats.ErrSecureConnWanted) || errors.Is(err, nats.ErrSecureConnRequired) {
		return errTLS
	}
	return nil
}
