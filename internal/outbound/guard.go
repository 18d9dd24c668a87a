package outbound

import (
	"context"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
	"golang.org/x/net/idna"
)

// guard judges addresses: their text first, so that nothing odd is even looked
// up, then the IP address at the moment it is dialled, so that a name cannot
// stand for one address when judged and another when used.
type guard struct {
	allow    Allow
	resolver *net.Resolver              // nil for the system's
	dialling func(netip.AddrPort) error // for tests: called last before a packet leaves
}

// public knows the special-purpose address ranges; ports are judged here.
var public = ssrf.New(ssrf.WithAnyPort())

// judge reads the address and writes its host in the one spelling that is
// then used.
func (g *guard) judge(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "" {
		return errAddress
	}
	if u.User != nil {
		return errRefused // "http://good@bad" goes to bad; secrets have their header
	}
	host, err := hostOf(u)
	if err != nil {
		return err
	}
	port, err := portOf(u)
	if err != nil {
		return err
	}
	address, err := netip.ParseAddr(host)
	if err == nil {
		if err := g.judgeIP("", netip.AddrPortFrom(address, port)); err != nil {
			return err
		}
	} else if (inner(host) || !usual(port)) && !g.allow.host(host, port) && !g.allow.someAddress(port) {
		return errRefused
	}
	u.Host = host
	if address.Is6() {
		u.Host = "[" + host + "]"
	}
	if port != defaultPort(u.Scheme) {
		u.Host += ":" + strconv.Itoa(int(port))
	}
	return nil
}

// hostOf gives the host in lower-case ASCII without a last dot, or an IP
// address in its canonical form.
func hostOf(u *url.URL) (string, error) {
	host := u.Hostname()
	if strings.HasPrefix(u.Host, "[") {
		address, err := netip.ParseAddr(host)
		if err != nil || !address.Is6() || address.Zone() != "" {
			return "", errAddress
		}
		return address.String(), nil
	}
	if len(host) > 4*253 { // before the work that its length squared costs
		return "", errAddress
	}
	host, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if again, err := idna.Lookup.ToASCII(host); err != nil || again != host {
		return "", errAddress // a spelling that others would read otherwise
	}
	if err != nil || host == "" || len(host) > 253 || strings.Contains("."+host, "..") {
		return "", errAddress
	}
	for _, r := range host { // ToASCII has lower-cased
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.' {
			return "", errAddress
		}
	}
	if address, err := netip.ParseAddr(host); err == nil {
		return address.String(), nil
	}
	// What ends in a number is an IP address in one of its odd spellings
	// (127.1, 0x7f.1, 2130706433), which resolvers disagree about.
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" || last[0] >= '0' && last[0] <= '9' {
		return "", errRefused
	}
	return host, nil
}

func portOf(u *url.URL) (uint16, error) {
	if u.Port() == "" {
		return defaultPort(u.Scheme), nil
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil || port == 0 {
		return 0, errAddress
	}
	return uint16(port), nil
}

func defaultPort(scheme string) uint16 {
	if scheme == "http" {
		return 80
	}
	return 443
}

func usual(port uint16) bool { return port == 80 || port == 443 }

// inner reports whether a name can only be one of an inner network. What it
// resolves to is judged anyway; this spares the question.
func inner(host string) bool {
	if !strings.Contains(host, ".") {
		return true
	}
	return slices.ContainsFunc([]string{".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".corp", ".home", ".svc"},
		func(suffix string) bool { return strings.HasSuffix(host, suffix) })
}

// dial connects to host:port. The judgement falls on each IP address that is
// tried, and on no other.
func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, errAddress
	}
	d := net.Dialer{Timeout: connectTime, Resolver: g.resolver, Control: func(network, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" {
			return errRefused
		}
		if err := g.judgeIP(host, to); err != nil || g.dialling == nil {
			return err
		}
		return g.dialling(to)
	}}
	return d.DialContext(ctx, network, address)
}

// judgeIP judges the address that is dialled for a host ("" when the host is
// that address).
func (g *guard) judgeIP(host string, to netip.AddrPort) error {
	if g.allow.address(to) {
		return nil
	}
	if g.allow.host(host, to.Port()) && !never(to.Addr()) {
		return nil
	}
	if !usual(to.Port()) || public.SafeAddr(to.Addr()) != nil || ours(to.Addr()) {
		return errRefused
	}
	return nil
}

// never are addresses that an allowed name may not stand for either: the
// metadata services of clouds, and what is no address of a server at all. Only
// an allowed range that contains them opens them.
func never(a netip.Addr) bool {
	return a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a.Is4In6() ||
		a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) || a == metadata6
}

var metadata6 = netip.MustParseAddr("fd00:ec2::254")

// ours reports whether an address is of this machine, public though it be:
// what listens there for us alone must not be reached from without by asking us.
func ours(a netip.Addr) bool {
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	return slices.ContainsFunc(addresses, func(of net.Addr) bool {
		prefix, err := netip.ParsePrefix(of.String())
		return err == nil && prefix.Addr().Unmap() == a.Unmap()
	})
}
