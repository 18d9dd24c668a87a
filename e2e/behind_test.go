package e2e

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lxzan/gws"

	"verbale/internal/store/pgtest"
)

// client is whoever comes by the balancer, over TLS and HTTP/2.
func (b *balancer) client(token string) *person { return b.clientFrom(token, "127.0.0.1") }

// clientFrom is one with another address of this machine.
func (b *balancer) clientFrom(token, from string) *person {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		return d.DialContext(ctx, "tcp", b.address)
	}
	transport := &http.Transport{DialContext: dial, TLSClientConfig: b.tls(), ForceAttemptHTTP2: true}
	return &person{token: token, host: publicHost, where: on(b.address), http: &http.Client{Transport: overTLS{transport}, Timeout: time.Minute}}
}

// overTLS makes of each request one that is encrypted.
type overTLS struct{ to *http.Transport }

func (o overTLS) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme = "https"
	return o.to.RoundTrip(r)
}

// Dial is gws's; it encrypts by itself.
func (b *balancer) Dial(string, string) (net.Conn, error) { return net.Dial("tcp", b.address) }

// connect opens a socket by way of the balancer.
func (b *balancer) connect(t testing.TB, p *person) *socket {
	t.Helper()
	s := &socket{frames: make(chan []byte, 1<<16)}
	header := http.Header{}
	p.identify(header)
	conn, refusal, err := gws.NewClient(socketEvents{s: s}, &gws.ClientOption{
		Addr: "wss://" + publicHost + prefix + "/live", RequestHeader: header, TlsConfig: b.tls(),
		NewDialer: func() (gws.Dialer, error) { return b, nil },
	})
	if err != nil {
		t.Fatalf("no socket: %v %v", err, refusal)
	}
	s.conn = conn
	go conn.ReadLoop()
	t.Cleanup(func() { conn.NetConn().Close() })
	if f := s.next(t); f.Type != "ready" {
		t.Fatalf("the first frame is %q", f.Type)
	}
	return s
}

// twoNodes starts two servers on one database, and a company on them.
func twoNodes(t testing.TB) (nodes [2]*server, at [2]string, acme *company) {
	t.Helper()
	owner, application := pgtest.New(t)
	dirs := [2]string{t.TempDir(), t.TempDir()}
	args := []string{"--database", application, "--public-url", "https://" + publicHost, "--trusted-proxies", "127.0.0.1", "--limits-person", "100000"}
	nodes[0] = launch(t, dirs[0], append(args, "--database-owner", owner)...)
	at[0] = nodes[0].listening(t)
	key, err := os.ReadFile(filepath.Join(dirs[0], "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dirs[1], "root.key"), string(key))
	nodes[1] = launch(t, dirs[1], args...)
	at[1] = nodes[1].listening(t)
	acme = found(t, dirs[0], "acme", "Acme", publicHost, on(at[0]))
	other := &person{host: publicHost, token: acme.owner.token, http: newHTTP(on(at[1]))}
	eventually(t, func() string {
		if a, err := other.try(t.Context(), "GET", "/me", nil); err != nil || a.status != 200 {
			return " the second node to know the company"
		}
		return ""
	})
	return nodes, at, acme
}

var listens = regexp.MustCompile(`listen=(127\.0\.0\.1:\d+)`)

// listening gives the address of a node itself, where its public one is another.
func (s *server) listening(t testing.TB) (address string) {
	t.Helper()
	eventually(t, func() string {
		if at := listens.FindStringSubmatch(s.log.String()); at != nil {
			address = at[1]
			return ""
		}
		return " a node that listens"
	})
	return address
}

func TestNodesBehindEachBalancerAsDeployHasIt(t *testing.T) {
	t.Parallel()
	for name := range balancers {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat("../.tools/caddy"); err != nil && name == "caddy" {
				t.Skip("scripts/need.sh caddy builds it, which takes minutes")
			}
			nodes, at, acme := twoNodes(t)
			b := balance(t, name, at)
			signsIn(t, b, acme)
			keepsInsideWhatIsForInside(t, b)
			takesFiles(t, b, acme)
			seesWhoAsks(t, b)
			drains(t, b, acme, nodes, at)
		})
	}
}

// signsIn joins by an invite, whose link leads to the public address, and has a
// cookie that only this host over TLS may read.
func signsIn(t *testing.T, b *balancer, acme *company) {
	invite := ask[struct{ URL string }](t, acme.owner, "POST", "/invites", object{"uses": 1})
	link, secret, _ := strings.Cut(invite.URL, "#")
	if !strings.HasPrefix(link, "https://"+publicHost+"/") {
		t.Errorf("the invite leads to %s", link)
	}
	a := b.client("").call(t, "POST", "/joins", object{"secret": secret, "name": "Marco"})
	cookies := (&http.Response{Header: a.header}).Cookies()
	if a.status != 200 || len(cookies) != 1 || cookies[0].Name != "__Host-verbale" || !cookies[0].Secure {
		t.Fatalf("joining: %v, cookies %v", a, cookies)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+publicHost+prefix+"/me", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.AddCookie(cookies[0])
	got, err := b.client("").http.Do(r)
	if err != nil || got.StatusCode != 200 || got.ProtoMajor != 2 {
		t.Fatalf("signed in by the cookie: %v %v", got, err)
	}
	got.Body.Close()
}

func keepsInsideWhatIsForInside(t *testing.T, b *balancer) {
	for _, path := range []string{"/metrics", "/readyz", "/healthz"} {
		if a, err := b.client("").send(t.Context(), "GET", path, "", nil); err != nil || a.status != 404 {
			t.Errorf("%s is for everybody: %v %v", path, a, err)
		}
	}
}

// takesFiles sends one that is too long, and then, on the same connection, one
// of the greatest length that is taken: what was refused is not in its way.
func takesFiles(t *testing.T, b *balancer, acme *company) {
	const most = 100 << 20
	p := b.client(acme.owner.token)
	for size := int64(most + 1); size >= most; size-- {
		status := http.StatusRequestEntityTooLarge
		if size == most {
			status = http.StatusOK
		}
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+publicHost+prefix+"/files?name=big", io.LimitReader(rand.Reader, size))
		if err != nil {
			t.Fatal(err)
		}
		r.ContentLength = size
		p.identify(r.Header)
		got, err := p.http.Do(r)
		if err != nil && status == 200 || err == nil && got.StatusCode != status {
			t.Errorf("a file of %d bytes: %v %v", size, got, err)
		}
		if err == nil {
			got.Body.Close()
		}
	}
}

// seesWhoAsks has one guess until it must wait at both nodes, whatever it says
// of itself; another one need not wait.
func seesWhoAsks(t *testing.T, b *balancer) {
	guess := func(p *person, says string) int {
		r, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+publicHost+prefix+"/joins/look", strings.NewReader(`{"secret":"acme.wrong"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Forwarded-For", says)
		got, err := p.http.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		return got.StatusCode
	}
	one, other := b.client(""), b.clientFrom("", "127.0.0.2")
	inARow := 0
	for i := 0; inARow < 20; i++ {
		if i == 1000 {
			t.Fatal("who guesses on and on, under made-up addresses, is not told to wait")
		}
		inARow++
		if guess(one, fmt.Sprintf("192.0.2.%d", i%250)) != http.StatusTooManyRequests {
			inARow = 0
		}
	}
	for range 4 {
		if status := guess(other, "127.0.0.1"); status == http.StatusTooManyRequests {
			t.Error("one is told to wait because of what another one did: the nodes do not see who asks")
		}
	}
}

// drains ends one of two nodes while there is traffic: no request fails, and
// each of its sockets is told to come back, one after the other.
func drains(t *testing.T, b *balancer, acme *company, nodes [2]*server, at [2]string) {
	group := acme.group(t, "Load")
	const sockets = 40
	closings := make(chan time.Time, sockets)
	var all []*socket
	for range sockets {
		all = append(all, b.connect(t, b.client(acme.owner.token)))
	}
	before, _ := scrape(t, at[0])
	if before["verbale_sockets"] < sockets/4 {
		t.Fatalf("the node has %v of %d sockets", before["verbale_sockets"], sockets)
	}
	for _, s := range all {
		go func() {
			for range s.frames {
			}
			closings <- time.Now()
		}()
	}

	var served, failed atomic.Int64
	stop := make(chan struct{})
	var load sync.WaitGroup
	for i := range 8 {
		p := b.client(acme.owner.token)
		load.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				a, err := answer{}, error(nil)
				if i%2 == 0 {
					a, err = p.try(context.Background(), "POST", fmt.Sprintf("/conversations/%d/messages", group), object{"key": newKey(), "text": "x"})
				} else {
					a, err = p.try(context.Background(), "GET", "/me", nil)
				}
				if served.Add(1); err != nil || a.status != 200 {
					failed.Add(1)
					t.Errorf("a request failed while a node ended: %v %v", a, err)
					return
				}
			}
		})
	}
	eventually(t, func() string {
		if served.Load() < 100 {
			return " a hundred requests"
		}
		return ""
	})
	nodes[0].cmd.Process.Signal(syscall.SIGTERM)
	probe := (&person{http: newHTTP(on(at[0]))})
	eventually(t, func() string {
		a, err := probe.send(t.Context(), "GET", "/readyz", "", nil)
		if err != nil || a.status != 503 || strings.TrimSpace(string(a.body)) != "ending" {
			return " the node to say that it ends"
		}
		return ""
	})
	select {
	case <-nodes[0].ended:
	case <-time.After(30 * time.Second):
		t.Fatalf("the node did not end:\n%s", nodes[0].log)
	}
	during := served.Load()
	eventually(t, func() string { // the other node carries on
		if served.Load() < during+100 {
			return " a hundred requests more"
		}
		return ""
	})
	close(stop)
	load.Wait()
	if code := nodes[0].cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the node ended with status %d:\n%s", code, nodes[0].log)
	}

	closed := int(before["verbale_sockets"])
	var times []time.Time
	for range closed {
		select {
		case at := <-closings:
			times = append(times, at)
		case <-time.After(10 * time.Second):
			t.Fatalf("%d of %d sockets were closed", len(times), closed)
		}
	}
	slices.SortFunc(times, time.Time.Compare)
	if first, half, last := times[0], times[closed/2], times[closed-1]; half.Sub(first) < 300*time.Millisecond || last.Sub(half) < 300*time.Millisecond {
		t.Errorf("sockets were closed in one go: half after %v, all after %v", half.Sub(first), last.Sub(first))
	}
	told := 0
	for _, s := range all {
		if s.code == 4000 {
			told++
		} else if s.code != 0 {
			t.Errorf("a socket was closed with %d", s.code)
		}
	}
	if told != closed {
		t.Errorf("%d of %d sockets were told to come back", told, closed)
	}
	b.connect(t, b.client(acme.owner.token))
	t.Logf("%d requests, %d failed; %d sockets closed over %v", served.Load(), failed.Load(), closed, times[closed-1].Sub(times[0]))
}
