package bench

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/lxzan/gws"
)

// textLength is how long a message is.
const textLength = 120

// epoch is what the times in texts are counted from, so that they are short.
var epoch = time.Now()

const stampLength, numberLength = 8, 6

// A message's text is words, as people write, after when it was sent and its
// number, so that whoever gets it can tell how long it took.
func text(sent time.Time, number int) string {
	b := make([]byte, 0, textLength+16)
	b = digits(b, sent.Sub(epoch).Microseconds(), stampLength)
	b = append(b, ' ')
	b = digits(b, int64(number), numberLength)
	for word := number; len(b) < textLength; word += 7 {
		b = append(append(b, ' '), words[word%len(words)]...)
	}
	return string(b[:textLength])
}

// digits appends a number to base 36, with zeros before it.
func digits(b []byte, n int64, length int) []byte {
	encoded := strconv.FormatInt(n, 36)
	for range length - len(encoded) {
		b = append(b, '0')
	}
	return append(b, encoded...)
}

var words = strings.Fields("ordine cliente consegna bolla fattura riunione domani progetto budget invoice delivery meeting tomorrow project customer order table lunch contract deadline release server report office train Milano Torino Roma chiamata preventivo magazzino spedizione ritardo conferma grazie please thanks review draft version printer keys car hotel flight")

var textField = []byte(`"text":"`)

// readText finds that again in a frame, without decoding it all: the load must
// not use the processor that the server needs.
func readText(frame []byte) (sent time.Time, number int, ok bool) {
	at := bytes.Index(frame, textField)
	if at < 0 || len(frame) < at+len(textField)+textLength {
		return sent, 0, false
	}
	head := frame[at+len(textField):]
	micros, err := strconv.ParseInt(string(head[:stampLength]), 36, 64)
	if err != nil {
		return sent, 0, false
	}
	n, err := strconv.ParseInt(string(head[stampLength+1:stampLength+1+numberLength]), 36, 64)
	return epoch.Add(time.Duration(micros) * time.Microsecond), int(n), err == nil
}

// socket is a client. Its callbacks are called by its own goroutine.
type socket struct {
	gws.BuiltinEventHandler
	conn    *gws.Conn
	ready   chan struct{}
	closed  atomic.Pointer[error]
	onEvent func(frame []byte, now time.Time)
	onAck   func(ref int64, now time.Time)
	onError func(frame []byte)
}

// connect opens a person's socket; start begins to read from it.
func connect(address string, credential http.Header) (*socket, error) {
	s := &socket{ready: make(chan struct{})}
	conn, answer, err := gws.NewClient(s, &gws.ClientOption{Addr: address, RequestHeader: credential, ReadBufferSize: 8 << 10, HandshakeTimeout: 20 * time.Second})
	if err != nil {
		if answer != nil {
			return nil, fmt.Errorf("the socket was refused: %s", answer.Status)
		}
		return nil, err
	}
	s.conn = conn
	return s, nil
}

func (s *socket) start() { go s.conn.ReadLoop() }

func (s *socket) close() { s.conn.NetConn().Close() }

func (s *socket) OnClose(_ *gws.Conn, err error) { s.closed.Store(&err) }

var (
	eventPrefix  = []byte(`{"type":"event"`)
	postedPrefix = []byte(`{"type":"posted","ref":`)
	readyPrefix  = []byte(`{"type":"ready"`)
	errorPrefix  = []byte(`{"type":"error"`)
)

func (s *socket) OnMessage(_ *gws.Conn, m *gws.Message) {
	defer m.Close()
	switch frame := m.Bytes(); {
	case bytes.HasPrefix(frame, eventPrefix):
		if s.onEvent != nil {
			s.onEvent(frame, time.Now())
		}
	case bytes.HasPrefix(frame, postedPrefix):
		if s.onAck != nil {
			ref, _, _ := bytes.Cut(frame[len(postedPrefix):], []byte(","))
			n, _ := strconv.ParseInt(string(ref), 10, 64)
			s.onAck(n, time.Now())
		}
	case bytes.HasPrefix(frame, readyPrefix):
		close(s.ready)
	case bytes.HasPrefix(frame, errorPrefix):
		if s.onError != nil {
			s.onError(bytes.Clone(frame))
		}
	}
}

// post sends a message and waits for nothing.
func (s *socket) post(ref int64, conversation int64, text string) error {
	if gone := s.closed.Load(); gone != nil {
		return fmt.Errorf("the server closed the socket: %w", *gone)
	}
	key, err := uuid.NewV7()
	if err != nil {
		return err
	}
	return s.conn.WriteString(fmt.Sprintf(`{"type":"post","ref":%d,"key":"%s","conversation":%d,"text":"%s","reply_to":0,"files":[]}`, ref, key, conversation, text))
}

// connectAll opens a socket for each place; several sockets may be one
// person's.
func connectAll(count int, who func(i int) *person, prepare func(i int, s *socket)) ([]*socket, error) {
	all := make([]*socket, count)
	err := atOnce(count, 16, func(i int) error {
		p := who(i)
		s, err := connect(p.live(), p.credential)
		if err != nil {
			return err
		}
		all[i] = s
		if prepare != nil {
			prepare(i, s)
		}
		s.start()
		select {
		case <-s.ready:
			return nil
		case <-time.After(20 * time.Second):
			return fmt.Errorf("the socket's first frame did not come")
		}
	})
	if err != nil {
		closeAll(all)
	}
	return all, err
}

func closeAll(all []*socket) {
	for _, s := range all {
		if s != nil {
			s.close()
		}
	}
}
