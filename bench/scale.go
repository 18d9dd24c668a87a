package bench

import "fmt"

// Scale is what --scale measures: whether what holds for a little holds for
// much.
type Scale struct {
	W6 W6 `json:"w6"`
	W7 W7 `json:"w7"`
	W8 W8 `json:"w8"`
	W9 W9 `json:"w9"`
}

// W6 is how far followers are behind, at half of saturation of W1.
type W6 struct {
	CatchUp float64   `json:"catch_up_ms"` // after as many as the server takes, until the search finds the last
	Rate    float64   `json:"rate"`        // messages a second meanwhile
	Index   Quantiles `json:"index_ms"`    // from sending until the search finds it
	Hub     Quantiles `json:"hub_ms"`      // from sending to each member's socket
}

// W7 is a large company beside a small one.
type W7 struct {
	Small Reading `json:"small"`
	Large Reading `json:"large"`
	Start float64 `json:"start_ms"` // of the server with the large one
}

// Reading is what a member does in a company of so many messages.
type Reading struct {
	Messages int       `json:"messages"`
	Open     Quantiles `json:"open_ms"`   // a conversation with its latest page
	Page     Quantiles `json:"page_ms"`   // 50 messages from a random place
	Rare     Quantiles `json:"rare_ms"`   // search for a word that one message has
	Common   Quantiles `json:"common_ms"` // search for one that a fifth of them have
}

// W8 is many companies on one node.
type W8 struct {
	Companies int     `json:"companies"`
	Idle      float64 `json:"mib_per_company"` // at rest
	Active    int     `json:"active"`
	Even      float64 `json:"even_p95_ms"`  // the answer, all active ones at the same rate
	Noisy     float64 `json:"noisy_p95_ms"` // of the others, while one sends ten times as much
}

// W9 is a backup of the large company.
type W9 struct {
	Bytes int64   `json:"bytes"`
	Rate  float64 `json:"mib_s"`
	Bare  float64 `json:"bare_mib_s"` // the same bytes written and synced
}

// print writes the rows of the table.
func (s *Scale) print(row func(what, format, goal string, figures ...any)) {
	times := func(what string, small, large Quantiles) {
		row("    "+what, "p50 %.2f ms, %.2f times %.2f ms", "1.5 times", large.P50, large.P50/max(small.P50, 0.001), small.P50)
	}
	row(fmt.Sprintf("W6  followers, %.0f messages a second", s.W6.Rate), "", "")
	row("    after twice as many, until the search finds the last", "%.0f ms", "", s.W6.CatchUp)
	row("    until the search finds it", "p50 %.0f ms, p99 %.0f ms", "p99 1,000 ms", s.W6.Index.P50, s.W6.Index.P99)
	row("    until members have it", "p50 %.2f ms, p99 %.2f ms", "p99 1,000 ms", s.W6.Hub.P50, s.W6.Hub.P99)
	row(fmt.Sprintf("W7  %d messages, %d beside", s.W7.Large.Messages, s.W7.Small.Messages), "", "")
	times("opening a conversation", s.W7.Small.Open, s.W7.Large.Open)
	times("page of 50", s.W7.Small.Page, s.W7.Large.Page)
	times("search for a rare word", s.W7.Small.Rare, s.W7.Large.Rare)
	times("search for a common word", s.W7.Small.Common, s.W7.Large.Common)
	row("    to the first answer", "%.0f ms", "1,000 ms", s.W7.Start)
	row(fmt.Sprintf("W8  %d companies", s.W8.Companies), "", "")
	row("    memory of each at rest", "%.2f MiB", "1 MB", s.W8.Idle)
	row(fmt.Sprintf("    answer, one of %d at ten times", s.W8.Active), "p95 %.2f ms, %+.0f %% on %.2f ms", "10 %", s.W8.Noisy, 100*(s.W8.Noisy/max(s.W8.Even, 0.001)-1), s.W8.Even)
	row("W9  a backup of the large company", "", "")
	row("    MiB a second", "%.0f (%.0f %% of %.0f bare, %d MiB)", "50 %", s.W9.Rate, 100*s.W9.Rate/max(s.W9.Bare, 0.001), s.W9.Bare, s.W9.Bytes>>20)
}
