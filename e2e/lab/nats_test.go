package lab_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"verbale/e2e/lab"
)

// talk is a connection that speaks as much of NATS as is needed here.
type talk struct {
	net.Conn
	lines chan string
}

func natsAt(t testing.TB, h *lab.Host) *talk {
	t.Helper()
	k := &talk{lines: make(chan string, 1000)}
	lab.Until(t, 30*time.Second, "NATS on "+h.Name+" answers", func() bool {
		conn, err := net.DialTimeout("tcp", h.At(4222), time.Second)
		k.Conn = conn
		return err == nil
	})
	t.Cleanup(func() { k.Close() })
	go func() {
		for in := bufio.NewScanner(k); in.Scan(); {
			k.lines <- strings.TrimSpace(in.Text())
		}
		close(k.lines)
	}()
	k.say("CONNECT {\"verbose\":false}\r\n")
	return k
}

func (k *talk) say(format string, args ...any) { fmt.Fprintf(k, format, args...) }

// publish sends a payload of a known length.
func (k *talk) publish(payload string) { k.say("PUB word %d\r\n%s\r\n", len(payload), payload) }

// hears says whether a line has come.
func (k *talk) hears(line string) bool {
	for {
		select {
		case got, open := <-k.lines:
			if got == line {
				return true
			}
			if !open {
				return false
			}
		default:
			return false
		}
	}
}

func TestANATSClusterCarriesMessagesRoundAServerThatIsKilledOrCutOff(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	a, b, c := l.Host("nats1"), l.Host("nats2"), l.Host("nats3")
	nats := l.NATSCluster(a, b, c)
	listener := natsAt(t, c)
	listener.say("SUB word 1\r\n")
	carries := func(from *lab.Host, word string) {
		t.Helper()
		sender := natsAt(t, from)
		lab.Until(t, 30*time.Second, "a word comes from "+from.Name, func() bool {
			sender.publish(word)
			return listener.hears(word)
		})
	}
	carries(a, "one")
	carries(b, "two")
	nats.Servers[1].Kill()
	carries(a, "three")
	nats.Servers[1].Start(t)
	carries(b, "four")

	sender := natsAt(t, a)
	l.Cut(a, c)
	l.Cut(a, b)
	for range 20 {
		sender.publish("lost")
	}
	<-time.After(500 * time.Millisecond)
	if listener.hears("lost") {
		t.Error("a word came from a server that is cut off")
	}
	l.Heal()
	carries(a, "five")
}
