package login

import (
	"database/sql"
	"errors"
	"net/netip"
	"time"

	"verbale/internal/problem"
	"verbale/internal/seal"
	"verbale/internal/store"
)

// limit says how many failures are free, and to what the wait then grows: one
// second, two, four ...
type limit struct{ free int64 }

var (
	perLogin   = limit{free: 5}
	perAddress = limit{free: 30} // a whole office may share one
)

const (
	longestWait   = 15 * time.Minute
	forgetAttempt = 24 * time.Hour // failures this long ago count no more
)

// counter is what failures are counted by.
type counter struct {
	limit
	who []byte
}

// Keyed hashes: the table must not tell who tried to sign in from where.
func byLogin(keys *seal.Keyset, folded string) counter {
	h := keys.Hash("attempt login", []byte(folded))
	return counter{perLogin, h[:]}
}

// byAddress counts an IPv6 address by its /64, which is what one household or
// one server is given.
func byAddress(keys *seal.Keyset, address string) counter {
	if a, err := netip.ParseAddr(address); err == nil {
		a = a.Unmap().WithZone("")
		if a.Is6() {
			prefix, _ := a.Prefix(64)
			a = prefix.Addr()
		}
		address = a.String()
	}
	h := keys.Hash("attempt address", []byte(address))
	return counter{perAddress, h[:]}
}

func (l limit) wait(failed int64) time.Duration {
	over := failed - l.free
	if over <= 0 {
		return 0
	}
	return min(longestWait, time.Second<<min(over-1, 20))
}

// begin refuses an attempt that comes too early, and counts any other as
// failed until it has succeeded: many at once gain nothing.
func begin(tx *store.Tx, counters ...counter) error {
	now := tx.Now()
	var wait int64
	failures := make([]int64, len(counters))
	for i, c := range counters {
		var last, until int64
		err := tx.Row(`SELECT failed, last, until FROM attempt WHERE who = ?`, c.who).Scan(&failures[i], &last, &until)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if now-last > forgetAttempt.Microseconds() {
			failures[i] = 0
		}
		wait = max(wait, until-now)
	}
	if wait > 0 {
		return tooMany(time.Duration(wait) * time.Microsecond)
	}
	if err := tx.DoNote(`DELETE FROM attempt WHERE last < ?`, now-forgetAttempt.Microseconds()); err != nil {
		return err
	}
	for i, c := range counters {
		failed := failures[i] + 1
		if err := tx.DoNote(`INSERT INTO attempt (who, failed, last, until) VALUES (?, ?, ?, ?)
			ON CONFLICT (who) DO UPDATE SET failed = excluded.failed, last = excluded.last, until = excluded.until`,
			c.who, failed, now, now+c.wait(failed).Microseconds()); err != nil {
			return err
		}
	}
	return nil
}

// succeeded takes the attempt back, and forgives the login's earlier failures.
// An address is not forgiven: its owner could sign in as himself in between.
func succeeded(tx *store.Tx, login counter, address ...counter) error {
	if err := tx.DoNote(`DELETE FROM attempt WHERE who = ?`, login.who); err != nil {
		return err
	}
	for _, c := range address {
		if err := tx.DoNote(`UPDATE attempt SET failed = failed - 1 WHERE who = ? AND failed > 0`, c.who); err != nil {
			return err
		}
	}
	return nil
}

func tooMany(wait time.Duration) error {
	seconds := int64((wait + time.Second - 1) / time.Second)
	return problem.Newf(problem.TooMany, "login.too_many", "Too many attempts. Try again in %d seconds, or use a link from another of your devices.", seconds)
}
