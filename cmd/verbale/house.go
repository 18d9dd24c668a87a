package main

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"verbale/internal/blob"
	"verbale/internal/bus"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/live"
	"verbale/internal/problem"
	"verbale/internal/seal"
	"verbale/internal/search"
	"verbale/internal/store"
)

// house is the opened data directory with the rooms on it.
type house struct {
	log     *slog.Logger
	metrics *metrics
	server  *store.Server
	bucket  *blob.Bucket // where files are; nil when they are in the data directory
	public  *url.URL     // where it is reached; nil when it is not serving

	bus   bus.Bus
	live  *live.Gateway // nil when it is not serving
	setup string        // the secret that may make the first company

	mu      sync.Mutex
	files   map[string]blob.Store                  // by company; guarded by mu
	running map[string]func(func(context.Context)) // begins work of an open company; guarded by mu
}

// houseOptions say what a house is opened for.
type houseOptions struct {
	clock     func() time.Time // time.Now if nil
	followers bool             // run what follows the register: index, marks
	bus       bus.Bus          // what joins it with other nodes, closed with the house; nothing if nil
	bucket    *blob.Bucket     // where files are, if not in the data directory
	node      string           // this server's name among those that work together
}

// openHouse opens a data directory for serving or for one command.
func openHouse(ctx context.Context, p place, log *slog.Logger, o houseOptions) (*house, error) {
	if lostRoot(p.Data) {
		return nil, problem.Newf(problem.Unavailable, "data.root_missing", "The root key %s is missing, and there are companies that only it opens. Put the file back from its copy.", filepath.Join(p.Data, "root.key"))
	}
	if o.bus == nil {
		o.bus = bus.NewLocal()
	}
	h := &house{
		log: log, metrics: newMetrics(o.node), bus: o.bus, bucket: o.bucket,
		setup: strings.ToLower(rand.Text()), files: map[string]blob.Store{}, running: map[string]func(func(context.Context)){},
	}
	options := store.Options{Observe: h.metrics.committed, Waited: h.metrics.waited, Committed: h.bus.Publish, Clock: o.clock, Database: p.Database, Owner: p.DatabaseOwner}
	if o.followers {
		options.Opened = h.follow
	}
	server, err := store.OpenServer(ctx, p.Data, options)
	if err != nil {
		return nil, err
	}
	h.server = server
	if err := errors.Join(sweepWork(p.Data), checkPlace(p.Data, o.bucket)); err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return h, nil
}

// lostRoot tells a first start, which makes a root key, from one where the key
// is gone: a new one would open nothing, and hide what has happened.
func lostRoot(data string) bool {
	if os.Getenv(seal.RootVariable) != "" {
		return false
	}
	_, err := os.Stat(filepath.Join(data, "root.key"))
	companies, _ := filepath.Glob(filepath.Join(data, "tenants", "*"))
	return errors.Is(err, fs.ErrNotExist) && len(companies) > 0
}

// follow runs a company's followers until stop is called.
func (h *house) follow(ctx context.Context, tenant *store.Tenant) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() { search.Index(ctx, tenant) })
	running.Go(func() { chat.KeepMarks(ctx, tenant) })
	running.Go(func() { h.resumeImports(ctx, tenant) })
	if h.server.Shared() {
		running.Go(func() { h.hear(ctx, tenant) })
	}
	running.Go(func() { h.keepFiles(ctx, tenant) })
	h.mu.Lock()
	h.running[tenant.Name()] = func(f func(context.Context)) { running.Go(func() { f(ctx) }) }
	h.mu.Unlock()
	return func() {
		h.mu.Lock()
		delete(h.running, tenant.Name()) // nothing more begins
		files := h.files[tenant.Name()]
		delete(h.files, tenant.Name())
		h.mu.Unlock()
		if h.live != nil {
			h.live.Leave(tenant)
		}
		cancel()
		running.Wait()
		if files != nil {
			files.Close()
		}
	}
}

// background runs what outlives its request, until the company is closed.
func (h *house) background(tenant *store.Tenant, f func(context.Context)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if begin := h.running[tenant.Name()]; begin != nil {
		begin(f)
	}
}

// importer brings exports into a company.
func (h *house) importer(tenant *store.Tenant) (*importer.Importer, error) {
	files, err := h.blobs(tenant)
	if err != nil {
		return nil, err
	}
	return importer.New(tenant, files), nil
}

// resumeImports goes on with what was running when the server last ended; where
// there are other nodes, also with what one of them has left lying.
func (h *house) resumeImports(ctx context.Context, tenant *store.Tenant) {
	for {
		h.resumeOnce(ctx, tenant)
		if !h.server.Shared() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(resumeEvery):
		}
	}
}

func (h *house) resumeOnce(ctx context.Context, tenant *store.Tenant) {
	in, err := h.importer(tenant)
	if err == nil {
		err = in.Resume(ctx)
	}
	// While a company moves its imports wait; they go on where it comes to.
	if err != nil && ctx.Err() == nil && !errors.Is(err, store.ErrMoving) {
		h.log.Error("imports were not resumed", "company", tenant.Name(), "error", err)
	}
}

const resumeEvery = 15 * time.Second

// hear listens to what other nodes have entered.
func (h *house) hear(ctx context.Context, tenant *store.Tenant) {
	news := h.bus.Subscribe(tenant.Name())
	defer news.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case seq, open := <-news.Advanced():
			if !open {
				return
			}
			// What cannot be read now is heard again with the next entry, or
			// within a second from the database itself.
			if tenant.Heard(ctx, seq) == nil {
				news.Settle(tenant.Head().Size)
			}
		case <-news.Signals():
		}
	}
}

// Close ends what runs on the directory and gives it free.
func (h *house) Close() error {
	err := errors.Join(h.server.Close(), h.bus.Close())
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, files := range h.files {
		err = errors.Join(err, files.Close())
	}
	return err
}

// maxFile bounds one uploaded file.
const maxFile = 2 << 30

// blobs gives a company's files, which are opened once: opening sweeps what a
// crash left, and would sweep what is just arriving.
func (h *house) blobs(tenant *store.Tenant) (blob.Store, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if files, ok := h.files[tenant.Name()]; ok {
		return files, nil
	}
	files, err := openFiles(h.bucket, tenant)
	if err != nil {
		return nil, err
	}
	files = blob.Counted(files, h.metrics.blobs)
	h.files[tenant.Name()] = files
	return files, nil
}

// drain asks the connected clients to come back, one after the other over a
// time.
func (h *house) drain(ctx context.Context, over time.Duration) {
	if err := h.live.Shutdown(ctx, over); err != nil {
		h.log.Warn("sockets were cut off", "error", err)
	}
}

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
