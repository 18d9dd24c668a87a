package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync/atomic"

	"verbale/internal/api"
	"verbale/internal/live"
)

// frontDoor is all that the public address serves: the probes, the API with
// its socket, and the client.
func frontDoor(h *house, s settings, ending *atomic.Bool) (http.Handler, error) {
	h.live = live.New(live.Options{Bus: h.bus, PublicURL: s.givenURL()})
	h.setup = strings.ToLower(rand.Text())
	mux := http.NewServeMux()
	probes(mux, h, s, ending)
	mux.Handle("/api/v1/", api.New(api.Config{
		Store:          h.server,
		Live:           h.live,
		Blobs:          h.blobs,
		Version:        version,
		PublicURL:      s.givenURL(),
		Setup:          func(secret string) bool { return subtle.ConstantTimeCompare([]byte(secret), []byte(h.setup)) == 1 },
		TrustedProxies: s.proxies,
	}).Handler())
	mux.Handle("/", newClientFiles(s.publicURL.Scheme == "https"))
	return h.metrics.counted(mux), nil
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
