package natsbus

import (
	"strconv"
	"strings"
)

// What is said on the wire is a subject, verbale.KIND.WHOM, and a payload.
const (
	all = "verbale.>"

	numbers = "verbale.n." // and a company: a number in decimal
	signals = "verbale.s." // and a company: any bytes
	asks    = "verbale.q." // and a nonce: is anybody there?
	answers = "verbale.a." // and that nonce
)

const (
	maxName   = 64        // bytes of a company's name, or of a nonce
	maxSignal = 256 << 10 // bytes of a signal; a longer one is not sent, and not believed
	maxSeq    = 1<<53 - 1 // the largest number that every client holds exactly
)

// token says whether a name can stand in a subject by itself: letters, digits
// and hyphens. So no name is a pattern, or a piece of another subject.
func token(name string) bool {
	for _, b := range []byte(name) {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' {
			return false
		}
	}
	return name != "" && len(name) <= maxName
}

// said is a message as it was understood.
type said struct {
	kind string // numbers, signals, asks or answers
	whom string
	seq  int64
}

// read understands a message, or not: whoever is let in is one of us, but may
// be another version, and NATS may be shared with programs of others.
func read(subject string, payload []byte) (s said, ok bool) {
	for _, s.kind = range []string{numbers, signals, asks, answers} {
		if s.whom, ok = strings.CutPrefix(subject, s.kind); ok {
			break
		}
	}
	switch {
	case !ok || !token(s.whom):
		return s, false
	case s.kind == numbers:
		s.seq, ok = readSeq(payload)
		return s, ok
	case s.kind == signals:
		return s, len(payload) > 0 && len(payload) <= maxSignal
	}
	return s, true
}

func writeSeq(seq int64) []byte { return strconv.AppendInt(nil, seq, 10) }

// readSeq takes a number only as writeSeq writes it.
func readSeq(payload []byte) (int64, bool) {
	if len(payload) == 0 || len(payload) > len("9007199254740991") || payload[0] < '1' || payload[0] > '9' {
		return 0, false
	}
	seq, err := strconv.ParseInt(string(payload), 10, 64)
	return seq, err == nil && seq <= maxSeq
}
