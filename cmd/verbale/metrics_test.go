package main

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestMetricsAreReadOnlyFromWhereTheyMay(t *testing.T) {
	t.Parallel()
	handler := newMetrics("here").handler([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8")})
	for _, c := range []struct {
		from, proxied string
		status        int
	}{
		{"127.0.0.1:4000", "", 200},
		{"[::ffff:127.0.0.1]:4000", "", 200},
		{"10.3.2.1:4000", "", 200},
		{"192.0.2.1:4000", "", 404},
		{"127.0.0.1:4000", "192.0.2.1", 404}, // a proxy on this machine, for anybody
		{"", "", 404},
	} {
		r := httptest.NewRequest("GET", "/metrics", nil)
		r.RemoteAddr = c.from
		if c.proxied != "" {
			r.Header.Set("X-Forwarded-For", c.proxied)
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != c.status {
			t.Errorf("from %q for %q: %d", c.from, c.proxied, w.Code)
		}
	}
}
