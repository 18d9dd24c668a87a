package bench

import (
	"math"
	"time"
)

// histogram counts durations in buckets that grow by 2 %: enough for a
// quantile, and small enough for every socket to have its own. It is for one
// goroutine.
type histogram struct {
	buckets [1024]uint32
	count   int
}

const growth = 1.02

func (h *histogram) add(d time.Duration) {
	micros := max(1, float64(d)/1e3)
	h.buckets[min(len(h.buckets)-1, int(math.Log(micros)/math.Log(growth)))]++
	h.count++
}

func (h *histogram) merge(other *histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
	h.count += other.count
}

func (h *histogram) quantiles() Quantiles {
	return Quantiles{P50: h.quantile(0.50), P99: h.quantile(0.99)}
}

// quantile is in milliseconds.
func (h *histogram) quantile(q float64) float64 {
	rank, seen := int(math.Ceil(q*float64(h.count))), 0
	for i, n := range h.buckets {
		if seen += int(n); n > 0 && seen >= rank {
			return math.Pow(growth, float64(i)+0.5) / 1e3
		}
	}
	return 0
}
