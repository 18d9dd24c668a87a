package outbound

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// dialTo sends every question to one name server.
type dialTo struct{ server string }

func (d *dialTo) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var dialer net.Dialer
	return dialer.DialContext(ctx, "udp", d.server)
}

// clientTo makes a client that may reach these servers and nothing else.
func clientTo(t *testing.T, servers ...*httptest.Server) *Client {
	t.Helper()
	var entries []string
	pool := x509.NewCertPool()
	for _, s := range servers {
		u, _ := url.Parse(s.URL)
		entries = append(entries, u.Host)
		if s.Certificate() != nil {
			pool.AddCert(s.Certificate())
		}
	}
	allow, err := ParseAllow(entries)
	if err != nil {
		t.Fatal(err)
	}
	c := New(allow)
	c.http.Transport.(*http.Transport).TLSClientConfig.RootCAs = pool
	t.Cleanup(c.Close)
	return c
}

func serve(t *testing.T, f http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return s
}

func get(t *testing.T, c *Client, address string) (*Response, error) {
	t.Helper()
	return c.Do(t.Context(), Request{URL: address})
}

func TestAnswerIsReadWhole(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(404)
		fmt.Fprintf(w, "%s %s %s %s", r.Method, r.Header.Get("X-Signature"), r.Header.Get("User-Agent"), body)
	})
	r, err := clientTo(t, s).Do(t.Context(), Request{Method: "POST", URL: s.URL + "/hook", Header: http.Header{"X-Signature": {"abc"}}, Body: []byte("ciao")})
	if err != nil || r.Status != 404 || string(r.Body) != "POST abc Verbale ciao" || r.URL != s.URL+"/hook" {
		t.Fatalf("%+v, %v", r, err)
	}
}

func TestLoopbackIsRefusedUnlessAllowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	s := serve(t, func(http.ResponseWriter, *http.Request) { reached.Store(true) })
	if _, err := get(t, New(Allow{}), s.URL); !errors.Is(err, errRefused) {
		t.Errorf("got %v", err)
	}
	if reached.Load() {
		t.Error("reached")
	}
}

func TestEachRedirectIsJudged(t *testing.T) {
	t.Parallel()
	inner := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "secret of the inner network") })
	var asked atomic.Int64
	outer := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if to := r.URL.Query().Get("to"); to != "" {
			http.Redirect(w, r, to, http.StatusFound)
			return
		}
		if n := len(r.URL.Path); n > 1 {
			http.Redirect(w, r, r.URL.Path[:n-1], http.StatusMovedPermanently)
			return
		}
		fmt.Fprint(w, "<meta http-equiv=refresh content='0;url="+inner.URL+"'>")
	})
	c := clientTo(t, outer)
	for _, to := range []string{inner.URL, "http://169.254.169.254/latest/meta-data/", "http://localhost/", "http://127.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "//127.0.0.1:1/", "http://user:pw@" + strings.TrimPrefix(outer.URL, "http://"), "http://[::ffff:7f00:1]/"} {
		if r, err := get(t, c, outer.URL+"/?to="+url.QueryEscape(to)); err == nil {
			t.Errorf("redirected to %s: %s", to, r.Body)
		}
	}
	r, err := get(t, c, outer.URL+"/aaa") // three redirects, and a meta refresh that nobody follows
	if err != nil || !strings.HasPrefix(string(r.Body), "<meta") || r.URL != outer.URL+"/" {
		t.Errorf("three redirects: %v", err)
	}
	if _, err := get(t, c, outer.URL+"/aaaa"); err == nil || !strings.Contains(err.Error(), "outbound.redirects") {
		t.Errorf("four redirects: %v", err)
	}
	asked.Store(0)
	if _, err := get(t, c, outer.URL+"/?to="+url.QueryEscape(outer.URL+"/aaaaaaaaaaaa")); err == nil || asked.Load() > maxRedirects+1 {
		t.Errorf("%d requests, %v", asked.Load(), err)
	}
}

func TestRedirectTakesNoSecretAlong(t *testing.T) {
	t.Parallel()
	got := make(chan *http.Request, 1)
	target := serve(t, func(_ http.ResponseWriter, r *http.Request) { got <- r })
	first := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "a=b")
		code := http.StatusTemporaryRedirect
		if r.Method == "GET" {
			code = http.StatusFound
		}
		http.Redirect(w, r, target.URL, code)
	})
	c := clientTo(t, first, target)
	secrets := http.Header{"Authorization": {"Bearer x"}, "Cookie": {"s=x"}, "X-Api-Key": {"x"}, "Accept": {"text/html"}}
	if _, err := c.Do(t.Context(), Request{URL: first.URL + "/?token=x", Header: secrets}); err != nil {
		t.Fatal(err)
	}
	r := <-got
	for _, name := range []string{"Authorization", "Cookie", "X-Api-Key", "Referer"} {
		if r.Header.Get(name) != "" {
			t.Errorf("%s went along", name)
		}
	}
	if r.Header.Get("Accept") != "text/html" {
		t.Error("what is no secret is missing")
	}
	answer, err := c.Do(t.Context(), Request{Method: "POST", URL: first.URL, Header: secrets, Body: []byte("a message")})
	if err != nil || answer.Status != http.StatusTemporaryRedirect {
		t.Errorf("POST: %v", err)
	}
	select {
	case r := <-got:
		t.Errorf("the body went along: %s", r.Method)
	default:
	}
}

func TestEncryptionIsNotGivenUp(t *testing.T) {
	t.Parallel()
	open := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "open") })
	closed := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			http.Redirect(w, r, open.URL, http.StatusFound)
		}
	}))
	t.Cleanup(closed.Close)
	c := clientTo(t, open, closed)
	if _, err := get(t, c, closed.URL); err != nil {
		t.Fatal(err)
	}
	if _, err := get(t, c, closed.URL+"/down"); err == nil || !strings.Contains(err.Error(), "outbound.downgrade") {
		t.Errorf("got %v", err)
	}
	c.http.Transport.(*http.Transport).TLSClientConfig.RootCAs = x509.NewCertPool()
	c.Close()
	if _, err := get(t, c, closed.URL); !errors.Is(err, errReach) {
		t.Errorf("a false certificate: %v", err)
	}
}

func zipped(b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

func TestAnswerIsBounded(t *testing.T) {
	t.Parallel()
	text := []byte(strings.Repeat("a page of the usual kind, ", 1500))
	var noise [100_000]byte
	for i := range noise {
		noise[i] = byte(i * i >> 3)
	}
	raw := func(answer string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			conn, _, _ := w.(http.Hijacker).Hijack()
			io.WriteString(conn, answer)
			conn.Close()
		}
	}
	for name, c := range map[string]struct {
		serve http.HandlerFunc
		want  error
		size  int
	}{
		"as large as allowed": {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, maxBody)) }, nil, maxBody},
		"one byte more":       {func(w http.ResponseWriter, _ *http.Request) { w.Write(make([]byte, maxBody+1)) }, errLarge, 0},
		"says it is large":    {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "99999999999") }, errLarge, 0},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(noise[:]); err != nil {
					return
				}
			}
		}, errLarge, 0},
		"zipped": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped(text))
		}, nil, len(text)},
		"bomb": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped(make([]byte, 1<<20)))
		}, errLarge, 0},
		"bomb larger than any answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped(make([]byte, 8<<20)))
		}, errLarge, 0},
		"not zipped": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(text)
		}, errReply, 0},
		"zip cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped(text)[:50])
		}, errReply, 0},
		"another packing": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "br")
			w.Write(text)
		}, errReply, 0},
		"many headers": {func(w http.ResponseWriter, _ *http.Request) {
			for i := range maxHeaders + 1 {
				w.Header().Add("X-H", fmt.Sprint(i))
			}
		}, errLarge, 0},
		"huge header":          {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-H", strings.Repeat("x", 1<<20)) }, errReach, 0},
		"shorter than it says": {raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"), errReply, 0},
		"longer than it says":  {raw("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef"), nil, 3},
		"chunks cut":           {raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc"), errReply, 0},
		"two lengths":          {raw("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"), errReach, 0},
		"no HTTP":              {raw("SSH-2.0-OpenSSH_9.2\r\n"), errReach, 0},
		"nothing":              {raw(""), errReach, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, c.serve)
			r, err := get(t, clientTo(t, s), s.URL)
			if !errors.Is(err, c.want) || err == nil && len(r.Body) != c.size {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestTimeIsBounded(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]http.HandlerFunc{
		"no answer": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"slow drip": func(w http.ResponseWriter, r *http.Request) {
			drip := time.NewTicker(5 * time.Millisecond)
			defer drip.Stop()
			for {
				select {
				case <-r.Context().Done():
					return
				case <-drip.C:
					w.Write([]byte("x"))
					w.(http.Flusher).Flush()
				}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, f)
			c := clientTo(t, s)
			c.total = 100 * time.Millisecond
			if _, err := get(t, c, s.URL); !errors.Is(err, errTime) {
				t.Errorf("got %v", err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := c.Do(ctx, Request{URL: s.URL}); !errors.Is(err, context.Canceled) {
				t.Errorf("nobody waits: %v", err)
			}
		})
	}
	if c := New(Allow{}); c.total != totalTime || totalTime != 10*time.Second || connectTime != 5*time.Second {
		t.Error("the bounds have changed")
	}
}

func TestErrorsDoNotQuoteTheAddress(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://10.0.0.1/?t=s3cret", http.StatusFound)
	})
	c := clientTo(t, s)
	c.guard.resolver = names(t, nil)
	for _, address := range []string{s.URL + "/?t=s3cret", "https://nowhere.example.com/?t=s3cret", "https://u:s3cret@example.com/", "http://%zz/?t=s3cret", "http://127.0.0.1/?t=s3cret"} {
		if _, err := get(t, c, address); err == nil || strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "10.0.0.1") {
			t.Errorf("%v", err)
		}
	}
}

func TestEnvironmentPutsNoProxyInBetween(t *testing.T) {
	proxy := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the proxy was asked") })
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	c := New(Allow{})
	c.guard.dialling = func(netip.AddrPort) error { return errors.New("far enough") }
	if _, err := get(t, c, "http://93.184.216.34/"); err == nil {
		t.Error("answered")
	}
}
