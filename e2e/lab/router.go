package lab

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Line is the way from one host to another, in this direction. Its zero value
// is a good one.
type Line struct {
	Cut     bool          // nothing arrives, and nobody is told
	Delay   time.Duration // each packet is kept for so long
	Loss    float64       // the share of packets that is lost
	Corrupt uint16        // TCP segments from or to this port arrive changed...
	Share   float64       // ...this share of them
}

// Traffic counts packets.
type Traffic struct{ Passed, Dropped, Changed atomic.Int64 }

// router carries packets between the lines of hosts, which it knows by their
// addresses.
type router struct {
	Traffic
	mu    sync.RWMutex
	ports map[netip.Addr]*os.File // guarded by mu
	lines map[way]*path           // guarded by mu
	ended chan struct{}
}

type way struct{ from, to netip.Addr }

// path is a line with the packets that wait on it.
type path struct {
	Line
	late chan packet // nil while there is no delay
}

type packet struct {
	due  time.Time
	data []byte
}

func newRouter() *router {
	return &router{ports: map[netip.Addr]*os.File{}, lines: map[way]*path{}, ended: make(chan struct{})}
}

// plug connects a host and carries what it sends until its line is closed.
func (r *router) plug(at netip.Addr, line *os.File) {
	r.mu.Lock()
	r.ports[at] = line
	r.mu.Unlock()
	go func() {
		for buffer := make([]byte, 1<<16); ; {
			n, err := line.Read(buffer)
			if err != nil {
				return
			}
			r.carry(at, buffer[:n])
		}
	}()
}

// set changes the line of one direction.
func (r *router) set(from, to netip.Addr, change func(*Line)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := &path{}
	if before := r.lines[way{from, to}]; before != nil {
		*next = *before
	}
	change(&next.Line)
	if next.Delay > 0 && next.late == nil {
		next.late = make(chan packet, 10_000)
		go r.deliverLate(to, next.late)
	}
	r.lines[way{from, to}] = next
}

// carry brings one packet where it belongs, as far as the line lets it.
func (r *router) carry(from netip.Addr, data []byte) {
	if len(data) < 20 || data[0]>>4 != 4 {
		return // IPv6's announcements
	}
	to, _ := netip.AddrFromSlice(data[16:20])
	r.mu.RLock()
	line, port := r.lines[way{from, to}], r.ports[to]
	r.mu.RUnlock()
	switch {
	case port == nil:
		return
	case line == nil:
	case line.Cut, line.Loss > 0 && rand.Float64() < line.Loss:
		r.Dropped.Add(1)
		return
	default:
		if line.Corrupt != 0 && rand.Float64() < line.Share && corrupt(data, line.Corrupt) {
			r.Changed.Add(1)
		}
		if line.Delay > 0 {
			select {
			case line.late <- packet{time.Now().Add(line.Delay), append([]byte(nil), data...)}:
			default:
				r.Dropped.Add(1)
			}
			return
		}
	}
	if _, err := port.Write(data); err == nil {
		r.Passed.Add(1)
	}
}

func (r *router) deliverLate(to netip.Addr, late chan packet) {
	for {
		select {
		case <-r.ended:
			return
		case p := <-late:
			time.Sleep(time.Until(p.due))
			r.mu.RLock()
			port := r.ports[to]
			r.mu.RUnlock()
			if _, err := port.Write(p.data); err == nil {
				r.Passed.Add(1)
			}
		}
	}
}

func (r *router) close() {
	close(r.ended)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, port := range r.ports {
		port.Close()
	}
}

// corrupt changes what a TCP segment carries in a way that its checksum does
// not see: it is a sum of 16-bit words, so two that change places leave it as
// it was. This is how bad memory in a router gets through in earnest.
func corrupt(ip []byte, port uint16) bool {
	const tcp = 6
	header := int(ip[0]&15) * 4
	if ip[9] != tcp || len(ip) < header+20 {
		return false
	}
	segment := ip[header:]
	if binary.BigEndian.Uint16(segment) != port && binary.BigEndian.Uint16(segment[2:]) != port {
		return false
	}
	said := segment[int(segment[12]>>4)*4:]
	for range 8 { // equal words would change nothing
		if len(said) < 8 {
			return false
		}
		a, b := rand.IntN(len(said)/2)*2, rand.IntN(len(said)/2)*2
		if said[a] != said[b] || said[a+1] != said[b+1] {
			said[a], said[a+1], said[b], said[b+1] = said[b], said[b+1], said[a], said[a+1]
			return true
		}
	}
	return false
}
