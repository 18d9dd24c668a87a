package history

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Op is what a record is of.
type Op string

// The operations, each with the fields that it has besides Client.
const (
	Send       Op = "send"       // is about to be sent, for the first time or again: Person, Conversation, Key, Text
	Acked      Op = "acked"      // was stored: Key, ID, N
	Refused    Op = "refused"    // was answered with a definite no: Key
	Unknown    Op = "unknown"    // was not answered, and may have happened or happen yet: Key
	Seen       Op = "seen"       // messages were shown: Conversation, Session, Messages
	Final      Op = "final"      // a member read all at the end: Conversation, From, Messages
	Checkpoint Op = "checkpoint" // a signed size of the register was seen, its signature verified: Size, Root
	Leaves     Op = "leaves"     // the register's leaf hashes at the end, first to last: Leaves
)

// Record is one line of a history.
type Record struct {
	Op           Op        `json:"op"`
	Time         int64     `json:"time,omitempty"` // microseconds; for people, the order of lines is what counts
	Client       string    `json:"client,omitempty"`
	Person       int64     `json:"person,omitempty"`  // who writes
	Session      int64     `json:"session,omitempty"` // a connection, or an answer: within it a client expects order
	Conversation int64     `json:"conversation,omitempty"`
	Key          string    `json:"key,omitempty"`
	Text         string    `json:"text,omitempty"` // Hash of it
	ID           int64     `json:"id,omitempty"`
	N            int64     `json:"n,omitempty"`
	From         int64     `json:"from,omitempty"` // the first n that the member may read; 1 if it is not said
	Messages     []Message `json:"messages,omitempty"`
	Size         int64     `json:"size,omitempty"`
	Root         []byte    `json:"root,omitempty"`
	Leaves       [][]byte  `json:"leaves,omitempty"`
}

// Message is a message as a reader was shown it.
type Message struct {
	ID     int64  `json:"id"`
	N      int64  `json:"n"`
	Author int64  `json:"author"`
	Text   string `json:"text"` // Hash of it
}

// Hash stands for a text in a history: nothing that was written is kept.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// Recorder takes records from many clients at once.
type Recorder struct {
	mu      sync.Mutex
	records []Record // guarded by mu
}

// Add records what has happened, or is about to.
func (r *Recorder) Add(one Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records = append(r.records, one)
}

// Records gives what was recorded up to now.
func (r *Recorder) Records() []Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.records[:len(r.records):len(r.records)]
}

// Write writes a history, a record a line.
func Write(w io.Writer, records []Record) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	for _, r := range records {
		if err := lines.Encode(r); err != nil {
			return err
		}
	}
	return out.Flush()
}

// Keep writes a history where it stays after the test, for a look and for
// e2e/history/check.
func Keep(records []Record) (file string, err error) {
	f, err := os.CreateTemp("", "verbale-history-*.jsonl")
	if err != nil {
		return "", err
	}
	return f.Name(), errors.Join(Write(f, records), f.Close())
}

// Read reads what Write wrote. A field or an operation that it does not know
// is an error: it could be the one that matters.
func Read(r io.Reader) (records []Record, err error) {
	lines := json.NewDecoder(bufio.NewReader(r))
	lines.DisallowUnknownFields()
	for {
		var one Record
		switch err := lines.Decode(&one); {
		case errors.Is(err, io.EOF):
			return records, nil
		case err != nil:
			return nil, fmt.Errorf("record %d cannot be read: %w", len(records)+1, err)
		}
		records = append(records, one)
	}
}
