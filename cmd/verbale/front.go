package main

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"verbale/internal/api"
	"verbale/internal/bus/natsbus"
	"verbale/internal/live"
)

// frontDoor is all that the public address serves: the probes, the API with
// its socket, and the client.
func frontDoor(h *house, s settings, ending *atomic.Bool) http.Handler {
	h.live = live.New(live.Options{Bus: h.bus, PublicURL: s.givenURL(), Observe: h.metrics.commanded})
	h.metrics.gateway(h.live.Stats)
	h.metrics.MustRegister(newCompanyMetrics(h, s.MetricsCompanies))
	if nodes, ok := h.bus.(*natsbus.Bus); ok {
		h.metrics.joined(nodes.Stats)
	}
	calls := api.New(api.Config{
		Store: h.server, Live: h.live, Blobs: tracedFiles(h.blobs), Importer: h.importer, Background: h.background, Version: version,
		PublicURL: s.givenURL(), Setup: h.maySetUp, TrustedProxies: s.proxies,
		Limits: api.Limits{PersonRate: s.Limits.Person, AddressRate: s.Limits.Address},
	})
	mux := http.NewServeMux()
	probes(mux, h, s, ending)
	mux.Handle("/api/v1/", calls.Handler())
	mux.Handle("/", newClientFiles(s.publicURL.Scheme == "https"))
	return traced(s.proxies, h.metrics.counted(parting(ending, impatient(mux))))
}

// parting has those who ask let go of their connections while the server ends.
// Closing them from here is the worse way: a request that is just on its way on
// one would be lost, and a proxy must not repeat it.
func parting(ending *atomic.Bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ending.Load() {
			w.Header().Set("Connection", "close")
		}
		next.ServeHTTP(w, r)
	})
}

// bodyTime is how long a body may take to arrive. Calls that take files give
// each piece of it that long.
const bodyTime = 20 * time.Second

// impatient keeps a body that trickles in, or never comes, from holding a
// connection: also where the request is refused before anybody reads the body,
// since the HTTP server then waits for it to be rid of it.
func impatient(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime))
		}
		next.ServeHTTP(w, r)
	})
}

// givenURL is the public address if it was given. Where none was, links are
// made for the address that the asker came by: on a local network that is the
// one that works.
func (s settings) givenURL() *url.URL {
	if s.PublicURL == "" {
		return nil
	}
	return s.publicURL
}

// maySetUp tells whether a secret is the one that was printed.
func (h *house) maySetUp(secret string) bool {
	return subtle.ConstantTimeCompare([]byte(secret), []byte(h.setup)) == 1
}

// elsewhere gives the addresses by which other machines reach a server that
// listens on all, where nobody has said which is the right one.
func (s settings) elsewhere() (found []*url.URL) {
	host, _, err := net.SplitHostPort(s.Listen)
	ip, parseErr := netip.ParseAddr(host)
	if s.PublicURL != "" || err != nil || host != "" && (parseErr != nil || !ip.IsUnspecified()) {
		return nil
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return nil
	}
	for _, address := range addresses {
		network, ok := address.(*net.IPNet)
		if ok && network.IP.To4() != nil && network.IP.IsGlobalUnicast() {
			at := *s.publicURL
			at.Host = network.IP.String()
			if port := s.publicURL.Port(); port != "" {
				at.Host = net.JoinHostPort(at.Host, port)
			}
			found = append(found, &at)
		}
	}
	return found
}

// announce tells the person at the terminal where to go.
func announce(ctx context.Context, t terminal, h *house, s settings) error {
	t.printf("Verbale %s is at %s\n", version, s.publicURL)
	for _, at := range s.elsewhere() {
		t.printf("  for other machines on your network: %s\n", at)
	}
	// A company that cannot be opened is told of by the log and the probes.
	if _, vacant, err := h.server.Vacant(ctx); err == nil && vacant {
		t.printf("\nThere is no company yet. Make one here, in under a minute:\n\n  %s/start#%s\n\n", s.publicURL, h.setup)
	}
	t.printf("Ctrl-C ends it.\n")
	return nil
}
