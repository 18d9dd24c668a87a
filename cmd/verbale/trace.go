package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"

	"verbale/internal/blob"
	"verbale/internal/store"
	"verbale/internal/trace"
)

// tracer sends ended spans to a collector, in batches. It goes where the
// operator has said, which is as a rule a private address: so not through
// internal/outbound, whose guard keeps companies from exactly those.
type tracer struct {
	to      *url.URL
	about   resource
	http    *http.Client
	log     *slog.Logger
	queue   chan *trace.Span
	stop    chan struct{}
	stopped chan struct{}

	sent, dropped atomic.Int64
	failing       bool // said so already; of the sending goroutine alone
}

const (
	traceQueue = 8192            // spans that may wait
	traceBatch = 512             // spans in one request
	traceEvery = time.Second     // and how long they wait for it to be full
	traceTime  = 5 * time.Second // for one request
)

// newTracer begins to take spans. What the collector does not take in time is
// dropped and counted: nobody's message waits for a trace.
func newTracer(to *url.URL, node string, log *slog.Logger) *tracer {
	t := &tracer{
		to: to, about: aboutThisServer(node), log: log,
		queue: make(chan *trace.Span, traceQueue), stop: make(chan struct{}), stopped: make(chan struct{}),
		http: collectorClient(),
	}
	go t.run()
	trace.To(t.take)
	return t
}

// collectorClient goes where the operator has said and nowhere else.
func collectorClient() *http.Client {
	return &http.Client{
		Timeout:       traceTime,
		Transport:     &http.Transport{Proxy: nil, MaxIdleConnsPerHost: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (t *tracer) take(s *trace.Span) {
	select {
	case t.queue <- s:
	default:
		t.dropped.Add(1)
	}
}

// Close sends what is left.
func (t *tracer) Close() {
	trace.To(nil)
	close(t.stop)
	<-t.stopped
	t.http.CloseIdleConnections()
}

func (t *tracer) run() {
	defer close(t.stopped)
	tick := time.NewTicker(traceEvery)
	defer tick.Stop()
	var batch []*trace.Span
	send := func() {
		if len(batch) > 0 {
			t.send(batch)
			batch = batch[:0]
		}
	}
	for {
		select {
		case s := <-t.queue:
			if batch = append(batch, s); len(batch) == traceBatch {
				send()
			}
		case <-tick.C:
			send()
		case <-t.stop:
			for len(t.queue) > 0 && len(batch) < traceBatch {
				batch = append(batch, <-t.queue)
			}
			send()
			return
		}
	}
}

func (t *tracer) send(batch []*trace.Span) {
	err := t.post(context.Background(), encodeSpans(t.about, batch))
	if err == nil {
		t.sent.Add(int64(len(batch)))
	} else {
		t.dropped.Add(int64(len(batch)))
	}
	if failing := err != nil; failing != t.failing {
		t.failing = failing
		if failing {
			t.log.Warn("traces are not taken; they are dropped until they are", "error", err)
		} else {
			t.log.Info("traces are taken again")
		}
	}
}

func (t *tracer) post(ctx context.Context, body []byte) error {
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, t.to.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	ask.Header.Set("Content-Type", "application/json")
	answer, err := t.http.Do(ask)
	if err != nil {
		if u, ok := errors.AsType[*url.Error](err); ok {
			err = u.Err // the address may hold a password
		}
		return err
	}
	defer answer.Body.Close()
	io.Copy(io.Discard, io.LimitReader(answer.Body, 64<<10))
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("the collector answered %d", answer.StatusCode)
	}
	return nil
}

// traced puts each request into a span. Only a proxy that is trusted may say
// which trace it belongs to: anybody else could write into others' traces, or
// switch off the recording of what they do.
func traced(proxies []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !trace.On() {
			next.ServeHTTP(w, r)
			return
		}
		ctx := r.Context()
		if comesFrom(proxies, r) {
			ctx = trace.Within(ctx, r.Header.Get("Traceparent"))
		}
		ctx, span := trace.Start(ctx, trace.Server, "HTTP") // named by counted, which knows the route
		defer span.End(nil)
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// tracedFiles puts the work on files into spans: on a bucket it is most of the
// time of a call.
func tracedFiles(open func(*store.Tenant) (blob.Store, error)) func(*store.Tenant) (blob.Store, error) {
	return func(t *store.Tenant) (blob.Store, error) {
		files, err := open(t)
		if err != nil || !trace.On() {
			return files, err
		}
		return tracedStore{files}, nil
	}
}

type tracedStore struct{ blob.Store }

func (s tracedStore) Put(ctx context.Context, r io.Reader) (sum blob.Sum, size int64, err error) {
	ctx, span := trace.Start(ctx, trace.Client, "file put")
	defer func() { span.Count("bytes", size); span.End(err) }()
	return s.Store.Put(ctx, r)
}

func (s tracedStore) Open(ctx context.Context, sum blob.Sum) (r blob.Reader, err error) {
	ctx, span := trace.Start(ctx, trace.Client, "file open")
	defer func() { span.End(err) }()
	return s.Store.Open(ctx, sum)
}

func (s tracedStore) Delete(ctx context.Context, sum blob.Sum) (err error) {
	ctx, span := trace.Start(ctx, trace.Client, "file delete")
	defer func() { span.End(err) }()
	return s.Store.Delete(ctx, sum)
}
