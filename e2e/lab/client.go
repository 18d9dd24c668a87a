package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"verbale/e2e/history"
)

// Client is a person's device as docs/protocol.md describes it. It keeps a
// socket to any of the nodes that answers, catches up by its cursor, sends
// what it was not answered for again with the same key, and records what it
// lives through.
type Client struct {
	Name   string
	Person int64

	credential string // "Bearer ..." or a cookie
	nodes      []*Node
	record     *history.Recorder

	mu     sync.Mutex
	turn   int                    // which node it is at
	cursor int64                  // the last entry it was told of
	has    map[int64]int64        // the greatest n it was shown, by conversation
	line   *session               // nil while it is not connected and caught up
	caught time.Time              // when it last had caught up
	refs   map[int64]chan outcome // who waits for an answer by the socket
	ref    int64
	faults []string
}

// outcome is what became of one attempt to send.
type outcome struct {
	op    history.Op
	id, n int64
	why   string
}

// patience is how long a client waits for any answer.
const patience = 5 * time.Second

// web carries the clients' calls; like browsers', they share connections.
var web = &http.Client{Timeout: patience, Transport: &http.Transport{
	MaxIdleConnsPerHost: 200, DisableCompression: true, IdleConnTimeout: 30 * time.Second,
}}

func newClient(name, credential string, nodes []*Node, record *history.Recorder) *Client {
	return &Client{
		Name: name, credential: credential, nodes: nodes, record: record, turn: rand.IntN(len(nodes)),
		has: map[int64]int64{}, refs: map[int64]chan outcome{},
	}
}

func (c *Client) node() *Node {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.nodes[c.turn%len(c.nodes)]
}

// elsewhere has it try the next node, unless it has gone there already.
func (c *Client) elsewhere(from *Node) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.nodes[c.turn%len(c.nodes)] == from {
		c.turn++
	}
}

func (c *Client) identify(h http.Header) {
	if c.credential != "" && c.credential[0] == 'B' {
		h.Set("Authorization", c.credential)
	} else {
		h.Set("Cookie", c.credential)
	}
}

// call makes a call of the API at a node. An error says that it may or may
// not have been done.
func (c *Client) call(ctx context.Context, at *Node, method, path string, body, into any) (status int, header http.Header, err error) {
	var encoded io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		encoded = bytes.NewReader(text)
	}
	ask, err := http.NewRequestWithContext(ctx, method, at.URL+"/api/v1"+path, encoded)
	if err != nil {
		return 0, nil, err
	}
	ask.Header.Set("Content-Type", "application/json")
	c.identify(ask.Header)
	answer, err := web.Do(ask)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, nil, err
	}
	if answer.StatusCode >= 500 {
		c.refused(at, method+" "+path, answer.StatusCode, text)
	}
	if answer.StatusCode >= 300 {
		return answer.StatusCode, answer.Header, fmt.Errorf("%s %s: %d %.300s", method, path, answer.StatusCode, text)
	}
	if into != nil {
		err = json.Unmarshal(text, into)
	}
	return answer.StatusCode, answer.Header, err
}

// refused looks at an answer that says that the server could not. It has to be
// one after which one comes again; "internal" would be a fault of the program.
func (c *Client) refused(at *Node, what string, status int, text []byte) {
	var said struct{ Code string }
	json.Unmarshal(text, &said)
	if status != http.StatusServiceUnavailable || said.Code == "" || said.Code == "internal" {
		c.fault("%s at %s was answered %d %.300s", what, at.Host.Name, status, text)
	}
}

// Upload sends a file, once, and says how it was answered and after how long.
func (c *Client) Upload(ctx context.Context, at *Node, content string) (status int, code string, took time.Duration, err error) {
	began := time.Now()
	ask, err := http.NewRequestWithContext(ctx, "POST", at.URL+"/api/v1/files?name=note.txt", strings.NewReader(content))
	if err != nil {
		return 0, "", 0, err
	}
	ask.Header.Set("Content-Type", "application/octet-stream")
	c.identify(ask.Header)
	answer, err := http.DefaultClient.Do(ask) // no haste: files take their time
	if err != nil {
		return 0, "", time.Since(began), err
	}
	defer answer.Body.Close()
	var said struct{ Code string }
	err = json.NewDecoder(answer.Body).Decode(&said)
	return answer.StatusCode, said.Code, time.Since(began), err
}

// Post sends a text until it is acknowledged as the nth of its conversation, or
// refused for good, or ctx ends.
func (c *Client) Post(ctx context.Context, conversation int64, text string) (n int64, ok bool) {
	key := uuid.Must(uuid.NewV7()).String()
	base := history.Record{Client: c.Name, Person: c.Person, Conversation: conversation, Key: key, Text: history.Hash(text)}
	for wait := newWait(); ctx.Err() == nil; wait.wait(ctx) {
		r := base
		r.Op, r.Time = history.Send, time.Now().UnixMicro()
		c.record.Add(r)
		o := c.attempt(ctx, conversation, key, text)
		c.record.Add(history.Record{Op: o.op, Time: time.Now().UnixMicro(), Client: c.Name, Key: key, ID: o.id, N: o.n})
		switch o.op {
		case history.Acked:
			return o.n, true
		case history.Refused:
			c.fault("a post was refused: %s", o.why)
			return 0, false
		}
	}
	return 0, false
}

// attempt sends once, over the socket if there is one and else by a call.
func (c *Client) attempt(ctx context.Context, conversation int64, key, text string) outcome {
	c.mu.Lock()
	line := c.line
	c.mu.Unlock()
	if line != nil && rand.IntN(4) > 0 {
		return c.postBySocket(ctx, line, conversation, key, text)
	}
	at := c.node()
	var made struct{ ID, N int64 }
	status, _, err := c.call(ctx, at, "POST", fmt.Sprintf("/conversations/%d/messages", conversation), map[string]any{"key": key, "text": text}, &made)
	switch {
	case err == nil && made.ID > 0:
		return outcome{op: history.Acked, id: made.ID, n: made.N}
	case status >= 400 && status < 500 && status != http.StatusTooManyRequests:
		return outcome{op: history.Refused, why: err.Error()}
	}
	c.elsewhere(at)
	return outcome{op: history.Unknown}
}

// passing says whether a refusal by the socket is one that another attempt may
// not meet: it comes from where things are kept, not from a rule.
func passing(code string) bool {
	return strings.HasPrefix(code, "store.") || code == "request.too_long"
}

func (c *Client) postBySocket(ctx context.Context, line *session, conversation int64, key, text string) outcome {
	answered := make(chan outcome, 1)
	c.mu.Lock()
	c.ref++
	ref := c.ref
	c.refs[ref] = answered
	c.mu.Unlock()
	defer func() { c.mu.Lock(); delete(c.refs, ref); c.mu.Unlock() }()
	if line.send(map[string]any{"type": "post", "ref": ref, "key": key, "conversation": conversation, "text": text}) {
		late := time.NewTimer(patience)
		defer late.Stop()
		select {
		case o := <-answered:
			return o
		case <-line.closed:
		case <-late.C:
		case <-ctx.Done():
		}
	}
	return outcome{op: history.Unknown}
}

// seen is the greatest n of a conversation that it was shown.
func (c *Client) seen(conversation int64) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.has[conversation]
}

// fault notes what must never happen.
func (c *Client) fault(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.faults) < 5 {
		c.faults = append(c.faults, c.Name+": "+fmt.Sprintf(format, args...))
	}
}

// Faults are what must never happen and did.
func (c *Client) Faults() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.faults
}

// Caught says whether it is connected and has caught up, and since when.
func (c *Client) Caught() (since time.Time, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.caught, c.line != nil
}

// backoff waits randomly and longer each time, so that a crowd does not come
// back all at once.
type backoff struct{ next time.Duration }

func newWait() *backoff { return &backoff{50 * time.Millisecond} }

func (b *backoff) wait(ctx context.Context) {
	d := b.next/2 + rand.N(b.next)
	b.next = min(2*b.next, 2*time.Second)
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}
