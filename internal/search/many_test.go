//go:build !race

package search_test

import (
	"fmt"
	"testing"

	"verbale/internal/search"
)

// What is asked of many messages here, one goroutine does: scripts/test.sh runs
// it without the race detector, on both engines.

func TestAnAnswerOverManyUnseenMessagesEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	mine, theirs := h.group("Mio", 0), h.group("Loro", 1)
	old := h.post(0, mine, "la parola comune")
	h.bulk(1, theirs, 3_000, func(i int) string { return "la parola comune" })
	h.index()
	h.expect(0, "comune", old)
	h.expect(0, "\"parola comune\"", old)
	h.expect(0, "*omun*", old)
}

func TestAPersonInVeryManyConversationsFindsAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna", "Bruno")
	var want []int64
	for i := range 210 {
		g := h.group(fmt.Sprint("Gruppo ", i), 0, 1)
		if i%10 == 0 {
			want = append(want, h.post(1, g, "parola rara"))
		}
	}
	hidden := h.group("Suo", 1)
	h.bulk(1, hidden, 800, func(int) string { return "parola rara" })
	h.index()
	h.expect(0, "rara", want...)
	h.expect(0, "*ar*", want...)
	h.expect(0, "in:gruppo -da:anna", want...)
	h.expect(0, "after:2026-01-01", want...)
	h.expect(0, "before:2026-12-01", want...)
}

func TestAnAnswerSaysThatTheIndexIsBehind(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "Anna")
	g := h.group("Note", 0)
	h.bulk(0, g, 5_100, func(int) string { return "ok" })
	if !h.page(0, "ok", search.Filters{}, 10, "").Behind {
		t.Error("nothing is indexed, and the answer looks complete")
	}
	h.index()
	if h.page(0, "ok", search.Filters{}, 10, "").Behind {
		t.Error("all is indexed, and the answer says it is not")
	}
}
