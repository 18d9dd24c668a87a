package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"sync/atomic"

	"verbale/internal/blob"
	"verbale/internal/store"
)

// house is the opened data directory with the rooms on it.
type house struct {
	log     *slog.Logger
	metrics *metrics
	server  *store.Server
	public  *url.URL // where it is reached; nil when it is not serving
}

// openHouse opens a data directory for serving or for one command.
func openHouse(ctx context.Context, data string, log *slog.Logger) (*house, error) {
	h := &house{log: log, metrics: newMetrics()}
	server, err := store.OpenServer(ctx, data, store.Options{Observe: h.metrics.committed})
	if err != nil {
		return nil, err
	}
	h.server = server
	if err := sweepWork(data); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return h, nil
}

// maxFile bounds one uploaded file.
const maxFile = 2 << 30

// openFiles opens the files of a company, beside its database.
func openFiles(tenant *store.Tenant) (*blob.Disk, error) {
	return blob.OpenDisk(filepath.Join(tenant.Dir(), "files"), tenant.Keys(), maxFile)
}

// Close ends what runs on the directory and gives it free.
func (h *house) Close() error { return errors.Join(h.server.Close()) }

// drain asks the connected clients to reconnect.
func (h *house) drain() {}

// ready says whether every company's database answers.
func (h *house) ready(ctx context.Context) error {
	for _, name := range h.server.Tenants() {
		tenant, err := h.server.Tenant(ctx, name)
		if err != nil {
			return err
		}
		if err := tenant.Read(ctx, func(*store.Tx) error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// frontDoor is all that the public address serves.
func frontDoor(h *house, s settings, ending *atomic.Bool) (http.Handler, error) {
	mux := http.NewServeMux()
	probes(mux, h, s, ending)
	return h.metrics.counted(mux), nil
}

// announce tells the person at the terminal where to go.
func announce(_ context.Context, t terminal, _ *house, s settings) error {
	t.printf("Verbale %s is at %s\n", version, s.publicURL)
	t.printf("Ctrl-C ends it.\n")
	return nil
}
