package search_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"verbale/internal/search"
)

// large is a company with 100,000 messages, of which Anna sees those of her own groups.
func large(b *testing.B) *house {
	h := newHouse(b, "Anna", "Bruno")
	words := vocabulary()
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 4, uint64(len(words)-1))
	text := func(i int) string {
		var b strings.Builder
		for b.Len() < 110 {
			b.WriteString(words[zipf.Uint64()])
			b.WriteByte(' ')
		}
		if i%5_000 == 17 {
			b.WriteString("zibaldone ")
		}
		fmt.Fprintf(&b, "AB-%d/2026", i)
		return b.String()
	}
	both, his, hers := h.group("Tutti", 0, 1), h.group("Suo", 1), h.group("Mio", 0)
	h.bulk(0, hers, 200, text)
	started := time.Now()
	for i := range 10 {
		h.bulk(1, both, 8_000, func(j int) string { return text(i*10_000 + j) })
		h.bulk(1, his, 2_000, func(j int) string { return text(i*10_000 + 8_000 + j) })
	}
	posted := time.Now()
	h.index()
	b.Logf("posting 100,000 took %v, indexing %v", posted.Sub(started), time.Since(posted))
	return h
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

func vocabulary() []string {
	syllables := strings.Fields("a re to la co mi ne sta ri per con ver so ta de li no va pre fo gi lu tre qua sci ment zion ore ura ino ata")
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]string, 20_000)
	for i := range out {
		for range 1 + r.IntN(4) {
			out[i] += syllables[r.IntN(len(syllables))]
		}
	}
	return out
}

func BenchmarkSearch(b *testing.B) {
	h := large(b)
	words := vocabulary()
	for _, c := range []struct{ name, question string }{
		{"rare", "zibaldone "},
		{"number", "AB-77123/2026"},
		{"absent", "xylofonix "},
		{"common", words[0] + " "},
		{"two common", words[0] + " " + words[1] + " "},
		{"typing", "ver"},
		{"common among few of mine", "in:mio " + words[2] + " "},
		{"phrase", `"` + words[0] + " " + words[3] + `"`},
		{"part, absent", "*xqx*"},
		{"in group", "in:tutti"},
		{"common before all", words[0] + " before:2020"},
	} {
		b.Run(c.name, func(b *testing.B) {
			times := make([]time.Duration, 0, b.N)
			hits := 0
			for b.Loop() {
				started := time.Now()
				hits = len(h.page(0, c.question, search.Filters{}, 20, "").Hits)
				times = append(times, time.Since(started))
			}
			b.ReportMetric(median(times).Seconds()*1000, "p50_ms")
			b.ReportMetric(float64(hits), "hits")
		})
	}
}

// BenchmarkIndex measures what the index costs a message.
func BenchmarkIndex(b *testing.B) {
	h := large(b)
	for b.Loop() {
		h.must(search.Rebuild(b.Context(), h.tenant))
		h.index()
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/float64(b.N)/100_200, "us/message")
}
