package outbound

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"verbale/internal/problem"
)

func TestAddressThatMustNotBeReachedIsRefused(t *testing.T) {
	t.Parallel()
	c := New(Allow{})
	c.guard.resolver = names(t, nil) // nothing resolves: what is refused is refused by its text
	for _, host := range []string{
		// Loopback in all its spellings.
		"127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0177.0.0.1", "017700000001", "0x7f.1", "0x7f000001", "0x7f.0.0.1", "127.0.0.1.",
		"localhost", "LOCALHOST", "localhost.", "x.localhost", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
		// IPv4 inside IPv6: NAT64, 6to4, Teredo.
		"[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
		// Link-local, unique local, private, shared, metadata.
		"[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]", "[fd12:3456::1]", "[fd00:ec2::254]", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"169.254.169.254", "169.254.170.2", "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
		"224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "[ff02::1]", "[2001:db8::1]",
		"metadata.google.internal", "metadata", "db.corp", "printer.local", "router.lan", "kubernetes.default.svc", "web", "api.internal.",
		// Letters that look like others.
		"127。0。0。1", "１２７.0.0.1", "①②⑦.0.0.1", "127%2e0%2e0%2e1", "ⓛocalhost",
		// Who is really meant.
		"example.com@127.0.0.1", "127.0.0.1@example.com", "user:secret@example.com", "@example.com",
		// Other ports.
		"example.com:22", "example.com:8080", "example.com:25", "example.com:0", "example.com:65536", "example.com:-1", "93.184.216.34:6379",
		// What is no host.
		"", ".", "..", "example..com", "exa mple.com", `example.com\@127.0.0.1`, "example.com\\", "exam_ple.com", "example.com%00.org", "[example.com]", "[::1", "example.com:80:80",
	} {
		for _, scheme := range []string{"http", "https", "HTTP"} {
			if err := c.Check(scheme + "://" + host + "/x"); problem.Of(err) == nil {
				t.Errorf("%s://%s: %v", scheme, host, err)
			}
			if _, err := c.Do(t.Context(), Request{URL: scheme + "://" + host + "/x"}); problem.Of(err) == nil {
				t.Errorf("%s://%s was reached: %v", scheme, host, err)
			}
		}
	}
	for _, address := range []string{
		"", "example.com", "//example.com", "/etc/passwd", "file:///etc/passwd", "gopher://example.com/", "ftp://example.com/", "dict://example.com:11211/",
		"data:text/plain,x", "jar:http://example.com!/", "ldap://example.com", "unix:///var/run/docker.sock", "javascript:alert(1)", "http:example.com", "http:///x",
		"https://example.com/\r\nX: y", "https://exam\tple.com", "\thttps://example.com", " https://example.com", "ws://example.com", "http+unix://x",
	} {
		if err := c.Check(address); !errors.Is(err, errAddress) && !errors.Is(err, errRefused) {
			t.Errorf("%q: %v", address, err)
		}
	}
}

func TestLongAddressCostsNothing(t *testing.T) {
	t.Parallel()
	c := New(Allow{})
	begun := time.Now()
	for _, long := range []string{strings.Repeat("ü", 1<<20), strings.Repeat("a.", 1<<20), "xn--" + strings.Repeat("a", 1<<20), strings.Repeat("。", 1<<20)} {
		if err := c.Check("https://" + long); !errors.Is(err, errAddress) {
			t.Errorf("got %v", err)
		}
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestPublicAddressIsAccepted(t *testing.T) {
	t.Parallel()
	c := New(Allow{})
	for _, address := range []string{
		"https://example.com", "HTTPS://EXAMPLE.COM/x", "http://example.com:80/", "https://example.com:443/a?b=c#d", "http://example.com:443/", "https://93.184.216.34/",
		"https://[2606:2800:220:1:248:1893:25c8:1946]/", "https://bücher.example/", "https://xn--bcher-kva.example/", "https://example.com./",
	} {
		if err := c.Check(address); err != nil {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// What a name resolves to is judged when it is dialled, and that very address
// is the one dialled.
func TestNameIsJudgedByTheAddressThatIsDialled(t *testing.T) {
	t.Parallel()
	const good, bad = "93.184.216.34", "127.0.0.1"
	for name, c := range map[string]struct {
		answers [][]string // one for each question
		dialled []string
	}{
		"private":                       {[][]string{{bad}}, nil},
		"private in IPv6":               {[][]string{{"fd00::1"}}, nil},
		"mapped":                        {[][]string{{"::ffff:127.0.0.1"}}, nil},
		"metadata":                      {[][]string{{"169.254.169.254"}}, nil},
		"public first, private next":    {[][]string{{good}, {bad}, {bad}, {bad}}, []string{good}},
		"public and private at once":    {[][]string{{bad, good}}, []string{good}},
		"public A and private AAAA":     {[][]string{{good, "::1"}}, []string{good}},
		"public A and IPv4-mapped AAAA": {[][]string{{good, "::ffff:10.0.0.1"}}, []string{good}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := New(Allow{})
			client.guard.resolver = names(t, map[string][][]string{"rebind.example.": c.answers})
			var mu sync.Mutex
			var dialled []string
			client.guard.dialling = func(to netip.AddrPort) error {
				mu.Lock()
				defer mu.Unlock()
				dialled = append(dialled, to.Addr().String())
				return errors.New("far enough: no packet leaves a test")
			}
			_, err := client.Do(t.Context(), Request{URL: "https://rebind.example/"})
			if err == nil || c.dialled == nil && !errors.Is(err, errRefused) {
				t.Errorf("got %v", err)
			}
			if fmt.Sprint(dialled) != fmt.Sprint(c.dialled) {
				t.Errorf("dialled %v, want %v", dialled, c.dialled)
			}
		})
	}
}

func TestOwnPublicAddressIsRefused(t *testing.T) {
	t.Parallel()
	own, err := net.InterfaceAddrs()
	if err != nil || len(own) == 0 {
		t.Fatalf("no address of this machine: %v", err)
	}
	for _, of := range own {
		if a := netip.MustParsePrefix(of.String()).Addr(); !ours(a) {
			t.Errorf("%v is ours", a)
		}
	}
	if ours(netip.MustParseAddr("93.184.216.34")) {
		t.Error("another's is ours")
	}
}

func TestAllowListOpensWhatItNamesAndNoMore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		entries []string
		yes, no []string // "host:port=address that it resolves to"
	}{
		"host and port": {[]string{"CRM.Example.lan:8443"},
			[]string{"crm.example.lan:8443=10.1.2.3", "crm.example.lan:8443=127.0.0.1", "crm.example.lan:8443=93.184.216.34"},
			[]string{"crm.example.lan:443=10.1.2.3", "crm.example.lan:8444=10.1.2.3", "x.crm.example.lan:8443=10.1.2.3", "example.lan:8443=10.1.2.3", "crm.example.lan:8443=169.254.169.254", "crm.example.lan:8443=0.0.0.0", "crm.example.lan:8443=fe80::1", "other.example.com:443=10.1.2.3"}},
		"range": {[]string{"10.1.2.0/24"},
			[]string{"crm.example.com:443=10.1.2.3", "crm.corp:80=10.1.2.3"},
			[]string{"crm.example.com:8443=10.1.2.3", "crm.example.com:443=10.1.3.1", "crm.corp:443=127.0.0.1"}},
		"range and port": {[]string{"10.1.2.0/24:8443", "fd00:1::/64"},
			[]string{"crm.example.com:8443=10.1.2.3", "crm.example.com:443=fd00:1::5"},
			[]string{"crm.example.com:443=10.1.2.3", "crm.example.com:8443=10.2.2.3", "crm.example.com:8443=93.184.216.34", "crm.example.com:443=fd00:2::5"}},
		"address and port": {[]string{"10.1.2.3:8443", "[fd00:1::5]:8443"},
			[]string{"x.example.com:8443=10.1.2.3", "x.example.com:8443=fd00:1::5"},
			[]string{"x.example.com:8443=10.1.2.4", "x.example.com:443=10.1.2.3"}},
		"nothing": {nil, []string{"x.example.com:443=93.184.216.34"}, []string{"x.example.com:8443=93.184.216.34", "x.example.com:443=10.1.2.3"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			allow, err := ParseAllow(c.entries)
			if err != nil {
				t.Fatal(err)
			}
			for _, expect := range []bool{true, false} {
				list := c.no
				if expect {
					list = c.yes
				}
				for _, line := range list {
					if got := reaches(t, allow, line); got != expect {
						t.Errorf("%s: reached is %v", line, got)
					}
				}
			}
		})
	}
	for _, bad := range []string{"", "x", "x.example.com", "https://x.example.com:443", "0.0.0.0/0", "::/0", "10.0.0.0/33", "10.0.0.0/8:0", "10.0.0.0/8:70000", "10.0.0.0/8:x", "x:y@z:443", "*.example.com:443", "x.example.com:0", "127.1:80", "/24"} {
		if _, err := ParseAllow([]string{bad}); problem.Of(err) == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func reaches(t *testing.T, allow Allow, line string) (reached bool) {
	t.Helper()
	var hostPort, address string
	for i := range line {
		if line[i] == '=' {
			hostPort, address = line[:i], line[i+1:]
		}
	}
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		t.Fatal(err)
	}
	client := New(allow)
	client.guard.resolver = names(t, map[string][][]string{host + ".": {{address}}})
	client.guard.dialling = func(netip.AddrPort) error {
		reached = true
		return errors.New("far enough: no packet leaves a test")
	}
	if _, err := client.Do(t.Context(), Request{URL: "https://" + hostPort + "/"}); err == nil {
		t.Fatal("something answered")
	}
	return reached
}

// Whatever is typed, what is accepted is an address that is accepted again in
// the spelling that is used, and no literal of an inner network.
func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"https://example.com/a?b", "http://127.0.0.1", "http://[::ffff:7f00:1]:80", "http://0x7f.1", "http://a@b", "HTTP://EXAMPLE.COM.:443", "http://127。0。0。1", "http:\\\\127.0.0.1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, address string) {
		u, err := url.Parse(address)
		var g guard
		if err != nil || g.judge(u) != nil {
			return
		}
		used := u.Host
		if err := g.judge(u); err != nil || u.Host != used {
			t.Fatalf("%q is used as %q, which is judged otherwise: %v", address, used, err)
		}
		if a, err := netip.ParseAddr(u.Hostname()); err == nil && (!a.IsGlobalUnicast() || a.IsPrivate()) {
			t.Fatalf("%q reaches %v", address, a)
		}
	})
}

// names is a resolver that asks a name server of the test's own, which gives
// the first answer to the first question, and so on, the last for ever.
func names(t *testing.T, answers map[string][][]string) *net.Resolver {
	t.Helper()
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	go answer(server, answers)
	return &net.Resolver{PreferGo: true, Dial: (&dialTo{server.LocalAddr().String()}).dial}
}

func answer(server net.PacketConn, answers map[string][][]string) {
	asked := map[dnsmessage.Question]int{}
	packet := make([]byte, 1500)
	for {
		n, from, err := server.ReadFrom(packet)
		if err != nil {
			return
		}
		var m dnsmessage.Message
		if m.Unpack(packet[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		q := m.Questions[0]
		m.Response, m.Authoritative, m.Additionals = true, true, nil
		all, known := answers[q.Name.String()]
		if !known {
			m.RCode = dnsmessage.RCodeNameError
		} else {
			turn := min(asked[q], len(all)-1)
			asked[q]++
			for _, text := range all[turn] {
				header := dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0}
				a := netip.MustParseAddr(text)
				switch {
				case a.Is4() && q.Type == dnsmessage.TypeA:
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AResource{A: a.As4()}})
				case a.Is6() && q.Type == dnsmessage.TypeAAAA:
					m.Answers = append(m.Answers, dnsmessage.Resource{Header: header, Body: &dnsmessage.AAAAResource{AAAA: a.As16()}})
				}
			}
		}
		if out, err := m.Pack(); err == nil {
			server.WriteTo(out, from)
		}
	}
}
