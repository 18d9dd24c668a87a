package history

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Rule names a promise.
type Rule string

// The promises that a history can show to be broken.
const (
	Lost       Rule = "lost"        // acknowledged, and no member has it at the end
	Missed     Rule = "missed"      // a member lacks what another has
	Doubled    Rule = "doubled"     // one sending made two messages
	Ghost      Rule = "ghost"       // there, though nobody sent it, or its sender was told no
	TooSoon    Rule = "too-soon"    // shown before it was sent
	Misplaced  Rule = "misplaced"   // elsewhere than it was acknowledged
	Gap        Rule = "gap"         // n does not count from 1 by ones
	Order      Rule = "order"       // what came later stands before
	LiveOrder  Rule = "live-order"  // a connection showed an earlier message after a later one
	Differs    Rule = "differs"     // two readers were shown different messages at one place
	Vanished   Rule = "vanished"    // shown, and not there at the end
	TwoAnswers Rule = "two-answers" // one key was acknowledged in two ways
	Forked     Rule = "forked"      // a checkpoint is not of the register's tree
	Unrecorded Rule = "unrecorded"  // the history lacks what is needed to judge
)

// perRuleMost is how many of a rule are explained; the others are counted.
const perRuleMost = 5

// Violation is one broken promise.
type Violation struct {
	Rule Rule
	Says string // in a sentence
	Why  []Line // the records that explain it
}

// Line is a record of the history with its place; of a long one only the
// messages that matter are left.
type Line struct {
	Number int // from 1
	Record
}

// Verdict is what Check found.
type Verdict struct {
	Records, Sendings, Acknowledged, Messages, Shown, Checkpoints int
	Violations                                                    []Violation  // at most a few of each rule
	Broken                                                        map[Rule]int // how often each rule was broken
}

// OK says that no promise was broken.
func (v Verdict) OK() bool { return len(v.Broken) == 0 }

// String is the verdict in sentences.
func (v Verdict) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d records: %d sendings, %d of them acknowledged; %d messages at the end, shown %d times; %d checkpoints.\n",
		v.Records, v.Sendings, v.Acknowledged, v.Messages, v.Shown, v.Checkpoints)
	if v.OK() {
		b.WriteString("Every promise was kept.\n")
		return b.String()
	}
	for _, one := range v.Violations {
		fmt.Fprintf(&b, "BROKEN (%s): %s\n", one.Rule, one.Says)
		for _, l := range one.Why {
			record, _ := json.Marshal(l.Record)
			fmt.Fprintf(&b, "  line %d: %s\n", l.Number, record)
		}
	}
	for _, rule := range slices.Sorted(maps.Keys(v.Broken)) {
		if more := v.Broken[rule] - perRuleMost; more > 0 {
			fmt.Fprintf(&b, "BROKEN (%s): %d more times.\n", rule, more)
		}
	}
	return b.String()
}

// broken notes a broken promise and the records that explain it.
func (c *checker) broken(rule Rule, why []Line, format string, args ...any) {
	c.verdict.Broken[rule]++
	if c.verdict.Broken[rule] <= perRuleMost {
		c.verdict.Violations = append(c.verdict.Violations, Violation{rule, fmt.Sprintf(format, args...), why})
	}
}

// line is a record as evidence, with only the messages at the given places.
func (c *checker) line(index int, places ...int64) Line {
	l := Line{index + 1, c.records[index]}
	var kept []Message
	for _, m := range l.Messages {
		for _, n := range places {
			if m.N == n {
				kept = append(kept, m)
			}
		}
	}
	l.Messages, l.Leaves = kept, nil
	return l
}
