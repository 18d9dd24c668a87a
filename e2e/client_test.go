package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// person is somebody with a credential, and where they go.
type person struct {
	id     int64
	device int64
	name   string
	token  string // "verbale_..." is sent as a bearer token, anything else as the cookie
	host   string // the Host header; the address itself if empty
	where  func() string
	http   *http.Client
}

// newHTTP is a client that goes wherever the test says, whatever the host is.
func newHTTP(where func() string) *http.Client {
	dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", where())
	}
	return &http.Client{
		Transport: &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 16, DisableCompression: true},
		Timeout:   30 * time.Second,
	}
}

// answer is what came back, whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// code is a problem's stable code, or nothing.
func (a answer) code() string {
	var p struct{ Code string }
	json.Unmarshal(a.body, &p)
	return p.Code
}

func (a answer) String() string { return fmt.Sprintf("%d %.300s", a.status, a.body) }

// send makes a request of any sort.
func (p *person) send(ctx context.Context, method, path, contentType string, body io.Reader) (a answer, err error) {
	host := p.host
	if host == "" {
		host = "verbale.test"
	}
	r, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, body)
	if err != nil {
		return a, err
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	p.identify(r.Header)
	got, err := p.http.Do(r)
	if err != nil {
		return a, err
	}
	defer got.Body.Close()
	a.status, a.header = got.StatusCode, got.Header
	a.body, err = io.ReadAll(got.Body)
	return a, err
}

func (p *person) identify(h http.Header) {
	switch {
	case strings.HasPrefix(p.token, "verbale_"):
		h.Set("Authorization", "Bearer "+p.token)
	case p.token != "":
		h.Set("Cookie", "verbale="+p.token)
	}
}

const prefix = "/api/v1"

// try makes a call of the API with a JSON body, or none.
func (p *person) try(ctx context.Context, method, path string, body any) (answer, error) {
	if body == nil {
		return p.send(ctx, method, prefix+path, "", nil)
	}
	encoded, err := json.Marshal(body)
	if err != nil {
		return answer{}, err
	}
	return p.send(ctx, method, prefix+path, "application/json", bytes.NewReader(encoded))
}

// call makes a call that has to be answered, with whatever status.
func (p *person) call(t testing.TB, method, path string, body any) answer {
	t.Helper()
	a, err := p.try(context.Background(), method, path, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

type object = map[string]any

// ask makes a call that has to work, and decodes the answer.
func ask[T any](t testing.TB, p *person, method, path string, body any) (out T) {
	t.Helper()
	a := p.call(t, method, path, body)
	if a.status >= 300 {
		t.Fatalf("%s %s: %v", method, path, a)
	}
	return decoded[T](t, a)
}

// decoded reads an answer; one without a body gives nothing.
func decoded[T any](t testing.TB, a answer) (out T) {
	t.Helper()
	if len(a.body) == 0 {
		return out
	}
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("%v in %v", err, a)
	}
	return out
}

// refused makes a call that has to be refused so.
func refused(t testing.TB, p *person, method, path string, body any, status int, code string) {
	t.Helper()
	a := p.call(t, method, path, body)
	if a.status != status || a.code() != code {
		t.Errorf("%s %s: want %d %s, got %v", method, path, status, code, a)
	}
}

type me struct {
	ID, Device, Seq int64
	Name, Role      string
	Company         struct{ Name, Title string }
}

type message struct {
	ID, N, Conversation, Author int64
	Text                        string
}

type posted struct {
	ID, N int64
	Time  string
}

type made struct{ ID int64 }

// company is a company with its owner, on a server at some address.
type company struct {
	name  string
	host  string
	owner *person
	where func() string
}

// signIn is what the commands print that make a company or a person.
type signIn struct {
	ID   int64
	Link string
}

// found makes a company by the command line; its owner has an API token.
func found(t testing.TB, dir, name, title, host string, where func() string) *company {
	t.Helper()
	args := []string{"company", "create", name, "--title", title, "--owner", "Olga Owner of " + title, "--data", dir}
	if host != "" {
		args = append(args, "--host", host)
	}
	owner := must[signIn](t, args...)
	token := must[struct{ Token string }](t, "token", "create", "--company", name, "--person", fmt.Sprint(owner.ID), "--name", "e2e", "--data", dir)
	c := &company{name: name, host: host, where: where}
	c.owner = c.person(token.Token)
	c.owner.id = owner.ID
	return c
}

// person is whoever has a credential of this company.
func (c *company) person(token string) *person {
	return &person{token: token, host: c.host, where: c.where, http: newHTTP(c.where)}
}

// join lets somebody in by an invite, as a browser would: they have a cookie.
func (c *company) join(t testing.TB, name string) *person {
	t.Helper()
	invite := ask[struct{ URL string }](t, c.owner, "POST", "/invites", object{"uses": 1})
	return c.use(t, invite.URL, name)
}

// use opens a link.
func (c *company) use(t testing.TB, link, name string) *person {
	t.Helper()
	_, secret, _ := strings.Cut(link, "#")
	nobody := c.person("")
	a := nobody.call(t, "POST", "/joins", object{"secret": secret, "name": name})
	var who me
	if err := json.Unmarshal(a.body, &who); a.status != 200 || err != nil {
		t.Fatalf("joining: %v", a)
	}
	cookies := (&http.Response{Header: a.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("joining gave %d cookies", len(cookies))
	}
	p := c.person(cookies[0].Value)
	p.id, p.device, p.name = who.ID, who.Device, name
	return p
}

// group makes a group of the owner and others.
func (c *company) group(t testing.TB, title string, members ...*person) int64 {
	t.Helper()
	ids := []int64{}
	for _, m := range members {
		ids = append(ids, m.id)
	}
	return ask[made](t, c.owner, "POST", "/conversations", object{"kind": "group", "title": title, "members": ids}).ID
}

// say posts a message that has to be taken.
func (p *person) say(t testing.TB, conversation int64, text string) posted {
	t.Helper()
	return ask[posted](t, p, "POST", fmt.Sprintf("/conversations/%d/messages", conversation), object{"key": newKey(), "text": text})
}

// history reads a conversation from after n to its end.
func (p *person) history(ctx context.Context, conversation, after int64) (all []message, err error) {
	for {
		path := fmt.Sprintf("/conversations/%d/messages?limit=200&after=%d", conversation, after)
		a, err := p.try(ctx, "GET", path, nil)
		if err != nil {
			return all, err
		}
		var page struct {
			Messages []message
			More     bool
		}
		if err := json.Unmarshal(a.body, &page); a.status != 200 || err != nil {
			return all, fmt.Errorf("history of %d after %d: %v", conversation, after, a)
		}
		all = append(all, page.Messages...)
		if !page.More {
			return all, nil
		}
		after = page.Messages[len(page.Messages)-1].N
	}
}

// newKey makes a client's key.
func newKey() string { return uuid.Must(uuid.NewV7()).String() }

// on is the address of a server that stays where it is.
func on(address string) func() string { return func() string { return address } }
