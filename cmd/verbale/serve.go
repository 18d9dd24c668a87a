package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"verbale/internal/problem"
)

type serveCommand struct {
	config `embed:""`
}

func (c *serveCommand) Run(ctx context.Context, t terminal) error {
	s, err := c.checked()
	if err != nil {
		return err
	}
	log := newLog(s.Log, t.err)
	slog.SetDefault(log)
	return serve(ctx, s, log, func(h *house) error { return announce(ctx, t, h, s) })
}

// grace is how long requests in hand may take when the server ends.
const grace = 10 * time.Second

// serve runs the house until ctx ends. Started is called when it answers.
func serve(ctx context.Context, s settings, log *slog.Logger, started func(*house) error) error {
	bucket, err := s.bucket()
	if err == nil && bucket != nil {
		err = s.untilReached(ctx, log, func() error { return bucket.Check(ctx) })
	}
	if err != nil {
		return err
	}
	nodes, err := s.busConfig.open(ctx, log) // before anything is written: it may refuse
	if err != nil {
		return err
	}
	defer nodes.Close()
	var h *house
	err = s.untilReached(ctx, log, func() (err error) {
		h, err = openHouse(ctx, s.place, log, houseOptions{followers: true, node: s.Node, bus: nodes, bucket: bucket})
		return err
	})
	if err != nil {
		return err
	}
	defer h.Close()
	if s.trace != nil {
		tracing := newTracer(s.trace, s.Node, log)
		defer tracing.Close()
		h.metrics.tracing(tracing)
	}
	public, err := listen(ctx, s)
	if err != nil {
		return err
	}
	defer public.Close()
	h.public = s.publicURL
	if err := rememberAddress(s.Data, s.publicURL); err != nil {
		return err
	}
	commands, err := listenForCommands(s.Data)
	if err != nil {
		return err
	}
	defer func() {
		commands.Close()
		os.Remove(filepath.Join(s.Data, "admin.sock"))
	}()

	var ending atomic.Bool
	server := &http.Server{
		Handler:           frontDoor(h, s, &ending),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 2)
	go func() { failed <- server.Serve(public) }()
	administration := operationServer(h)
	go func() { failed <- administration.Serve(commands) }()
	if err := started(h); err != nil {
		return err
	}
	// Companies are opened when somebody comes; those in which something was
	// going on must not wait for that.
	go func() {
		if err := h.ready(ctx); err != nil && ctx.Err() == nil {
			log.Error("a company cannot be opened", "error", err)
		}
	}()
	log.Info("serving", "version", version, "listen", public.Addr().String(), "url", s.publicURL.String(), "data", s.Data)

	select {
	case err := <-failed:
		return fmt.Errorf("the server ended: %w", err)
	case <-ctx.Done():
	}
	// Balancers are told first, then sockets to reconnect elsewhere, then the
	// requests in hand are finished, and only then the databases closed. A
	// second signal meanwhile ends the program at once.
	log.Info("ending", "drain", s.drain.String())
	ending.Store(true)
	time.Sleep(s.drain / 2)
	// New connections are refused before the ones that are kept are closed: a
	// proxy may be sending a request on one of these, and turns to another node
	// at the first refusal only.
	public.Close()
	last, cancel := context.WithTimeout(context.Background(), s.drain/2+grace)
	defer cancel()
	h.drain(last, s.drain/2)
	for _, one := range []*http.Server{server, administration} {
		if err := one.Shutdown(last); err != nil {
			log.Warn("requests were cut off", "error", err)
			one.Close()
		}
	}
	return nil
}

// startAgain is how often a server that starts asks for what it needs.
const startAgain = time.Second

// untilReached opens what the server needs, again while that is only out of
// reach: a machine that starts is often there sooner than its database and S3.
// Until then nothing is listened on, so that no balancer sends anybody here.
// A refusal (a wrong password, a schema that is not prepared) is for people to
// mend, and is told at once; so is what patience has not helped with, for
// whoever looks after the server to see.
func (s settings) untilReached(ctx context.Context, log *slog.Logger, open func() error) error {
	patient, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	waitsFor := map[string]string{"store.unreachable": "the database", "blobs.unavailable": "S3"}
	for {
		err := open()
		p := problem.Of(err)
		if p == nil || waitsFor[p.Code] == "" || patient.Err() != nil {
			return err
		}
		log.Warn("the server starts when "+waitsFor[p.Code]+" answers", "patience", s.Patience, "error", err)
		select {
		case <-patient.Done():
		case <-time.After(startAgain):
		}
	}
}

// listen opens the public address.
func listen(ctx context.Context, s settings) (net.Listener, error) {
	var config net.ListenConfig
	config.SetMultipathTCP(false) // it knows no filters, which gracefulListener needs
	plain, err := config.Listen(ctx, "tcp", s.Listen)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, problem.Newf(problem.Unavailable, "listen.taken", "Another program listens on %s already. End it, or choose another address with --listen.", s.Listen)
	case errors.Is(err, syscall.EACCES):
		return nil, problem.Newf(problem.Unavailable, "listen.forbidden", "This user may not listen on %s. Choose a port above 1023 with --listen, or allow it: setcap cap_net_bind_service=+ep on the program.", s.Listen)
	case err != nil:
		return nil, problem.Newf(problem.Unavailable, "listen.failed", "The address %s cannot be listened on: %v.", s.Listen, err)
	}
	if s.Listen[len(s.Listen)-2:] == ":0" && s.PublicURL == "" {
		// A port of the system's choice, as tests want it.
		host, _, _ := net.SplitHostPort(s.Listen)
		_, port, _ := net.SplitHostPort(plain.Addr().String())
		*s.publicURL = *guessURL(s.TLS, host, port)
	}
	public, err := secured(ctx, s, gracefulListener{plain.(*net.TCPListener)})
	if err != nil {
		plain.Close()
		return nil, err
	}
	return public, nil
}

// probes answer those who watch the server.
func probes(mux *http.ServeMux, h *house, s settings, ending *atomic.Bool) {
	say := func(w http.ResponseWriter, status int, text string) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		fmt.Fprintln(w, text)
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) { say(w, http.StatusOK, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if ending.Load() {
			say(w, http.StatusServiceUnavailable, "ending")
			return
		}
		if err := h.ready(r.Context()); err != nil {
			h.log.Error("not ready", "error", err)
			say(w, http.StatusServiceUnavailable, "not ready")
			return
		}
		say(w, http.StatusOK, "ready")
	})
	mux.Handle("GET /metrics", h.metrics.handler(s.metrics))
}
