package main

import (
	"net"
	"time"
)

const (
	onTheWay = 200 * time.Millisecond // so long a handshake that has begun may take
	overfull = 2 * time.Second        // a queue that is not empty then is given up
)

// gracefulListener is one whose end costs nobody a connection that was made. The
// kernel completes connections by itself, and resets those that nobody has
// accepted when the listener is closed: their clients, who may have sent a
// request, cannot know what became of it. So first none is completed any more,
// then those in the queue are accepted, and only then it is closed. Who comes
// meanwhile tries again within a second by himself, and is refused.
type gracefulListener struct{ *net.TCPListener }

// Close ends it.
func (l gracefulListener) Close() error {
	if completeNoMore(l.TCPListener) == nil {
		time.Sleep(onTheWay)
		for given := time.Now(); queued(l.TCPListener) > 0 && time.Since(given) < overfull; {
			time.Sleep(10 * time.Millisecond)
		}
	}
	return l.TCPListener.Close()
}
