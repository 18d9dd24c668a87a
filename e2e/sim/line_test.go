package sim

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// window is how many bytes are under way to a client before the server's write
// has to wait, as with TCP.
const window = 2 << 10

// line is a connection between a client and the server, as both ends see TCP:
// bytes arrive in order or not at all. What the client writes arrives when the
// schedule says so, and what the server writes is there for the client until
// it takes it. It is the server's net.Conn; the client's end is its other
// methods, which never wait.
type line struct {
	mu       sync.Mutex
	changed  chan struct{} // closed and replaced whenever something below changes
	sent     [][]byte      // frames of the client's, or what is left of the first, that have not arrived
	reading  bool          // the server waits for more
	arrived  []byte        // for the server to read
	coming   []byte        // for the client to take
	closed   bool          // by the server
	cut      bool          // by the client, or on the way
	readBy   time.Time
	writeBy  time.Time
	upgraded bool // the handshake's answer has been written
	switched bool // and taken
}

func newLine() *line { return &line{changed: make(chan struct{})} }

// change makes a change and wakes whoever waits for one.
func (l *line) change(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
	close(l.changed)
	l.changed = make(chan struct{})
}

// await waits until ready says so, with mu held, or the deadline is there.
func (l *line) await(deadline *time.Time, ready func() bool) error {
	for {
		l.mu.Lock()
		if ready() {
			return nil
		}
		by, changed := *deadline, l.changed
		l.mu.Unlock()
		var late <-chan time.Time
		if !by.IsZero() {
			timer := time.NewTimer(time.Until(by))
			defer timer.Stop()
			late = timer.C
		}
		select {
		case <-changed:
		case <-late:
			return os.ErrDeadlineExceeded
		}
	}
}

var errCut = errors.New("the line was cut")

func (l *line) Read(b []byte) (n int, err error) {
	err = l.await(&l.readBy, func() bool {
		l.reading = len(l.arrived) == 0 && !l.closed && !l.cut
		return !l.reading
	})
	if err != nil {
		return 0, err
	}
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return 0, net.ErrClosed
	case l.cut:
		return 0, io.EOF
	}
	n = copy(b, l.arrived)
	l.arrived = l.arrived[n:]
	return n, nil
}

func (l *line) Write(b []byte) (n int, err error) {
	if err := l.await(&l.writeBy, func() bool { return len(l.coming) < window || l.closed || l.cut }); err != nil {
		return 0, err
	}
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return 0, net.ErrClosed
	case l.cut:
		return 0, errCut
	}
	l.coming = append(l.coming, l.worth(b)...)
	return len(b), nil
}

// worth leaves out the frames that a client takes as they come and forgets.
// When they come is a matter of chance (see turns), so they are not to count
// for what fits into the window. The server writes whole frames.
func (l *line) worth(b []byte) (kept []byte) {
	if !l.upgraded {
		l.upgraded = true
		end := headEnd(b)
		kept, b = b[:end:end], b[end:]
	}
	for len(b) > 0 {
		opcode, payload, size := frame(b)
		if opcode == 8 || opcode == 1 && !bytes.HasPrefix(payload, []byte(`{"type":"presence"`)) && !bytes.HasPrefix(payload, []byte(`{"type":"marks"`)) {
			kept = append(kept, b[:size]...)
		}
		b = b[size:]
	}
	return kept
}

func (l *line) Close() error                       { l.change(func() { l.closed = true }); return nil }
func (l *line) SetReadDeadline(by time.Time) error { l.change(func() { l.readBy = by }); return nil }
func (l *line) SetWriteDeadline(by time.Time) error {
	l.change(func() { l.writeBy = by })
	return nil
}
func (l *line) SetDeadline(by time.Time) error {
	return errors.Join(l.SetReadDeadline(by), l.SetWriteDeadline(by))
}
func (l *line) LocalAddr() net.Addr  { return &net.TCPAddr{} }
func (l *line) RemoteAddr() net.Addr { return &net.TCPAddr{} }

// drop cuts the line; what was under way is lost.
func (l *line) drop() {
	l.change(func() { l.cut, l.sent, l.coming = true, nil, nil })
}

// send puts a text frame on its way. Its mask is zero, which masks nothing.
func (l *line) send(payload []byte) {
	head := []byte{0x81, 0x80 | 126, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint16(head[2:], uint16(len(payload)))
	l.change(func() { l.sent = append(l.sent, append(head, payload...)) })
}

// underway is how many bytes can arrive now: those of one frame, once the
// server waits for it. If it had the next one too, then it would go on with it
// by itself after a commit, and of several that did so chance would choose the
// first.
func (l *line) underway() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sent) == 0 || !l.reading {
		return 0
	}
	return len(l.sent[0])
}

// arrive lets so many of the bytes under way reach the server.
func (l *line) arrive(n int) {
	l.change(func() {
		l.arrived = append(l.arrived, l.sent[0][:n]...)
		if l.sent[0] = l.sent[0][n:]; len(l.sent[0]) == 0 {
			l.sent = l.sent[1:]
		}
	})
}

// frames are the complete text frames that are there for the client; over says
// that nothing comes after them.
func (l *line) frames() (payloads [][]byte, over bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := l.coming
	if !l.switched {
		end := headEnd(rest)
		rest = rest[end:]
	}
	for {
		opcode, payload, size := frame(rest)
		if size == 0 || opcode == 8 {
			return payloads, l.cut || l.closed || opcode == 8
		}
		if opcode == 1 {
			payloads = append(payloads, payload)
		}
		rest = rest[size:]
	}
}

// take gives the first text frame, and makes room for others.
func (l *line) take() (payload []byte) {
	l.change(func() {
		if !l.switched {
			l.coming, l.switched = l.coming[headEnd(l.coming):], true
		}
		for opcode := byte(0); opcode != 1; {
			var size int
			if opcode, payload, size = frame(l.coming); size == 0 {
				return
			}
			l.coming = l.coming[size:]
		}
	})
	return payload
}

// headEnd is where the handshake's answer ends.
func headEnd(b []byte) int {
	for i := 3; i < len(b); i++ {
		if string(b[i-3:i+1]) == "\r\n\r\n" {
			return i + 1
		}
	}
	return len(b)
}

// frame reads one unmasked frame; size is 0 if it is not all there.
func frame(b []byte) (opcode byte, payload []byte, size int) {
	if len(b) < 2 {
		return 0, nil, 0
	}
	head, n := 2, int(b[1])
	if n == 126 {
		if len(b) < 4 {
			return 0, nil, 0
		}
		head, n = 4, int(binary.BigEndian.Uint16(b[2:]))
	}
	if len(b) < head+n {
		return 0, nil, 0
	}
	return b[0] & 15, b[head : head+n], head + n
}
