package main

import (
	"net/http"
	"net/netip"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"verbale/internal/blob"
	"verbale/internal/live"
)

// metrics are what /metrics shows. No label names a company or a person.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  prometheus.Histogram
	commands prometheus.Counter
	commits  prometheus.Histogram
	blobs    *blob.Counts
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		blobs:    &blob.Counts{},
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "verbale_http_requests_total", Help: "Answered HTTP requests by status."}, []string{"status"}),
		seconds:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "verbale_http_request_seconds", Help: "How long a request took.", Buckets: prometheus.ExponentialBuckets(0.0005, 4, 8)}),
		commands: prometheus.NewCounter(prometheus.CounterOpts{Name: "verbale_commands_total", Help: "Commands that were in a durable commit."}),
		commits:  prometheus.NewHistogram(prometheus.HistogramOpts{Name: "verbale_commit_seconds", Help: "How long a durable commit took.", Buckets: prometheus.ExponentialBuckets(0.0001, 4, 8)}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "verbale_build_info", Help: "1, with the version.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.requests, m.seconds, m.commands, m.commits, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.files()
	return m
}

// files publishes what is counted of files.
func (m *metrics) files() {
	count := func(name, help string, read func() float64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
	}
	count("verbale_file_puts_total", "Files that were taken.", func() float64 { return float64(m.blobs.Puts.Load()) })
	count("verbale_file_put_bytes_total", "Bytes of files that were taken.", func() float64 { return float64(m.blobs.PutBytes.Load()) })
	count("verbale_file_put_seconds_total", "Seconds spent with taking files, their way here included.", func() float64 { return time.Duration(m.blobs.PutTime.Load()).Seconds() })
	count("verbale_file_opens_total", "Files that were opened.", func() float64 { return float64(m.blobs.Opens.Load()) })
	count("verbale_file_read_bytes_total", "Bytes of files that were read.", func() float64 { return float64(m.blobs.ReadBytes.Load()) })
	count("verbale_file_errors_total", "Files that could not be taken, opened or read because of where they are kept.", func() float64 { return float64(m.blobs.Errors.Load()) })
}

// watch publishes a number that a room keeps.
func (m *metrics) watch(name, help string, read func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
}

// gateway publishes what the socket gateway counts.
func (m *metrics) gateway(g *live.Gateway) {
	m.watch("verbale_sockets", "Sockets connected now.", func() float64 { return float64(g.Stats().Sockets) })
	m.watch("verbale_deliveries", "Frames queued for sockets since the start.", func() float64 { return float64(g.Stats().Deliveries) })
	m.watch("verbale_slow_sockets", "Sockets cut since the start because they read too slowly.", func() float64 { return float64(g.Stats().Slow) })
	m.watch("verbale_entries_behind", "Entries that the slowest company's gateway has yet to tell.", func() float64 { return float64(g.Stats().Behind) })
}

// committed is called after each durable commit.
func (m *metrics) committed(commands int, took time.Duration) {
	m.commands.Add(float64(commands))
	m.commits.Observe(took.Seconds())
}

// counted counts and times what a handler answers.
func (m *metrics) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started, seen := time.Now(), &statusWriter{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		if seen.status == 0 {
			seen.status = http.StatusOK
		}
		m.requests.WithLabelValues(strconv.Itoa(seen.status)).Inc()
		m.seconds.Observe(time.Since(started).Seconds())
	})
}

// statusWriter remembers the status. Unwrap lets http.ResponseController reach
// the connection beneath, which the socket's upgrade needs.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// handler answers /metrics to the networks that may read it.
func (m *metrics) handler(from []netip.Prefix) http.Handler {
	show := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A proxy on this machine connects from an allowed address for
		// anybody; what it adds gives it away.
		proxied := r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != ""
		remote, err := netip.ParseAddrPort(r.RemoteAddr)
		for _, network := range from {
			if err == nil && !proxied && network.Contains(remote.Addr().Unmap()) {
				show.ServeHTTP(w, r)
				return
			}
		}
		http.NotFound(w, r)
	})
}
