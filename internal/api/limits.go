package api

import (
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"verbale/internal/problem"
)

// Limits are how many requests are taken a second, with a burst of four
// seconds' worth. Zero is the default.
type Limits struct {
	PersonRate  float64 // all calls of one person; 500
	AddressRate float64 // calls without a session from one address, joins and sign-ins; 2
}

// limiters are the buckets in use. Those not used for a while are full again
// and are dropped.
type limiters struct {
	persons, addresses bucketSet
}

type bucketSet struct {
	rate    float64
	burst   int
	mu      sync.Mutex
	buckets map[string]*bucket // guarded by mu
	swept   time.Time          // guarded by mu
}

type bucket struct {
	*rate.Limiter
	used time.Time
}

func newLimiters(l Limits) *limiters {
	if l.PersonRate == 0 {
		l.PersonRate = 500
	}
	if l.AddressRate == 0 {
		l.AddressRate = 2
	}
	return &limiters{
		persons:   bucketSet{rate: l.PersonRate, burst: int(4 * l.PersonRate), buckets: map[string]*bucket{}},
		addresses: bucketSet{rate: l.AddressRate, burst: max(60, int(4*l.AddressRate)), buckets: map[string]*bucket{}},
	}
}

func (l *limiters) person(company string, person int64) bool {
	return l.persons.allow(company + "/" + strconv.FormatInt(person, 10))
}

func (b *bucketSet) allow(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if now.Sub(b.swept) > time.Minute {
		for k, v := range b.buckets {
			if now.Sub(v.used) > time.Minute {
				delete(b.buckets, k)
			}
		}
		b.swept = now
	}
	l := b.buckets[key]
	if l == nil {
		l = &bucket{Limiter: rate.NewLimiter(rate.Limit(b.rate), b.burst)}
		b.buckets[key] = l
	}
	l.used = now
	return l.AllowN(now, 1)
}

// limited are the calls that somebody without a session can make guesses with.
var limited = map[string]bool{
	prefix + "/companies": true, prefix + "/joins": true, prefix + "/joins/look": true,
	prefix + "/sign-in/password": true, prefix + "/sign-in/passkey": true, prefix + "/sign-in/passkey/finish": true,
}

func (s *Server) limitAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if limited[r.URL.Path] && !s.limiters.addresses.allow(neighbourhood(s.address(r))) {
			w.Header().Set("Retry-After", "5")
			writeProblem(w, problem.New(problem.TooMany, errSlower.Code, errSlower.Detail))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// neighbourhood is what one who asks can change at will: of an IPv6 address
// the /64 counts, which is what one household or one server is given.
func neighbourhood(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	a = a.Unmap().WithZone("")
	if a.Is6() {
		prefix, _ := a.Prefix(64) // fails for no IPv6 address
		a = prefix.Addr()
	}
	return a.String()
}
