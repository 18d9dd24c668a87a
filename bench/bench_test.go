package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

func TestQuantilesAreWithinTwoPercent(t *testing.T) {
	t.Parallel()
	var a, b histogram
	for i := 1; i <= 10_000; i++ {
		h := &a
		if i%2 == 0 {
			h = &b
		}
		h.add(time.Duration(i) * 10 * time.Microsecond) // 10 us to 100 ms
	}
	a.merge(&b)
	got := a.quantiles()
	for want, have := range map[float64]float64{50: got.P50, 99: got.P99} {
		if math.Abs(have-want) > want*0.02 {
			t.Errorf("the quantile of %v ms is given as %v", want, have)
		}
	}
	if empty := new(histogram).quantiles(); empty != (Quantiles{}) {
		t.Errorf("of nothing: %v", empty)
	}
}

func TestWhatATextSaysIsReadAgainFromAFrame(t *testing.T) {
	t.Parallel()
	sent := epoch.Add(1234567 * time.Microsecond)
	said := text(sent, 98_765)
	if len(said) != textLength {
		t.Fatalf("the text has %d bytes", len(said))
	}
	frame, _ := json.Marshal(map[string]any{"type": "event", "data": map[string]any{"message": map[string]any{"id": 7, "text": said}}})
	when, number, ok := readText(frame)
	if !ok || !when.Equal(sent) || number != 98_765 {
		t.Fatalf("read %v, %d, %v from %s", when, number, ok, frame)
	}
	for _, other := range []string{`{}`, `{"text":"short"}`, `{"text":"` + strings.Repeat("?", 200) + `"}`} {
		if _, _, ok := readText([]byte(other)); ok {
			t.Errorf("read something from %s", other)
		}
	}
}

func TestRareWordsAreDifferent(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for number := 0; number < 100_000; number += rareEvery {
		word := rareWord(number)
		if seen[word] {
			t.Fatalf("%q twice", word)
		}
		seen[word] = true
	}
}

func TestBareLimitsAreMeasured(t *testing.T) {
	t.Parallel()
	insert, end, err := bareSQLite(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer end()
	rate, err := bareCommits(context.Background(), insert, 10, 100*time.Millisecond)
	if err != nil || rate < 1 {
		t.Errorf("%v commits, %v", rate, err)
	}
	frame := []byte(fmt.Sprintf(`{"type":"event","data":{"message":{"text":"%s"}}}`, text(time.Now(), 0)))
	rate, err = bareFanOut(context.Background(), frame, 20, 100*time.Millisecond)
	if err != nil || rate < 20 {
		t.Errorf("%v deliveries, %v", rate, err)
	}
}

func TestReportHasTheAgreedShape(t *testing.T) {
	t.Parallel()
	encoded, err := json.Marshal(Report{})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"w1":{"rate":0,"bare_rate":0,"ack_ms":{"p50":0,"p99":0},"delivery_ms":{"p50":0,"p99":0},"cpu_s_per_1000":0,"rss_mib":0,"delivery_cpu_s_per_100k":0},` +
		`"w2":{"rate":0,"bare_rate":0,"last_ms":{"p50":0,"p99":0},"cpu_s_per_100k":0},"w3":{"connections":0,"kib_per_connection":0},` +
		`"w4":{"page_ms":{"p50":0,"p99":0},"search_ms":{"p50":0,"p99":0}},"w5":{"start_ms":0,"binary_mib":0,"idle_mib":0},"short":false,"engine":""}`
	if string(encoded) != want {
		t.Errorf("the report is\n%s", encoded)
	}
	var table strings.Builder
	if err := (Report{}).Print(&table); err != nil || strings.Contains(table.String(), "NaN") {
		t.Errorf("printed %q, %v", table.String(), err)
	}
}

func TestScaleIsInTheReportOnlyWhenItWasMeasured(t *testing.T) {
	t.Parallel()
	scale := Scale{W8: W8{Companies: 200, Even: 10, Noisy: 11}}
	encoded, err := json.Marshal(Report{Scale: &scale})
	if err != nil || !strings.Contains(string(encoded), `"scale":{"w6":{"catch_up_ms":0,"rate":0,"index_ms":{"p50":0,"p99":0},"hub_ms":`) ||
		!strings.Contains(string(encoded), `"w8":{"companies":200,"mib_per_company":0,"active":0,"even_p95_ms":10,"noisy_p95_ms":11}`) {
		t.Errorf("the report is %s, %v", encoded, err)
	}
	var table strings.Builder
	err = Report{Scale: &scale}.Print(&table)
	if err != nil || !strings.Contains(table.String(), "p95 11.00 ms, +10 % on 10.00 ms") || strings.Contains(table.String(), "W1") || strings.Contains(table.String(), "NaN") {
		t.Errorf("printed %q, %v", table.String(), err)
	}
	if _, err := Run(context.Background(), Options{Scale: true, URL: "https://chat.example", Token: "x"}); !errors.Is(err, errScale) {
		t.Errorf("the scale of a server elsewhere: %v", err)
	}
}

func TestServerElsewhereNeedsAToken(t *testing.T) {
	t.Parallel()
	if _, err := Run(context.Background(), Options{URL: "https://chat.example"}); err == nil {
		t.Fatal("it was measured without")
	}
}
