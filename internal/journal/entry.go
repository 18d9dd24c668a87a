package journal

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"
)

// Hash is a node of the tree, SHA-256.
type Hash = tlog.Hash

// Header is what the register keeps of an entry for ever.
type Header struct {
	Seq          int64  `json:"seq"`          // 1, 2, 3 ... in the company's register
	Time         int64  `json:"time"`         // microseconds since 1970, UTC
	Kind         string `json:"kind"`         // "message.posted"
	Actor        int64  `json:"actor"`        // the person, 0 for the house itself
	Device       int64  `json:"device"`       // the device, 0 for the house itself
	Conversation int64  `json:"conversation"` // 0 when of none
	Subject      int64  `json:"subject"`      // the entry it speaks of, 0 when of none
}

// Draft is an entry that has no number yet.
type Draft struct {
	Kind         string
	Actor        int64
	Device       int64
	Conversation int64
	Subject      int64
	Body         []byte // JSON; may be nil
}

// Salt is drawn anew for each entry, so that equal bodies have different
// commitments and a short body cannot be found by trying.
type Salt [32]byte

// Commitment is HMAC-SHA-256(salt, body).
type Commitment [32]byte

// NewSalt draws a salt.
func NewSalt() (s Salt) {
	rand.Read(s[:]) // never fails: crypto/rand ends the program instead
	return s
}

// Commit computes the commitment to a body.
func Commit(salt Salt, body []byte) (c Commitment) {
	m := hmac.New(sha256.New, salt[:])
	m.Write(body)
	m.Sum(c[:0])
	return c
}

const leafMagic = "verbale-entry/1"

// Leaf is the tree's record of an entry: nine lines of text, so that an
// auditor needs no program of ours to read it.
//
//	verbale-entry/1, seq, time, kind, actor, device, conversation, subject,
//	base64 of the commitment; each followed by a newline
func Leaf(h Header, c Commitment) []byte {
	b := make([]byte, 0, 160)
	b = append(b, leafMagic...)
	b = append(b, '\n')
	for _, v := range [...]int64{h.Seq, h.Time} {
		b = append(strconv.AppendInt(b, v, 10), '\n')
	}
	b = append(b, h.Kind...)
	b = append(b, '\n')
	for _, v := range [...]int64{h.Actor, h.Device, h.Conversation, h.Subject} {
		b = append(strconv.AppendInt(b, v, 10), '\n')
	}
	b = base64.StdEncoding.AppendEncode(b, c[:])
	return append(b, '\n')
}

// LeafHash is the RFC 6962 hash of an entry's leaf.
func LeafHash(h Header, c Commitment) Hash { return tlog.RecordHash(Leaf(h, c)) }

var errLeaf = errors.New("journal: not an entry's leaf")

// ParseLeaf reads a leaf back; it accepts exactly what Leaf writes.
func ParseLeaf(leaf []byte) (h Header, c Commitment, err error) {
	lines := bytes.Split(leaf, []byte{'\n'})
	if len(lines) != 10 || string(lines[0]) != leafMagic || len(lines[9]) != 0 {
		return h, c, errLeaf
	}
	h.Kind = string(lines[3])
	for i, p := range map[int]*int64{1: &h.Seq, 2: &h.Time, 4: &h.Actor, 5: &h.Device, 6: &h.Conversation, 7: &h.Subject} {
		if *p, err = strconv.ParseInt(string(lines[i]), 10, 64); err != nil {
			return h, c, errLeaf
		}
	}
	sum, err := base64.StdEncoding.DecodeString(string(lines[8]))
	if err != nil || len(sum) != len(c) {
		return h, c, errLeaf
	}
	copy(c[:], sum)
	if !bytes.Equal(Leaf(h, c), leaf) { // one spelling only: "+1" or "01" is no number here
		return h, c, errLeaf
	}
	return h, c, nil
}

// ValidKind reports whether a kind is two lower-case words joined by a dot.
func ValidKind(kind string) bool {
	dots := 0
	for i, r := range kind {
		switch {
		case r == '.' && i > 0 && i < len(kind)-1:
			dots++
		case r >= 'a' && r <= 'z', r == '_':
		default:
			return false
		}
	}
	return dots == 1 && len(kind) <= 64
}
