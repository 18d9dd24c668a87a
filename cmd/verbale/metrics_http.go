package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"verbale/internal/trace"
)

// httpMetrics are of requests. A route is the pattern that a request was
// matched by, never its path: that has numbers of people and conversations.
type httpMetrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
}

func newHTTPMetrics() httpMetrics {
	route := []string{"method", "route"}
	count := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append(route[:2:2], labels...))
	}
	return httpMetrics{
		requests: count("verbale_http_requests_total", "Answered HTTP requests, by the first digit of the status (2xx).", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "verbale_http_request_seconds", Buckets: seconds,
			Help: "How long a request took, its body's way here and the answer's way back included."}, route),
		received: count("verbale_http_received_bytes_total", "Bytes of requests' bodies; of the route /api/v1/files, files that people sent."),
		sent:     count("verbale_http_sent_bytes_total", "Bytes of answers' bodies; of the route /api/v1/files/{id}, files that people fetched."),
	}
}

func (h httpMetrics) register(with prometheus.Registerer) {
	with.MustRegister(h.requests, h.seconds, h.received, h.sent)
}

// counted counts and times what a handler answers.
func (m *metrics) counted(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began, seen := time.Now(), &seenAnswer{ResponseWriter: w}
		body := &seenBody{ReadCloser: r.Body}
		if r.Body != nil && r.Body != http.NoBody {
			r.Body = body
		}
		next.ServeHTTP(seen, r)
		method, route := routeOf(r)
		m.http.requests.WithLabelValues(method, route, fmt.Sprintf("%dxx", seen.code()/100)).Inc()
		m.http.seconds.WithLabelValues(method, route).Observe(time.Since(began).Seconds())
		m.http.received.WithLabelValues(method, route).Add(float64(body.bytes))
		m.http.sent.WithLabelValues(method, route).Add(float64(seen.bytes))
		span := trace.From(r.Context())
		span.Named(method + " " + route)
		span.Count("http.response.status_code", int64(seen.code()))
		if seen.code() >= 500 {
			span.Fail()
		}
		if code := seen.refusal(); code != "" {
			span.Refuse(code)
			m.refused.WithLabelValues("http", code).Inc()
		}
		if seen.code() == http.StatusTooManyRequests {
			m.limited.Inc()
		}
	})
}

// routeOf gives the pattern that a request was matched by. The muxes write it
// into the request that they are given, the innermost last.
func routeOf(r *http.Request) (method, route string) {
	method, route, found := strings.Cut(r.Pattern, " ")
	if found {
		return method, route
	}
	switch r.Method { // what a client made up becomes no name of ours
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return r.Method, r.Pattern
	}
	return "other", r.Pattern
}

// seenAnswer remembers an answer's status, how long it was, and the beginning
// of a refusal. Unwrap lets http.ResponseController reach the connection
// beneath, which the socket's upgrade needs.
type seenAnswer struct {
	http.ResponseWriter
	status  int
	bytes   int64
	refused bytes.Buffer
}

// longestRefusal bounds what is kept of an answer to look for its code.
const longestRefusal = 8 << 10

func (a *seenAnswer) WriteHeader(status int) {
	if a.status == 0 || a.status < 200 { // an interim answer is followed by the true one
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *seenAnswer) Write(p []byte) (int, error) {
	if a.Header().Get("Content-Type") == "application/problem+json" && a.refused.Len()+len(p) <= longestRefusal {
		a.refused.Write(p)
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

func (a *seenAnswer) code() int {
	if a.status == 0 {
		return http.StatusOK
	}
	return a.status
}

// refusal is the code of the problem that was answered. It is read from the
// answer itself, so no call can forget to be counted; codes are ours, so there
// is a fixed number of them.
func (a *seenAnswer) refusal() string {
	if a.refused.Len() == 0 {
		return ""
	}
	var p struct{ Code string }
	if json.Unmarshal(a.refused.Bytes(), &p) != nil {
		return ""
	}
	return p.Code
}

func (a *seenAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// seenBody counts what is read of a request.
type seenBody struct {
	io.ReadCloser
	bytes int64
}

func (b *seenBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.bytes += int64(n)
	return n, err
}
