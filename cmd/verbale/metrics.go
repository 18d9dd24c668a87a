package main

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"verbale/internal/blob"
	"verbale/internal/live"
)

// metrics are what /metrics shows; docs/metrics.md is made from them. No label
// names a person, and none a company unless the operator asked for it.
type metrics struct {
	registry              *prometheus.Registry
	prometheus.Registerer // adds the node's name to all that is registered

	http     httpMetrics
	commands *prometheus.HistogramVec
	refused  *prometheus.CounterVec
	limited  prometheus.Counter
	batches  prometheus.Histogram
	commits  prometheus.Histogram
	blobs    *blob.Counts
	waits    prometheus.Histogram
}

// newMetrics makes those of a node.
func newMetrics(node string) *metrics {
	registry := prometheus.NewRegistry()
	m := &metrics{
		registry: registry, Registerer: prometheus.WrapRegistererWith(prometheus.Labels{"node": node}, registry),
		blobs: &blob.Counts{},
		http:  newHTTPMetrics(),
		commands: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "verbale_socket_command_seconds", Buckets: seconds,
			Help: "How long a command that came over a socket took; a post, until it was durable."}, []string{"command"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "verbale_refused_total",
			Help: "Requests and commands that were refused, by the code that the client was told."}, []string{"door", "code"}),
		limited: prometheus.NewCounter(prometheus.CounterOpts{Name: "verbale_rate_limited_total",
			Help: "Requests refused because there were too many of them from one person or one address."}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "verbale_write_batch_commands", Buckets: prometheus.ExponentialBuckets(1, 2, 10),
			Help: "How many commands shared one durable commit."}),
		commits: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "verbale_write_commit_seconds", Buckets: seconds,
			Help: "How long a durable commit took, of which each is one wait for the disk or the database."}),
		waits: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "verbale_write_wait_seconds", Buckets: seconds,
			Help: "How long a command waited for the writer before its batch began."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "verbale_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.MustRegister(m.commands, m.refused, m.limited, m.batches, m.commits, m.waits, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.files()
	m.http.register(m)
	return m
}

// files publishes what is counted of files.
func (m *metrics) files() {
	m.counter("verbale_file_puts_total", "Files that were taken.", func() float64 { return float64(m.blobs.Puts.Load()) })
	m.counter("verbale_file_put_bytes_total", "Bytes of files that were taken.", func() float64 { return float64(m.blobs.PutBytes.Load()) })
	m.counter("verbale_file_put_seconds_total", "Seconds spent with taking files, their way here included.", func() float64 { return time.Duration(m.blobs.PutTime.Load()).Seconds() })
	m.counter("verbale_file_opens_total", "Files that were opened.", func() float64 { return float64(m.blobs.Opens.Load()) })
	m.counter("verbale_file_read_bytes_total", "Bytes of files that were read.", func() float64 { return float64(m.blobs.ReadBytes.Load()) })
	m.counter("verbale_file_errors_total", "Files that could not be taken, opened or read because of where they are kept.", func() float64 { return float64(m.blobs.Errors.Load()) })
}

// seconds are the buckets of everything that takes time: from a tenth of a
// millisecond to half a minute.
var seconds = []float64{.0001, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// gauge publishes a number that a room keeps.
func (m *metrics) gauge(name, help string, read func() float64) {
	m.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// counter publishes a number that a room keeps and that only grows.
func (m *metrics) counter(name, help string, read func() float64) {
	m.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
}

// gateway publishes what the socket gateway counts.
func (m *metrics) gateway(stats func() live.Stats) {
	m.gauge("verbale_sockets", "Sockets connected now.", func() float64 { return float64(stats().Sockets) })
	m.counter("verbale_deliveries_total", "Frames queued for sockets.", func() float64 { return float64(stats().Deliveries) })
	m.counter("verbale_slow_readers_total", "Sockets cut because they read too slowly.", func() float64 { return float64(stats().Slow) })
	m.gauge("verbale_gateway_lag_entries", "Entries that the gateway has yet to tell to sockets, of the company where it is most.", func() float64 { return float64(stats().Behind) })
	m.counter("verbale_flooding_sockets_total", "Sockets cut because they sent too much, or were too many of one person.", func() float64 { return float64(stats().Flooded) })
}

// tracing publishes what became of spans.
func (m *metrics) tracing(t *tracer) {
	m.counter("verbale_trace_spans_total", "Spans that the collector has taken. Only with --trace.", func() float64 { return float64(t.sent.Load()) })
	m.counter("verbale_trace_spans_dropped_total", "Spans that the collector did not take in time. Only with --trace.", func() float64 { return float64(t.dropped.Load()) })
}

// commanded is called after each command of a socket.
func (m *metrics) commanded(c live.Command) {
	m.commands.WithLabelValues(c.Type).Observe(c.Took.Seconds())
	if c.Refused != "" {
		m.refused.WithLabelValues("socket", c.Refused).Inc()
	}
}

// committed is called after each durable commit.
func (m *metrics) committed(commands int, took time.Duration) {
	m.batches.Observe(float64(commands))
	m.commits.Observe(took.Seconds())
}

// waited is called for each command when its batch begins.
func (m *metrics) waited(long time.Duration) { m.waits.Observe(long.Seconds()) }

// handler answers /metrics to the networks that may read it.
func (m *metrics) handler(from []netip.Prefix) http.Handler {
	show := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A proxy on this machine connects from an allowed address for
		// anybody; what it adds gives it away.
		proxied := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
		if proxied || !comesFrom(from, r) {
			http.NotFound(w, r)
			return
		}
		show.ServeHTTP(w, r)
	})
}

// comesFrom says whether the other end of a request's connection is in one of
// the networks.
func comesFrom(networks []netip.Prefix, r *http.Request) bool {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	for _, network := range networks {
		if err == nil && network.Contains(remote.Addr().Unmap()) {
			return true
		}
	}
	return false
}
