package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// company is a company on the server that is measured, with people in it.
type company struct {
	server *process
	owner  *person
	people []*person
}

// person is somebody who is signed in.
type person struct {
	server     *process
	id         int64
	credential http.Header
}

var web = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute}

// call asks the server for something, and waits when it asks to slow down.
func (p *person) call(ctx context.Context, method, path string, body, into any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return err
	}
	for {
		request, err := http.NewRequestWithContext(ctx, method, p.server.url+"/api/v1"+path, bytes.NewReader(encoded))
		if err != nil {
			return err
		}
		request.Header.Set("Content-Type", "application/json")
		for name, values := range p.credential {
			request.Header[name] = values
		}
		answer, err := web.Do(request)
		if err != nil {
			return err
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		switch {
		case err != nil:
			return err
		case answer.StatusCode == http.StatusTooManyRequests:
			select {
			case <-time.After(time.Second):
				continue
			case <-ctx.Done():
				return ctx.Err()
			}
		case answer.StatusCode >= 300:
			return fmt.Errorf("%s %s: %s %s", method, path, answer.Status, text)
		}
		for _, cookie := range answer.Cookies() {
			p.credential = http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}
		}
		if into == nil {
			return nil
		}
		return json.Unmarshal(text, into)
	}
}

// join uses a link and becomes whom it lets in.
func (p *person) join(ctx context.Context, link, name string) error {
	_, secret, ok := strings.Cut(link, "#")
	if !ok {
		return fmt.Errorf("%q is no link", link)
	}
	body := map[string]string{"secret": secret}
	if name != "" {
		body["name"] = name
	}
	var me struct{ ID int64 }
	err := p.call(ctx, http.MethodPost, "/joins", body, &me)
	p.id = me.ID
	return err
}

// newCompany makes a company with its owner on a server of our own, or signs
// in to one elsewhere by a token.
func newCompany(ctx context.Context, server *process, token, name string) (*company, error) {
	c := &company{server: server, owner: &person{server: server}}
	if token != "" {
		c.owner.credential = http.Header{"Authorization": {"Bearer " + token}}
		var me struct{ ID int64 }
		err := c.owner.call(ctx, http.MethodGet, "/me", nil, &me)
		c.owner.id = me.ID
		return c, err
	}
	var made struct{ Link string }
	if err := server.run(ctx, &made, "company", "create", name, "--title", "Bench", "--owner", "Owner"); err != nil {
		return nil, err
	}
	return c, c.owner.join(ctx, made.Link, "")
}

// fill lets in as many people as the measurements need.
func (c *company) fill(ctx context.Context, count int) error {
	var invite struct{ URL string }
	if err := c.owner.call(ctx, http.MethodPost, "/invites", map[string]any{"uses": count, "expires_in": 3600, "role": "member"}, &invite); err != nil {
		return err
	}
	c.people = make([]*person, count)
	return atOnce(count, 16, func(i int) error {
		c.people[i] = &person{server: c.server}
		return c.people[i].join(ctx, invite.URL, fmt.Sprintf("Person %d", i))
	})
}

// group makes a group; its first member makes it.
func (c *company) group(ctx context.Context, members []*person) (int64, error) {
	others := []int64{}
	for _, m := range members[1:] {
		others = append(others, m.id)
	}
	var made struct{ ID int64 }
	err := members[0].call(ctx, http.MethodPost, "/conversations", map[string]any{"kind": "group", "title": "Bench", "members": others}, &made)
	return made.ID, err
}

// atOnce does n things, several at a time, and gives the first error.
func atOnce(n, several int, do func(i int) error) error {
	var wg sync.WaitGroup
	var once sync.Once
	var first error
	next := make(chan int)
	for range several {
		wg.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					once.Do(func() { first = err })
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	wg.Wait()
	return first
}

// live is where the socket is.
func (p *person) live() string {
	u, _ := url.Parse(p.server.url)
	u.Scheme = strings.Replace(u.Scheme, "http", "ws", 1)
	return u.String() + "/api/v1/live"
}
