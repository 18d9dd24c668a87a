package live

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/lxzan/gws"
)

// Close codes of docs/protocol.md: up to 4099 a client reconnects.
const (
	closeGoingDown = 4000
	closeSlow      = 4001
	closeSignedOut = 4100
	closeBadFrame  = 4101
	closeTooMany   = 4102
)

const (
	blockedWrite = 30 * time.Second // a write that makes no way for so long is given up
	lastWords    = 5 * time.Second  // for the close frame to arrive and the peer to hang up
	chunk        = 32 << 10         // frames that wait are joined up to this into one write
)

// conn is the writing side of one WebSocket. gws reads from it; everything
// written, gws's own control frames included, passes through one bounded
// queue, so frames never interleave and nobody ever waits for a slow reader.
//
// There is no writing goroutine: whoever has put something into the queue
// flushes it, without blocking. Only when the kernel takes no more does a
// goroutine wait for it.
type conn struct {
	net.Conn
	raw    syscall.RawConn // nil under TLS
	limits *limits
	heard  atomic.Int64 // when something was last read, in seconds since 1970

	mu     sync.Mutex
	queue  [][]byte // frames not yet written
	queued int      // their bytes
	fresh  bool     // nothing has been written yet
	busy   bool     // somebody is writing, or nothing may be written yet
	ending bool     // no more frames: after the queue, hang up
	hung   bool     // we have hung up
	deaf   bool     // the peer has hung up
}

// limits are how much may wait for one reader, and the clock by which one that
// says nothing is found to be dead.
type limits struct {
	frames, bytes int
	now           func() time.Time
	slow          atomic.Int64 // readers that were cut for it
}

// open takes over a connection; nothing is written until uncork.
func (c *conn) open(nc net.Conn, l *limits) {
	c.Conn, c.limits, c.fresh, c.busy = nc, l, true, true
	if tcp, ok := nc.(*net.TCPConn); ok {
		c.raw, _ = tcp.SyscallConn()
	}
	c.listened()
}

// uncork lets what is queued be written.
func (c *conn) uncork() {
	c.mu.Lock()
	c.fresh = false
	c.mu.Unlock()
	c.pump()
}

func (c *conn) listened() { c.heard.Store(c.limits.now().Unix()) }

// enqueue queues a frame, which must never change again; flush writes it. Idle
// says that nothing was queued before, so that a flush is due; ok is false when
// the connection is ending, or ends because the queue is full.
func (c *conn) enqueue(frame []byte) (idle, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		return false, false
	}
	if len(c.queue) >= c.limits.frames || c.queued+len(frame) > c.limits.bytes {
		c.end(closeSlow)
		c.limits.slow.Add(1)
		return true, false
	}
	idle = len(c.queue) == 0
	c.queue = append(c.queue, frame)
	c.queued += len(frame)
	return idle, true
}

// tell sends one frame at once.
func (c *conn) tell(frame []byte) {
	if idle, _ := c.enqueue(frame); idle {
		c.flush()
	}
}

// cut ends the connection with a close code; what has not been written is
// dropped.
func (c *conn) cut(code uint16) {
	c.mu.Lock()
	c.end(code)
	c.mu.Unlock()
	c.flush()
}

// end is called with mu held.
func (c *conn) end(code uint16) {
	if c.ending {
		return
	}
	c.ending = true
	if c.fresh {
		c.queue = append(c.queue[:1:1], closeFrame(code)) // the handshake's answer goes first
	} else {
		c.queue = [][]byte{closeFrame(code)}
	}
	c.queued = 0
	c.Conn.SetWriteDeadline(time.Now().Add(lastWords)) // also for a write that waits already
}

// isEnding says that what still comes in is of no interest.
func (c *conn) isEnding() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ending
}

// flush writes what is queued, unless somebody else is at it.
func (c *conn) flush() {
	c.mu.Lock()
	if c.busy {
		c.mu.Unlock()
		return
	}
	c.busy = true
	c.mu.Unlock()
	if c.raw == nil {
		go c.pump() // TLS cannot be asked to write without blocking
		return
	}
	c.pump()
}

// pump writes until the queue is empty; the caller has made the connection
// busy.
func (c *conn) pump() {
	for {
		b, joined, ok := c.take()
		if !ok {
			return
		}
		n, err := c.write(b)
		if err == nil && n < len(b) {
			rest := b[n:]
			if joined != nil {
				rest = append([]byte(nil), rest...)
				chunks.Put(joined)
			}
			go c.wait(rest)
			return
		}
		if joined != nil {
			chunks.Put(joined)
		}
		if err != nil {
			c.broken()
			return
		}
	}
}

// wait writes what the kernel did not take at once, then goes on.
func (c *conn) wait(rest []byte) {
	c.patience(time.Now().Add(blockedWrite))
	if _, err := c.Conn.Write(rest); err != nil {
		c.broken()
		return
	}
	c.patience(time.Time{}) // else it would fail later writes that need not wait
	c.pump()
}

// patience says until when a write may wait; once the connection is ending,
// end has said so.
func (c *conn) patience(until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ending {
		c.Conn.SetWriteDeadline(until)
	}
}

var chunks = sync.Pool{New: func() any { return new(make([]byte, 0, chunk)) }}

// take gives the next bytes to write: one frame, or several joined in a
// buffer from chunks. If there are none it makes the connection free, or
// hangs up if it is ending.
func (c *conn) take() (b []byte, joined *[]byte, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.queue) == 0 {
		c.busy = false
		if c.ending && !c.hung {
			c.hung = true
			c.hangUp()
		}
		if cap(c.queue) > 64 {
			c.queue = nil // a burst's memory is given back
		}
		return nil, nil, false
	}
	n, size := 1, len(c.queue[0])
	for n < len(c.queue) && size+len(c.queue[n]) <= chunk {
		size += len(c.queue[n])
		n++
	}
	if n == 1 {
		b = c.queue[0]
	} else {
		joined = chunks.Get().(*[]byte)
		b = (*joined)[:0]
		for _, frame := range c.queue[:n] {
			b = append(b, frame...)
		}
	}
	left := copy(c.queue, c.queue[n:])
	clear(c.queue[left:])
	c.queue = c.queue[:left]
	c.queued = max(0, c.queued-size)
	return b, joined, true
}

// write writes what the kernel takes without blocking; under TLS, all.
func (c *conn) write(b []byte) (n int, err error) {
	if c.raw == nil {
		c.patience(time.Now().Add(blockedWrite))
		return c.Conn.Write(b)
	}
	rawErr := c.raw.Write(func(fd uintptr) bool {
		for {
			n, err = syscall.Write(int(fd), b)
			if err != syscall.EINTR {
				return true // never wait for the descriptor
			}
		}
	})
	switch {
	case rawErr != nil:
		return 0, rawErr
	case err == syscall.EAGAIN:
		return 0, nil
	}
	return n, err
}

// broken gives up a connection that cannot be written. Its reader ends too.
func (c *conn) broken() {
	c.mu.Lock()
	c.ending, c.hung, c.queue = true, true, nil
	c.mu.Unlock()
	c.Conn.Close()
}

// hangUp is called with mu held, once all is written. The peer gets time to
// read the close frame: closing at once while it still sends would destroy
// what is on its way to it.
func (c *conn) hangUp() {
	half, ok := c.Conn.(interface{ CloseWrite() error })
	if c.deaf || !ok || half.CloseWrite() != nil {
		c.Conn.Close()
		return
	}
	c.Conn.SetReadDeadline(time.Now().Add(lastWords))
}

// readerEnded is called when nothing more will be read.
func (c *conn) readerEnded() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.deaf = true
	if c.hung || !c.busy || !c.ending {
		c.ending, c.hung, c.queue = true, true, nil
		c.Conn.Close()
	}
}

// Write takes what gws writes of its own accord: the handshake's answer, pongs
// and close frames. gws uses its buffer again.
func (c *conn) Write(b []byte) (int, error) {
	c.tell(append([]byte(nil), b...))
	return len(b), nil
}

// Close is gws's, after its close frame.
func (c *conn) Close() error {
	c.mu.Lock()
	if !c.ending {
		c.ending = true
		c.Conn.SetWriteDeadline(time.Now().Add(lastWords))
	}
	c.mu.Unlock()
	c.flush()
	return nil
}

// textFrame is a text message as it goes over the line, ready for any number
// of sockets.
func textFrame(payload []byte) []byte { return frame(byte(gws.OpcodeText), payload) }

var pingFrame = frame(byte(gws.OpcodePing), nil)

func closeFrame(code uint16) []byte {
	return frame(byte(gws.OpcodeCloseConnection), []byte{byte(code >> 8), byte(code)})
}

func frame(opcode byte, payload []byte) []byte {
	const final = 0x80
	n := len(payload)
	b := make([]byte, 0, n+10)
	switch {
	case n < 126:
		b = append(b, final|opcode, byte(n))
	case n < 1<<16:
		b = append(b, final|opcode, 126, byte(n>>8), byte(n))
	default:
		b = append(b, final|opcode, 127, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	return append(b, payload...)
}
