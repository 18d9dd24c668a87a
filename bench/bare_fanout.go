package bench

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/lxzan/gws"
)

// bareFanOut is how many deliveries a second a plain WebSocket server of the
// same library makes of the same frames to as many members, who are the same
// clients: it does nothing else.
func bareFanOut(ctx context.Context, frame []byte, members int, d time.Duration) (float64, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	var mu sync.Mutex
	var joined []*gws.Conn
	upgrader := gws.NewUpgrader(gws.BuiltinEventHandler{}, nil)
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r)
		if err != nil {
			return
		}
		mu.Lock()
		joined = append(joined, c)
		mu.Unlock()
		c.WriteString(`{"type":"ready"}`)
		go c.ReadLoop()
	})}
	go server.Serve(listener)
	defer server.Close()

	c := newCrowd(members)
	someone := &person{server: &process{url: "http://" + listener.Addr().String()}}
	sockets, err := connectAll(members, func(int) *person { return someone }, func(_ int, s *socket) { s.onEvent = c.receive })
	if err != nil {
		return 0, err
	}
	defer closeAll(sockets)
	at := bytes.Index(frame, textField) + len(textField)
	rate, _, err := c.flood(ctx, 0, d, func(number int) error {
		next := bytes.Clone(frame)
		copy(next[at:], text(time.Now(), number))
		b := gws.NewBroadcaster(gws.OpcodeText, next)
		for _, member := range joined {
			if err := b.Broadcast(member); err != nil {
				return err
			}
		}
		return b.Close()
	})
	return rate, err
}
