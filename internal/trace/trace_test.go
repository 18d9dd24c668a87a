package trace_test

import (
	"context"
	"encoding/hex"
	"errors"
	"testing"

	"verbale/internal/problem"
	"verbale/internal/trace"
)

// One test, since who takes spans is set for the whole process.
func TestSpansAreLinkedAndKeepOfAnErrorNothingButItsCode(t *testing.T) {
	ctx, off := trace.Start(context.Background(), trace.Server, "nobody takes it")
	off.Count("n", 1)
	off.End(errors.New("x"))
	if off != nil || trace.From(ctx) != nil {
		t.Fatal("a span was made that nobody takes")
	}

	var taken []*trace.Span
	trace.To(func(s *trace.Span) { taken = append(taken, s) })
	defer trace.To(nil)
	const trusted = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
	ctx, outer := trace.Start(trace.Within(context.Background(), trusted), trace.Server, "outer")
	_, inner := trace.Start(ctx, trace.Inside, "inner")
	inner.End(problem.New(problem.Invalid, "test.code", "canary"))
	outer.End(errors.New("canary"))
	if len(taken) != 2 || taken[0] != inner || taken[1] != outer {
		t.Fatalf("%d spans were taken", len(taken))
	}
	if hex.EncodeToString(outer.Trace[:]) != "0af7651916cd43dd8448eb211c80319c" || hex.EncodeToString(outer.Parent[:]) != "b7ad6b7169203331" {
		t.Errorf("the outer span is not in the trace that it was told of: %x %x", outer.Trace, outer.Parent)
	}
	if inner.Trace != outer.Trace || inner.Parent != outer.ID || inner.ID == outer.ID {
		t.Error("the inner span is not inside of the outer one")
	}
	if inner.Refused != "test.code" || inner.Failed || !outer.Failed || outer.Refused != "" {
		t.Errorf("what went wrong is told as %+v and %+v", inner, outer)
	}

	taken = nil
	_, unwanted := trace.Start(trace.Within(context.Background(), trusted[:len(trusted)-1]+"0"), trace.Server, "unwanted")
	if unwanted.End(nil); len(taken) > 0 {
		t.Error("a trace that its beginner does not want was recorded")
	}
	for _, odd := range []string{
		"", "x", "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01", "ff" + trusted[2:], trusted + "-00", trusted[:54],
		"00-00000000000000000000000000000000-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
		"00-0af7651916cd43dd8448eb211c80319g-b7ad6b7169203331-01",
	} {
		if trace.From(trace.Within(context.Background(), odd)) != nil {
			t.Errorf("%q was taken for a trace", odd)
		}
	}
	if trace.From(trace.Within(context.Background(), "01"+trusted[2:]+"-later")) == nil {
		t.Error("a later version's traceparent was refused")
	}
}
