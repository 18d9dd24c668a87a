package outbound

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"verbale/internal/problem"
)

// Allow is what one company may reach beyond the public addresses: its own
// CRM in its own network, say. Whoever runs the server approves it.
type Allow struct {
	hosts  map[string]bool // "crm.example.lan:8443"
	ranges []allowedRange
}

type allowedRange struct {
	prefix netip.Prefix
	port   uint16 // 0 for the usual ones
}

// ParseAllow reads an allow-list. An entry is a host and port
// (crm.example.lan:8443), an address and port (10.1.2.3:8443), or a range, with
// or without a port (10.1.2.0/24, 10.1.2.0/24:8443, fd00:1::/64).
func ParseAllow(entries []string) (Allow, error) {
	a := Allow{hosts: map[string]bool{}}
	for i, entry := range entries {
		if err := a.add(strings.TrimSpace(entry)); err != nil {
			return Allow{}, problem.Newf(problem.Invalid, "outbound.allow",
				"Entry %d of the allow-list is none: write host:port, a range such as 10.1.2.0/24, or a range and :port.", i+1)
		}
	}
	return a, nil
}

func (a *Allow) add(entry string) error {
	if strings.Contains(entry, "/") {
		var port uint64
		prefix, err := netip.ParsePrefix(entry)
		if at := strings.LastIndexByte(entry, ':'); err != nil && at > 0 {
			if port, err = strconv.ParseUint(entry[at+1:], 10, 16); err == nil {
				prefix, err = netip.ParsePrefix(entry[:at])
			}
			if port == 0 {
				return errAddress
			}
		}
		if err != nil || prefix.Bits() == 0 { // "everything" is no list
			return errAddress
		}
		a.ranges = append(a.ranges, allowedRange{prefix.Masked(), uint16(port)})
		return nil
	}
	u := &url.URL{Scheme: "https", Host: entry}
	host, err := hostOf(u)
	if err != nil {
		return err
	}
	port, err := portOf(u)
	if err != nil || u.Port() == "" {
		return errAddress
	}
	if address, err := netip.ParseAddr(host); err == nil {
		a.ranges = append(a.ranges, allowedRange{netip.PrefixFrom(address, address.BitLen()), port})
		return nil
	}
	a.hosts[hostPort(host, port)] = true
	return nil
}

func hostPort(host string, port uint16) string { return host + ":" + strconv.Itoa(int(port)) }

func (a Allow) host(host string, port uint16) bool { return a.hosts[hostPort(host, port)] }

func (a Allow) address(to netip.AddrPort) bool {
	for _, r := range a.ranges {
		if r.prefix.Contains(to.Addr()) && (r.port == to.Port() || r.port == 0 && usual(to.Port())) {
			return true
		}
	}
	return false
}

// someAddress reports whether any address is allowed on this port, so that it
// is worth asking what a name stands for.
func (a Allow) someAddress(port uint16) bool {
	for _, r := range a.ranges {
		if r.port == port || r.port == 0 && usual(port) {
			return true
		}
	}
	return false
}
