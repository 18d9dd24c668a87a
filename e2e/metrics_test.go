package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lxzan/gws"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// figures are what one look at /metrics saw, each metric's values added up.
type figures map[string]float64

// scrape looks at /metrics as Prometheus does.
func scrape(t testing.TB, address string) (sums figures, text []byte) {
	t.Helper()
	a, err := (&person{http: newHTTP(on(address))}).send(context.Background(), "GET", "/metrics", "", nil)
	if err != nil || a.status != 200 {
		t.Fatalf("/metrics: %v %v", a, err)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(bytes.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	sums = figures{}
	for name, family := range families {
		for _, one := range family.GetMetric() {
			sums[name] += figure(one)
		}
	}
	return sums, a.body
}

func figure(m *dto.Metric) float64 {
	return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
}

var documentedMetric = regexp.MustCompile("(?m)^\\| `(verbale_[a-z_]+)` \\| (\\w+) \\|")

// documentedMetrics are the names in docs/metrics.md.
func documentedMetrics(t testing.TB) (names []string) {
	t.Helper()
	page, err := os.ReadFile("../docs/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range documentedMetric.FindAllSubmatch(page, -1) {
		names = append(names, string(row[1]))
	}
	if len(names) < 20 {
		t.Fatalf("docs/metrics.md lists %d metrics", len(names))
	}
	return names
}

// still are the metrics that do not move while all is well.
var still = map[string]string{
	"verbale_companies_unreadable":      "every database answers",
	"verbale_trace_spans_dropped_total": "the collector takes all",
	"verbale_file_errors_total":         "the files' place answers",
	"verbale_bus_nodes":                 "this node is alone, as are those below; the bus's own tests move them",
	"verbale_bus_connected":             "",
	"verbale_bus_published_total":       "",
	"verbale_bus_heard_total":           "",
	"verbale_bus_dropped_total":         "",
	"verbale_bus_bad_total":             "",
}

func TestEachDocumentedMetricMovesUnderRealUseAndNoneTellsOfAnybody(t *testing.T) {
	t.Parallel()
	const canary = "Canarino"
	dir := t.TempDir()
	collector := newCollector(t)
	_, address := start(t, dir, "--node", "node-seven", "--limits-person", "100000", "--trace", "otlp+"+collector.url)
	var seen []figures
	look := func() []byte {
		sums, text := scrape(t, address)
		seen = append(seen, sums)
		return text
	}
	look()
	acme := build(t, dir, "canarinocompany", "chat.canarino.example", canary, 64, on(address))
	look()
	group := acme.group(t, "Gruppo "+canary, acme.marco)
	s := acme.owner.connect(t)
	s.write(t, fmt.Sprintf(`{"type":"post","ref":1,"key":%q,"conversation":%d,"text":%q}`, newKey(), group, "word "+canary))
	s.until(t, func(f frame) bool { return f.Type == "posted" })
	s.write(t, fmt.Sprintf(`{"type":"post","ref":2,"key":%q,"conversation":99999999,"text":"x"}`, newKey()))
	s.until(t, func(f frame) bool { return f.Type == "error" })
	look()
	tooManyGuesses(t, acme.company)
	flood(t, acme.owner)
	slow(t, acme, group)
	if a := acme.owner.call(t, "GET", fmt.Sprintf("/files/%d", acme.ids["file"]), nil); a.status != 200 {
		t.Fatalf("the file: %v", a)
	}
	if done := command(t, "backup", "canarinocompany", "--to", filepath.Join(t.TempDir(), "b.tar"), "--data", dir); done.status != 0 {
		t.Fatal(done.err)
	}

	var text []byte
	documented := documentedMetrics(t)
	busy := underLoad(t, acme.owner, group, "more "+canary)
	defer busy()
	eventually(t, func() (missing string) {
		text = look()
		for _, name := range documented {
			if _, stays := still[name]; !stays && !moved(seen, name) {
				missing += " " + name
			}
		}
		return missing
	})
	if !bytes.Contains(text, []byte(`node="node-seven"`)) {
		t.Error("the node is not named")
	}
	for _, word := range []string{"canarin", "marco", "olga", "gruppo", "verbale_canarinocompany"} {
		if at := strings.Index(strings.ToLower(string(text)), word); at >= 0 {
			t.Errorf("%q is in the metrics: ...%.80s...", word, text[max(0, at-20):])
		}
	}
	if !regexp.MustCompile(`verbale_http_requests_total\{method="POST",node="node-seven",route="/api/v1/conversations/\{id\}/messages",status="2xx"\}`).Match(text) {
		t.Error("requests are not counted by their route's template")
	}
	if !regexp.MustCompile(`verbale_refused_total\{code="[a-z_.]+",door="socket",node="node-seven"\} 1`).Match(text) {
		t.Error("refusals over the socket are not counted by code")
	}
}

// moved says whether a metric had two values at two looks.
func moved(seen []figures, name string) bool {
	for _, one := range seen[1:] {
		if value, there := one[name]; there && value != seen[0][name] {
			return true
		}
	}
	return seen[len(seen)-1][name] == 1 && name == "verbale_build_info"
}

// underLoad has several write as fast as they can, until done is called.
func underLoad(t testing.TB, p *person, conversation int64, text string) (done func()) {
	stop := make(chan struct{})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				a, err := p.try(context.Background(), "POST", fmt.Sprintf("/conversations/%d/messages", conversation), object{"key": newKey(), "text": text})
				if err != nil || a.status != 200 {
					t.Errorf("under load: %v %v", a, err)
					return
				}
			}
		})
	}
	return func() { close(stop); all.Wait() }
}

// eventually asks again until nothing is missing any more.
func eventually(t testing.TB, missing func() string) {
	t.Helper()
	late := time.After(30 * time.Second)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		left := missing()
		if left == "" {
			return
		}
		select {
		case <-again.C:
		case <-late:
			t.Fatalf("in vain waited for:%s", left)
		}
	}
}

// tooManyGuesses tries links until the address has to wait.
func tooManyGuesses(t testing.TB, c *company) {
	t.Helper()
	nobody := c.person("")
	for range 200 {
		if nobody.call(t, "POST", "/joins/look", object{"secret": "canarinocompany.wrong"}).status == http.StatusTooManyRequests {
			return
		}
	}
	t.Fatal("nobody was told to wait")
}

// flood sends until the socket is cut for it.
func flood(t testing.TB, p *person) {
	t.Helper()
	s := p.connect(t)
	for range 5000 {
		if s.conn.WriteString(`{"type":"ping"}`) != nil {
			break
		}
	}
	if code := s.closed(t); code != 4102 && code != 0 { // 0: the close frame was lost in the flood
		t.Fatalf("a flooding socket was closed with %d", code)
	}
}

// slow leaves a socket unread until it is cut for it.
func slow(t testing.TB, e *estate, group int64) {
	t.Helper()
	header := http.Header{"Host": {e.host}}
	e.marco.identify(header)
	conn, _, err := gws.NewClient(gws.BuiltinEventHandler{}, &gws.ClientOption{
		Addr: "ws://" + e.where() + prefix + "/live", RequestHeader: header,
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.NetConn().Close()
	before, _ := scrape(t, e.where())
	text := strings.Repeat("0123456789", 1900)
	for range 2000 { // 38 MB: more than any queue or kernel takes
		e.owner.say(t, group, text)
		if now, _ := scrape(t, e.where()); now["verbale_slow_readers_total"] > before["verbale_slow_readers_total"] {
			return
		}
	}
	t.Fatal("the one who does not read was not cut")
}
