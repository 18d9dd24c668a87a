package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"verbale/internal/problem"
	"verbale/internal/trace"
)

// The bounds of one exchange.
const (
	connectTime  = 5 * time.Second
	totalTime    = 10 * time.Second
	maxBody      = 2 << 20
	maxHeaders   = 100
	maxHeaderLen = 64 << 10
	maxRedirects = 3
	maxRatio     = 20       // of decompressed to received bytes ...
	freeRatio    = 64 << 10 // ... beyond this many, below which nothing is a bomb
)

// Client is the way out for one company. It is safe for concurrent use.
type Client struct {
	guard guard
	http  *http.Client
	total time.Duration
}

// New makes a client that may also reach what the company's allow-list names.
func New(allow Allow) *Client {
	c := &Client{guard: guard{allow: allow}, total: totalTime}
	c.http = &http.Client{
		Transport: &http.Transport{
			Proxy:                  nil, // a proxy would dial in our place, unjudged
			DialContext:            c.guard.dial,
			ForceAttemptHTTP2:      true,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    connectTime,
			DisableCompression:     true, // it is done below, with a bound
			MaxResponseHeaderBytes: maxHeaderLen,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
		},
		CheckRedirect: c.redirect,
	}
	return c
}

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Request is what is sent.
type Request struct {
	Method string // "GET" when empty
	URL    string
	Header http.Header
	Body   []byte
}

// Response is what came back, read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
	URL    string // where it came from in the end
}

// Do sends a request and reads the whole answer. A status such as 404 is an
// answer, not an error. Redirects are followed for GET and HEAD alone: a body
// goes to nobody but the one it is for.
func (c *Client) Do(ctx context.Context, r Request) (got *Response, err error) {
	ctx, span := trace.Start(ctx, trace.Client, "outbound") // not where to: that is the company's affair
	defer func() { span.End(err) }()
	ctx, cancel := context.WithTimeout(ctx, c.total)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, errAddress // the cause would quote the address, with its secrets
	}
	if err := c.guard.judge(request.URL); err != nil {
		return nil, err
	}
	request.Host = request.URL.Host
	if r.Header != nil {
		request.Header = r.Header.Clone()
	}
	if request.Header.Get("User-Agent") == "" {
		request.Header.Set("User-Agent", "Verbale")
	}
	request.Header.Set("Accept-Encoding", "gzip")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, explain(ctx, err)
	}
	defer response.Body.Close()
	body, err := readBody(response)
	if err != nil {
		return nil, explain(ctx, err)
	}
	return &Response{Status: response.StatusCode, Header: response.Header, Body: body, URL: response.Request.URL.String()}, nil
}

// forwarded are the headers that survive a redirect: none that says who we are.
var forwarded = []string{"Accept", "Accept-Encoding", "Accept-Language", "User-Agent"}

func (c *Client) redirect(next *http.Request, via []*http.Request) error {
	last := via[len(via)-1]
	if last.Method != http.MethodGet && last.Method != http.MethodHead {
		return http.ErrUseLastResponse
	}
	if len(via) > maxRedirects {
		return problem.Newf(problem.Unavailable, "outbound.redirects", "The address redirects more than %d times.", maxRedirects)
	}
	if last.URL.Scheme == "https" && next.URL.Scheme != "https" {
		return problem.New(problem.Unavailable, "outbound.downgrade", "The address redirects from an encrypted to an open connection.")
	}
	kept := http.Header{}
	for _, name := range forwarded {
		if values := next.Header.Values(name); len(values) > 0 {
			kept[name] = values
		}
	}
	next.Header = kept // the Referer goes too: an address can hold a secret
	if err := c.guard.judge(next.URL); err != nil {
		return err
	}
	next.Host = next.URL.Host
	return nil
}

// What may go wrong, as told to a person. None quotes the address.
var (
	errAddress = problem.New(problem.Invalid, "outbound.address", "This is no web address that begins with https:// or http://.")
	errRefused = problem.New(problem.Forbidden, "outbound.refused",
		"This address may not be reached from here. If it is one of your own, ask whoever runs this server to put it on your company's allow-list.")
	errTime  = problem.New(problem.Unavailable, "outbound.time", "The other side did not answer in time.")
	errLarge = problem.New(problem.Unavailable, "outbound.too_large", "The answer of the other side is too large.")
	errReply = problem.New(problem.Unavailable, "outbound.reply", "The answer of the other side cannot be read.")
	errReach = problem.New(problem.Unavailable, "outbound.unreachable", "The other side cannot be reached.")
)

// explain turns the client's error into a problem.
func explain(ctx context.Context, err error) error {
	if p := problem.Of(err); p != nil {
		return p
	}
	if e, ok := errors.AsType[net.Error](err); errors.Is(ctx.Err(), context.DeadlineExceeded) || ok && e.Timeout() {
		return errTime
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errReply
	}
	return errReach
}

// Check says whether the address could be reached as far as its text goes, to
// be asked when somebody enters it. It is judged again, by what its name then
// stands for, each time it is used.
func (c *Client) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errAddress
	}
	return c.guard.judge(u)
}
