package history_test

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"verbale/e2e/history"
)

func TestAValidHistoryIsNeverBlamed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3_000) {
		if v := history.Check(generate(seed, 10+int(seed%200))); !v.OK() {
			t.Fatalf("seed %d: %s", seed, v)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		h := generate(rapid.Uint64().Draw(rt, "seed"), rapid.IntRange(0, 400).Draw(rt, "steps"))
		if v := history.Check(h); !v.OK() {
			rt.Fatalf("%s", v)
		}
	})
}

func TestEachFaultIsFoundInEveryHistoryThatCanHaveIt(t *testing.T) {
	t.Parallel()
	for name, spoil := range faults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spoilt := 0
			for seed := range uint64(500) {
				h, rule := spoil(clone(generate(seed, 60)), rand.New(rand.NewPCG(seed, 8)))
				if rule == "" {
					continue
				}
				spoilt++
				v := history.Check(h)
				if v.Broken[rule] == 0 {
					t.Fatalf("seed %d: not found to be %s: %s", seed, rule, v)
				}
				explained(t, v, rule)
			}
			if spoilt < 20 {
				t.Fatalf("only %d histories could be spoilt", spoilt)
			}
		})
	}
}

// explained wants the rule to come with the records that show it, and with no
// more of them than it takes.
func explained(t *testing.T, v history.Verdict, rule history.Rule) {
	t.Helper()
	for _, one := range v.Violations {
		if one.Rule != rule {
			continue
		}
		if len(one.Why) == 0 || len(one.Why) > 3 {
			t.Fatalf("%s is explained by %d records", one.Says, len(one.Why))
		}
		for _, l := range one.Why {
			if len(l.Messages) > 3 || len(l.Leaves) > 0 {
				t.Fatalf("%s is explained by a record with %d messages", one.Says, len(l.Messages))
			}
		}
		return
	}
	t.Fatalf("%s was counted and not explained", rule)
}

func TestAHistoryWithoutAnEndIsNotCalledGood(t *testing.T) {
	t.Parallel()
	h := []history.Record{
		{Op: history.Send, Client: "a", Person: 1, Conversation: 5, Key: "k", Text: history.Hash("x")},
		{Op: history.Acked, Client: "a", Key: "k", ID: 9, N: 1},
	}
	if v := history.Check(h); v.Broken[history.Unrecorded] == 0 {
		t.Fatalf("nobody read what was acknowledged, and: %s", v)
	}
}

// A number that a broken server made up must not cost its memory.
func TestAnAbsurdNumberIsAGapAndNoMore(t *testing.T) {
	t.Parallel()
	h := []history.Record{{Op: history.Final, Client: "a", Conversation: 5, Messages: []history.Message{{ID: 1, N: 1 << 60}}}}
	if v := history.Check(h); v.Broken[history.Gap] == 0 {
		t.Fatalf("%s", v)
	}
}

func TestAWrittenHistoryIsReadTheSameAndAnUnknownFieldIsNot(t *testing.T) {
	t.Parallel()
	h := generate(3, 200)
	var file bytes.Buffer
	if err := history.Write(&file, h); err != nil {
		t.Fatal(err)
	}
	again, err := history.Read(bytes.NewReader(file.Bytes()))
	if err != nil || !reflect.DeepEqual(history.Check(h), history.Check(again)) || len(again) != len(h) {
		t.Fatalf("read back: %v, %d records of %d", err, len(again), len(h))
	}
	if _, err := history.Read(strings.NewReader(`{"op":"send","edited":1}`)); err == nil {
		t.Fatal("an unknown field was passed over")
	}
}

// BenchmarkAMillionRecords is what the checker costs at that size.
func BenchmarkAMillionRecords(b *testing.B) {
	h := generate(1, 1_350_000)
	b.Logf("%d records", len(h))
	for b.Loop() {
		if v := history.Check(h); !v.OK() {
			b.Fatal(v)
		}
	}
}
