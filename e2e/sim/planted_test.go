package sim

import (
	"testing"

	"verbale/e2e/history"
)

// planted is a fault that a test puts in, to see it found.
type planted int

const (
	none        planted = iota
	freshKeys           // a client that sends again with another key
	swallows            // a connection that loses single events
	earlyAnswer         // a server that answers before the commit
	noSync              // a client that does not ask for what it missed
	lyingDisk           // a disk that forgets what it said was written
)

func TestEachPlantedFaultIsFound(t *testing.T) {
	if raced {
		t.Skip("scripts/test.sh runs it without the race detector")
	}
	const within = 100
	for name, fault := range map[string]struct {
		planted planted
		rule    history.Rule
	}{
		"a client sends again with another key":    {freshKeys, history.Doubled},
		"a connection loses single events":         {swallows, history.Missed},
		"the server answers before the commit":     {earlyAnswer, history.Lost},
		"a client does not ask for what it missed": {noSync, history.Missed},
		"the disk forgets what was written":        {lyingDisk, history.Lost},
	} {
		t.Run(name, func(t *testing.T) {
			for seed := uint64(1); seed <= within; seed++ {
				out := run(t, seed, fault.planted)
				if out.err != nil {
					continue
				}
				if v := history.Check(out.records); v.Broken[fault.rule] > 0 {
					t.Logf("found by schedule %d", seed)
					return
				}
			}
			t.Errorf("not found in %d schedules", within)
		})
	}
}
