package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// Report is what was measured. Figures that a server elsewhere does not show
// (its processor time and its memory) are 0.
type Report struct {
	W1    W1   `json:"w1"`
	W2    W2   `json:"w2"`
	W3    W3   `json:"w3"`
	W4    W4   `json:"w4"`
	W5    W5   `json:"w5"`
	Short bool `json:"short"`

	Engine string `json:"engine"` // sqlite or postgres

	Scale *Scale `json:"scale,omitempty"` // instead of W1 to W4
}

// Quantiles are a median and a 99th percentile, in milliseconds.
type Quantiles struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
}

// W1 is 50 concurrent senders in 10 groups of 20 connected members.
type W1 struct {
	Rate       float64   `json:"rate"`           // accepted messages a second, at saturation
	BareRate   float64   `json:"bare_rate"`      // rows a second of a bare group commit
	Ack        Quantiles `json:"ack_ms"`         // from sending to the answer, at half of saturation
	Delivery   Quantiles `json:"delivery_ms"`    // from sending to each member, at half of saturation
	CPUPer1000 float64   `json:"cpu_s_per_1000"` // of the server, with all deliveries
	RSS        float64   `json:"rss_mib"`

	DeliveryCPU float64 `json:"delivery_cpu_s_per_100k"` // of the server, for what it does not do when only the senders are connected
}

// W2 is one group of 1,000 connected members.
type W2 struct {
	Rate       float64   `json:"rate"`      // deliveries a second, flat out
	BareRate   float64   `json:"bare_rate"` // of a plain fan-out of the same frames
	Last       Quantiles `json:"last_ms"`   // from sending to the last member, at 10 messages a second
	CPUPer100k float64   `json:"cpu_s_per_100k"`
}

// W3 is idle connections.
type W3 struct {
	Connections      int     `json:"connections"`
	KiBPerConnection float64 `json:"kib_per_connection"`
}

// W4 is reading and searching a long conversation.
type W4 struct {
	Page   Quantiles `json:"page_ms"`
	Search Quantiles `json:"search_ms"`
}

// W5 is a server that has just been started.
type W5 struct {
	Start  float64 `json:"start_ms"`
	Binary float64 `json:"binary_mib"`
	Idle   float64 `json:"idle_mib"`
}

// Print writes the report for people, with what each figure should be.
func (r Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row := func(what, format, goal string, figures ...any) {
		fmt.Fprintf(t, "%s\t%s\t%s\n", what, fmt.Sprintf(format, figures...), goal)
	}
	share := func(a, b float64) float64 {
		if b == 0 {
			return 0
		}
		return 100 * a / b
	}
	ofBare := "40 %, or the processor is spent on deliveries"
	if r.Engine == "postgres" {
		ofBare = "30 %"
	}
	row("", "measured", "goal")
	if r.Scale != nil {
		r.Scale.print(row)
		return t.Flush()
	}
	row("W1  50 senders, 10 groups of 20", "", "")
	row("    accepted a second", "%.0f (%.0f %% of %.0f bare)", ofBare, r.W1.Rate, share(r.W1.Rate, r.W1.BareRate), r.W1.BareRate)
	row("    answer at half of that", "p50 %.2f ms, p99 %.2f ms", "", r.W1.Ack.P50, r.W1.Ack.P99)
	row("    delivery at half of that", "p50 %.2f ms, p99 %.2f ms", "p50 10 ms, p99 50 ms", r.W1.Delivery.P50, r.W1.Delivery.P99)
	row("    processor for 1,000 messages", "%.3f s", "0.25 s", r.W1.CPUPer1000)
	row("    of it, for 100,000 deliveries", "%.3f s", "0.3 s", r.W1.DeliveryCPU)
	row("    memory", "%.0f MiB", "", r.W1.RSS)
	row("W2  one group of 1,000", "", "")
	row("    deliveries a second", "%.0f (%.0f %% of %.0f bare)", "50 %", r.W2.Rate, share(r.W2.Rate, r.W2.BareRate), r.W2.BareRate)
	row("    last member, 10 messages a second", "p50 %.2f ms, p99 %.2f ms", "", r.W2.Last.P50, r.W2.Last.P99)
	row("    processor for 100,000 deliveries", "%.3f s", "0.3 s", r.W2.CPUPer100k)
	row(fmt.Sprintf("W3  %d idle connections", r.W3.Connections), "", "")
	row("    memory of each", "%.1f KiB", "12 KiB", r.W3.KiBPerConnection)
	row("W4  a long conversation", "", "")
	row("    page of 50", "p50 %.2f ms, p99 %.2f ms", "p50 1 ms", r.W4.Page.P50, r.W4.Page.P99)
	row("    search for a rare word", "p50 %.2f ms, p99 %.2f ms", "p50 3 ms", r.W4.Search.P50, r.W4.Search.P99)
	row("W5  from a standing start", "", "")
	row("    to the first answer", "%.0f ms", "300 ms", r.W5.Start)
	row("    binary", "%.1f MiB", "", r.W5.Binary)
	row("    memory when idle", "%.1f MiB", "60 MB", r.W5.Idle)
	return t.Flush()
}
