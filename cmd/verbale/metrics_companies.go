package main

import (
	"context"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"verbale/internal/search"
	"verbale/internal/store"
)

// followed are the followers of each company's register whose positions are
// kept, by the name that the metrics give them.
var followed = map[string]string{"search": search.Follower}

// companyMetrics are read from the companies themselves when somebody asks.
// Without the label they are sums and maxima over all companies.
type companyMetrics struct {
	house   *house
	byName  bool
	open    *prometheus.Desc
	entries *prometheus.Desc
	queue   *prometheus.Desc
	signed  *prometheus.Desc
	lag     *prometheus.Desc
	lagMost *prometheus.Desc
	backup  *prometheus.Desc
	never   *prometheus.Desc
	unread  *prometheus.Desc

	mu    sync.Mutex
	seen  []sight       // what the last look saw; guarded by mu
	at    time.Time     // when that was; guarded by mu
	spent time.Duration // and how long it took; guarded by mu
}

// sight is one company as it was seen.
type sight struct {
	name          string
	fault         bool
	entries       int64
	waiting       int
	checkpointAge time.Duration
	lag           map[string]int64
	backup        time.Time // zero if never
}

func newCompanyMetrics(h *house, byName bool) *companyMetrics {
	desc := func(name, help string, labels ...string) *prometheus.Desc {
		if byName {
			labels = append([]string{"company"}, labels...)
		}
		return prometheus.NewDesc(name, help, labels, nil)
	}
	return &companyMetrics{
		house: h, byName: byName,
		open:    prometheus.NewDesc("verbale_companies", "Companies on this server.", nil, nil),
		entries: desc("verbale_register_entries", "Entries in the registers: the sizes of their trees, summed over the companies."),
		queue:   desc("verbale_write_queue_commands", "Commands that wait for a company's writer on this node, summed over the companies."),
		signed:  desc("verbale_checkpoint_age_seconds", "How old the last signed checkpoint is where entries have come since; 0 where it covers all. Of the company where it is oldest."),
		lag:     desc("verbale_follower_lag_entries", "Entries that a follower of the register has yet to deal with, summed over the companies.", "follower"),
		lagMost: desc("verbale_follower_lag_entries_max", "The same, of the company where it is most.", "follower"),
		backup:  desc("verbale_backup_age_seconds", "How old the last backup is that was made with this data directory, of the company whose is oldest. Nothing while there is none."),
		never:   prometheus.NewDesc("verbale_companies_without_backup", "Companies of which no backup was ever made with this data directory.", nil, nil),
		unread:  prometheus.NewDesc("verbale_companies_unreadable", "Companies whose database did not answer when it was looked at.", nil, nil),
	}
}

// Describe is prometheus.Collector's.
func (c *companyMetrics) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{c.open, c.entries, c.queue, c.signed, c.lag, c.lagMost, c.backup, c.never, c.unread} {
		to <- d
	}
}

// Collect is prometheus.Collector's.
func (c *companyMetrics) Collect(to chan<- prometheus.Metric) {
	all := c.look()
	give := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	var faults, never int
	for _, s := range all {
		if s.fault {
			faults++
		} else if s.backup.IsZero() {
			never++
		}
	}
	give(c.open, float64(len(all)))
	give(c.unread, float64(faults))
	give(c.never, float64(never))
	if c.byName {
		for _, s := range all {
			c.give(give, []sight{s}, s.name)
		}
		return
	}
	c.give(give, all)
}

// give publishes the sum or the worst of some companies.
func (c *companyMetrics) give(give func(d *prometheus.Desc, value float64, labels ...string), of []sight, labels ...string) {
	var entries int64
	var waiting int
	var signed, backup time.Duration
	lag, lagMost := map[string]int64{}, map[string]int64{}
	for _, s := range of {
		entries += s.entries
		waiting += s.waiting
		signed = max(signed, s.checkpointAge)
		if !s.backup.IsZero() {
			backup = max(backup, time.Since(s.backup))
		}
		for name, n := range s.lag {
			lag[name] += n
			lagMost[name] = max(lagMost[name], n)
		}
	}
	give(c.entries, float64(entries), labels...)
	give(c.queue, float64(waiting), labels...)
	give(c.signed, signed.Seconds(), labels...)
	for name := range followed {
		give(c.lag, float64(lag[name]), append(labels[:len(labels):len(labels)], name)...)
		give(c.lagMost, float64(lagMost[name]), append(labels[:len(labels):len(labels)], name)...)
	}
	if backup > 0 {
		give(c.backup, backup.Seconds(), labels...)
	}
}

// A look at all companies may take this long, which is less than Prometheus
// waits, and no more than this share of the time: whoever asks more often is
// told what the last look saw.
const (
	lookTime  = 5 * time.Second
	lookShare = 0.1
)

// look sees how the companies are.
func (c *companyMetrics) look() []sight {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.at) < time.Duration(float64(c.spent)/lookShare) {
		return c.seen
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	began := time.Now()
	var all []sight
	for _, name := range c.house.server.Tenants() {
		all = append(all, c.house.sight(ctx, name))
	}
	c.seen, c.at, c.spent = all, time.Now(), time.Since(began)
	return all
}

// sight looks at one company.
func (h *house) sight(ctx context.Context, name string) sight {
	s := sight{name: name, lag: map[string]int64{}}
	tenant, err := h.server.Tenant(ctx, name)
	if err == nil {
		s.waiting = tenant.Waiting()
		s.backup, err = tenant.LastBackup(ctx)
	}
	if err == nil {
		err = tenant.Read(ctx, func(tx *store.Tx) (err error) {
			if s.entries, err = tx.Size(); err != nil {
				return err
			}
			last, err := tx.LastCheckpoint()
			if err != nil {
				return err
			}
			if last.Size < s.entries {
				since := last.Time
				if last.Size == 0 {
					since = tenant.Head().Time
				}
				s.checkpointAge = max(0, time.Since(time.UnixMicro(since)))
			}
			for label, follower := range followed {
				at, err := tx.Followed(follower)
				if err != nil {
					return err
				}
				s.lag[label] = max(0, s.entries-at)
			}
			return nil
		})
	}
	s.fault = err != nil
	return s
}
