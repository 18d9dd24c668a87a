package main

import (
	"context"
	"crypto/subtle"
	"net/http"
	"net/url"
	"sync/atomic"

	"verbale/internal/api"
	"verbale/internal/live"
)

// frontDoor is all that the public address serves: the probes, the API with
// its socket, and the client.
func frontDoor(h *house, s settings, ending *atomic.Bool) http.Handler {
	h.live = live.New(live.Options{Bus: h.bus, PublicURL: s.givenURL()})
	h.metrics.gateway(h.live)
	calls := api.New(api.Config{
		Store: h.server, Live: h.live, Blobs: h.blobs, Importer: h.importer, Background: h.background, Version: version,
		PublicURL: s.givenURL(), Setup: h.maySetUp, TrustedProxies: s.proxies,
		Limits: api.Limits{PersonRate: s.Limits.Person, AddressRate: s.Limits.Address},
	})
	mux := http.NewServeMux()
	probes(mux, h, s, ending)
	mux.Handle("/api/v1/", calls.Handler())
	mux.Handle("/", newClientFiles(s.publicURL.Scheme == "https"))
	return h.metrics.counted(mux)
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

// announce tells the person at the terminal where to go.
func announce(_ context.Context, t terminal, h *house, s settings) error {
	t.printf("Verbale %s is at %s\n", version, s.publicURL)
	if len(h.server.Tenants()) == 0 {
		t.printf("\nThere is no company yet. Make one here, in under a minute:\n\n  %s/start#%s\n\n", s.publicURL, h.setup)
	}
	t.printf("Ctrl-C ends it.\n")
	return nil
}
