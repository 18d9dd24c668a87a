package e2e

import (
	"fmt"
	"testing"
)

// TestPagesLaidSideBySideMissAndRepeatNothing: a program that begins at after=0
// must come to the last message by "more" alone, and one that begins with the
// latest page to the first.
func TestPagesLaidSideBySideMissAndRepeatNothing(t *testing.T) {
	t.Parallel()
	w := settle(t)
	const total = 23
	group := w.c.group(t, "Pages", w.anna)
	for i := range total {
		w.anna.say(t, group, fmt.Sprint("message ", i+1))
	}
	type page struct {
		Messages []message
		More     bool
	}
	read := func(query string, limit int) page {
		return ask[page](t, w.anna, "GET", fmt.Sprintf("/conversations/%d/messages?limit=%d%s", group, limit, query), nil)
	}
	for _, limit := range []int{1, 5, 22, 23, 24, 1_000_000} {
		next := int64(0)
		for more := true; more; {
			p := read(fmt.Sprint("&after=", next), limit)
			for _, m := range p.Messages {
				if next++; m.N != next || m.Text != fmt.Sprint("message ", next) {
					t.Fatalf("pages of %d: n %d is where %d should be", limit, m.N, next)
				}
			}
			if more = p.More; more && len(p.Messages) != limit {
				t.Fatalf("pages of %d: a page of %d, and more", limit, len(p.Messages))
			}
		}
		if next != total {
			t.Errorf("pages of %d forwards end at %d", limit, next)
		}
		first := int64(total) + 1
		for query, more := "", true; more; {
			p := read(query, limit)
			for i := len(p.Messages) - 1; i >= 0; i-- {
				if first--; p.Messages[i].N != first {
					t.Fatalf("pages of %d backwards: n %d is where %d should be", limit, p.Messages[i].N, first)
				}
			}
			query, more = fmt.Sprint("&before=", first), p.More
		}
		if first != 1 {
			t.Errorf("pages of %d backwards end at %d", limit, first)
		}
	}
}
