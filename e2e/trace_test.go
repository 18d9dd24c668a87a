package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// span is what the collector of this test keeps of one.
type span struct {
	TraceID, SpanID, ParentSpanID string
	Name                          string
	Kind                          int
	StartTimeUnixNano             json.Number
	EndTimeUnixNano               json.Number
	Attributes                    []struct {
		Key   string
		Value struct{ StringValue, IntValue *string }
	}
	Status struct{ Code int }
}

// collector takes traces as an OpenTelemetry collector does, by OTLP over HTTP.
type collector struct {
	url string

	mu    sync.Mutex
	spans []span // guarded by mu
	raw   []byte // guarded by mu
	fault error  // guarded by mu
}

func newCollector(t testing.TB) *collector {
	c := &collector{}
	s := httptest.NewServer(c)
	t.Cleanup(s.Close)
	c.url = s.URL
	return c
}

func (c *collector) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil || r.Method != "POST" || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/json" {
		c.fault = fmt.Errorf("%s %s as %q: %v", r.Method, r.URL, r.Header.Get("Content-Type"), err)
		return
	}
	var request struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []any }
			ScopeSpans []struct {
				Scope struct{ Name, Version string }
				Spans []span
			}
		}
	}
	strict := json.NewDecoder(bytes.NewReader(body))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&request); err != nil {
		c.fault = fmt.Errorf("%w in %s", err, body)
		return
	}
	c.raw = append(c.raw, body...)
	for _, of := range request.ResourceSpans {
		for _, in := range of.ScopeSpans {
			c.spans = append(c.spans, in.Spans...)
		}
	}
}

// find gives the first span of a name that is as wanted.
func (c *collector) find(t testing.TB, name string, wanted func(span) bool) (found span) {
	t.Helper()
	eventually(t, func() string {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.fault != nil {
			t.Fatal(c.fault)
		}
		for _, s := range c.spans {
			if s.Name == name && wanted(s) {
				found = s
				return ""
			}
		}
		return " the span " + name
	})
	return found
}

func whichever(span) bool { return true }

var hexID = regexp.MustCompile(`^[0-9a-f]{16}([0-9a-f]{16})?$`)

func TestSpansArriveLinkedAndHoldNothingThatAnybodyWrote(t *testing.T) {
	t.Parallel()
	const canary = "Canarino"
	dir := t.TempDir()
	c := newCollector(t)
	s, address := start(t, dir, "--trace", "otlp+"+c.url, "--trusted-proxies", "127.0.0.1", "--drain", "0s")
	acme := build(t, dir, "canarinocompany", "chat.canarino.example", canary, 8, on(address))

	// A trusted proxy says which trace a request belongs to.
	const trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	from := func(p *person, traceparent string) {
		r, err := http.NewRequestWithContext(context.Background(), "POST", "http://"+acme.host+prefix+"/files?name=canarino.txt", strings.NewReader("a file's "+canary))
		if err != nil {
			t.Fatal(err)
		}
		p.identify(r.Header)
		r.Header.Set("Traceparent", traceparent)
		got, err := p.http.Do(r)
		if err != nil || got.StatusCode != 200 {
			t.Fatalf("%v %v", got, err)
		}
		got.Body.Close()
	}
	from(acme.owner, "00-"+trace+"-"+parent+"-01")
	request := c.find(t, "POST /api/v1/files", func(s span) bool { return s.TraceID == trace })
	if request.ParentSpanID != parent || request.Kind != 2 {
		t.Errorf("the request's span is %+v", request)
	}
	inside := c.find(t, "file put", func(s span) bool { return s.TraceID == trace })
	if inside.ParentSpanID != request.SpanID || !hexID.MatchString(inside.SpanID) {
		t.Errorf("the file's span %+v is not inside of the request's %+v", inside, request)
	}

	line := acme.owner.connect(t)
	line.write(t, fmt.Sprintf(`{"type":"post","ref":1,"key":%q,"conversation":%d,"text":%q}`, newKey(), acme.ids["conversation"], "word "+canary))
	line.until(t, func(f frame) bool { return f.Type == "posted" })
	post := c.find(t, "socket post", whichever)
	c.find(t, "store write", func(s span) bool { return s.TraceID == post.TraceID && s.ParentSpanID == post.SpanID })
	c.find(t, "follower search", whichever)
	refused(t, acme.owner, "GET", "/conversations/99999999", nil, 404, "conversation.not_found")
	c.find(t, "GET /api/v1/conversations/{id}", func(s span) bool {
		for _, a := range s.Attributes {
			if a.Key == "verbale.refused" && *a.Value.StringValue == "conversation.not_found" {
				return s.Status.Code == 0
			}
		}
		return false
	})
	s.end(t) // what was still waiting is sent
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, word := range []string{"canarin", "marco", "olga", "chat."} {
		if at := strings.Index(strings.ToLower(string(c.raw)), word); at >= 0 {
			t.Errorf("%q is in the traces: ...%.80s...", word, c.raw[max(0, at-20):])
		}
	}
}

func TestNobodyButATrustedProxySaysWhichTraceARequestBelongsTo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	c := newCollector(t)
	_, address := start(t, dir, "--trace", "otlp+"+c.url)
	r, err := http.NewRequestWithContext(context.Background(), "GET", "http://"+address+prefix+"/hello", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00") // and not to be recorded
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	if hello := c.find(t, "GET /api/v1/hello", whichever); hello.TraceID == "0af7651916cd43dd8448eb211c80319c" || hello.ParentSpanID != "" {
		t.Errorf("a stranger has put his request into a trace: %+v", hello)
	}
}

func TestACollectorThatIsAwayHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	gone := httptest.NewServer(nil)
	gone.Close()
	s, address := start(t, dir, "--trace", "otlp+"+gone.URL)
	acme := found(t, dir, "acme", "Acme", "", on(address))
	group := acme.group(t, "G")
	eventually(t, func() string {
		acme.owner.say(t, group, "x")
		if sums, _ := scrape(t, address); sums["verbale_trace_spans_dropped_total"] == 0 {
			return " a span that was dropped"
		}
		return ""
	})
	if done := command(t, "doctor", "--data", dir, "--trace", "otlp+"+gone.URL); !strings.Contains(done.out, "does not take traces") {
		t.Errorf("the doctor does not see that the collector is away: %s%s", done.out, done.err)
	}
	if done := command(t, "doctor", "--data", dir, "--trace", "otlp+"+newCollector(t).url); !strings.Contains(done.out, "takes traces") {
		t.Errorf("the doctor does not see the collector: %s%s", done.out, done.err)
	}
	if n := strings.Count(s.log.String(), "traces are not taken"); n != 1 {
		t.Errorf("it was said %d times that traces are not taken", n)
	}
	s.end(t)
}
