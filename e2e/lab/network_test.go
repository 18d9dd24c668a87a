package lab_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"verbale/e2e/lab"
)

// echo serves on a host what comes, until the test ends.
func echo(t testing.TB, h *lab.Host) string {
	t.Helper()
	at := h.At(7007)
	listener, err := h.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() { io.Copy(conn, conn); conn.Close() }()
		}
	}()
	return at
}

// says writes on a connection and wants it back in time.
func says(conn net.Conn, what string, within time.Duration) error {
	conn.SetDeadline(time.Now().Add(within))
	if _, err := conn.Write([]byte(what)); err != nil {
		return err
	}
	back := make([]byte, len(what))
	if _, err := io.ReadFull(conn, back); err != nil {
		return err
	}
	if string(back) != what {
		return fmt.Errorf("%q came back as %q", what, back)
	}
	return nil
}

func dial(t testing.TB, h *lab.Host, to string) net.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	conn, err := h.Dial(ctx, "tcp", to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestACutLineCarriesNothingUntilItHeals(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	a, b, c := l.Host("a"), l.Host("b"), l.Host("c")
	toB, toC := dial(t, a, echo(t, b)), dial(t, a, echo(t, c))
	l.Cut(a, b)
	if says(toB, "hello", 300*time.Millisecond) == nil {
		t.Error("b answered over a line that is cut")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := a.Dial(ctx, "tcp", b.At(7007)); err == nil {
		t.Error("b took a connection over a line that is cut")
	}
	if err := says(toC, "hello", 5*time.Second); err != nil {
		t.Errorf("c, which is not cut off: %v", err)
	}
	l.Heal()
	if err := says(dial(t, a, b.At(7007)), "hello", 5*time.Second); err != nil {
		t.Errorf("after it healed: %v", err)
	}
}

// TestALineCutOneWayCarriesTheOther sends datagrams, since TCP needs both.
func TestALineCutOneWayCarriesTheOther(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	a, b := l.Host("a"), l.Host("b")
	atA, atB := datagrams(t, a), datagrams(t, b)
	l.Set(a, b, func(line *lab.Line) { line.Cut = true })
	send := func(from net.PacketConn, to string) {
		t.Helper()
		address, err := net.ResolveUDPAddr("udp", to)
		if err == nil {
			_, err = from.WriteTo([]byte("hello"), address)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	got := func(at net.PacketConn, within time.Duration) bool {
		at.SetReadDeadline(time.Now().Add(within))
		_, _, err := at.ReadFrom(make([]byte, 10))
		return err == nil
	}
	send(atB, a.At(9009))
	if !got(atA, 5*time.Second) {
		t.Error("nothing came the way that is open")
	}
	send(atA, b.At(9009))
	if got(atB, 300*time.Millisecond) {
		t.Error("something came the way that is cut")
	}
}

func datagrams(t testing.TB, h *lab.Host) net.PacketConn {
	t.Helper()
	conn, err := h.ListenPacket("udp", h.At(9009))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestASlowLineIsSlowBothWaysAndLosesPacketsThatTCPSendsAgain(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	a, b := l.Host("a"), l.Host("b")
	conn := dial(t, a, echo(t, b))
	l.Slow(50*time.Millisecond, 0, a, b)
	began := time.Now()
	if err := says(conn, "hello", 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 100*time.Millisecond {
		t.Errorf("there and back took %v, with 50 ms each way", took)
	}
	l.Slow(time.Millisecond, 0.2, a, b)
	dropped := l.Traffic().Dropped.Load()
	for n := range 50 {
		if err := says(conn, fmt.Sprint("hello ", n), 20*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	if l.Traffic().Dropped.Load() == dropped {
		t.Error("a line that loses a fifth lost nothing")
	}
}

func TestACorruptLineChangesWhatTCPCarriesUnseen(t *testing.T) {
	t.Parallel()
	l := lab.New(t)
	a, b := l.Host("a"), l.Host("b")
	conn := dial(t, a, echo(t, b))
	l.Set(a, b, func(line *lab.Line) { line.Corrupt, line.Share = 7007, 1 })
	if err := says(conn, "0123456789abcdef", 5*time.Second); err == nil {
		t.Error("what came back was not changed")
	} else if _, timeout := err.(net.Error); timeout {
		t.Errorf("nothing came back: the checksum saw it: %v", err)
	}
	if l.Traffic().Changed.Load() == 0 {
		t.Error("nothing was counted")
	}
	l.Heal()
	if err := says(conn, "0123456789abcdef", 5*time.Second); err != nil {
		t.Errorf("after it healed: %v", err)
	}
}
