package blob

import (
	"context"
	"errors"
	"time"

	"verbale/internal/store"
)

// SafeAge is how long contents that nobody names are left alone: an upload
// that is going on has its name by then.
const SafeAge = 24 * time.Hour

// Names are those who say that contents are still wanted: files, imports, and
// whoever else keeps something.
type Names []struct {
	Each func(tx *store.Tx, f func(sum []byte)) error
	Has  func(tx *store.Tx, sum []byte) (bool, error)
}

// has asks all of them: it is the one question whether contents are named.
func (n Names) has(tx *store.Tx, sum Sum) (bool, error) {
	for _, one := range n {
		if named, err := one.Has(tx, sum[:]); named || err != nil {
			return named, err
		}
	}
	return false, nil
}

// EachSum gives the one column of a query, sums all of them.
func EachSum(tx *store.Tx, query string, f func(sum []byte)) error {
	rows, err := tx.Query(query)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var sum []byte
		if err := rows.Scan(&sum); err != nil {
			return err
		}
		f(sum)
	}
	return rows.Err()
}

// Swept is what a sweep found and freed, in sealed bytes.
type Swept struct {
	Named      int   `json:"named"`
	Young      int   `json:"young"` // named by nobody, not old enough
	Freed      int   `json:"freed"`
	FreedBytes int64 `json:"freed_bytes"`
	Broken     int   `json:"broken"`  // uploads that broke off
	Foreign    int   `json:"foreign"` // not ours; left alone
}

// Sweep destroys contents that nobody names and that were not put since a
// time; a dry one only counts them. It may run beside everything else, and be
// cut anywhere: what it did not get to waits for the next one.
func Sweep(ctx context.Context, tenant *store.Tenant, s Store, names Names, since time.Time, dry bool) (swept Swept, err error) {
	// First those who name, then what lies there: what is named in between is
	// younger than since.
	wanted := map[string]struct{}{}
	err = tenant.Read(ctx, func(tx *store.Tx) error {
		for _, one := range names {
			if err := one.Each(tx, func(sum []byte) { wanted[s.Name(Sum(sum))] = struct{}{} }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return swept, err
	}
	var left []Lying
	err = s.List(ctx, func(l Lying) error {
		_, want := wanted[l.Name]
		switch {
		case !named.MatchString(l.Name):
			swept.Foreign++
		case want:
			swept.Named++
		case !l.Written.Before(since):
			swept.Young++
		default:
			left = append(left, l)
		}
		return nil
	})
	if err != nil {
		return swept, err
	}
	for _, l := range left {
		if err := swept.take(ctx, tenant, s, names, l, since, dry); err != nil {
			return swept, err
		}
	}
	if !dry {
		swept.Broken, err = s.Tidy(ctx, since)
	}
	return swept, err
}

// take looks again, this time at the contents themselves, and destroys them
// while the company's writer is held, so that nobody names them in between.
// Damaged ones do not say whose they are; should anybody want them again, they
// put them again first, and what was just put is not collected.
func (swept *Swept) take(ctx context.Context, tenant *store.Tenant, s Store, names Names, l Lying, since time.Time, dry bool) error {
	item, err := s.Inspect(ctx, l.Name)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	want, taken := false, dry && item.Written.Before(since)
	if !dry {
		err = tenant.Write(ctx, func(tx *store.Tx) (err error) {
			if want, err = names.has(tx, item.Sum); err != nil || want && !item.Damaged {
				return err
			}
			done, err := s.Collect(ctx, l.Name, since)
			taken = taken || done // gone is gone, even if this command is run again
			return err
		})
	}
	switch {
	case err != nil:
		return err
	case taken:
		swept.Freed++
		swept.FreedBytes += l.Size
	case want:
		swept.Named++
	default:
		swept.Young++
	}
	return nil
}
