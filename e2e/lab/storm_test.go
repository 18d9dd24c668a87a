package lab_test

import (
	"fmt"
	"testing"
	"time"

	"verbale/e2e/lab"
)

// back is how soon everybody has to be connected again, with all that was
// written meanwhile.
const back = 15 * time.Second

// TestACrowdThatLosesItsServersIsBackAndHasCaughtUpInTime kills all servers
// under a crowd, which comes back all at once.
func TestACrowdThatLosesItsServersIsBackAndHasCaughtUpInTime(t *testing.T) {
	people := 300
	if lab.Long() {
		people = 5000
	}
	for name, nodes := range map[string]func(t *testing.T) []*lab.Node{
		"one server on SQLite": func(t *testing.T) []*lab.Node {
			h := lab.New(t).Host("server")
			return []*lab.Node{h.Verbale(lab.Program(t), h.Dir("data"), nil)}
		},
		"three on PostgreSQL": func(t *testing.T) []*lab.Node {
			return lab.NewCluster(t, 3, lab.Embedded).Nodes
		},
	} {
		t.Run(name, func(t *testing.T) {
			servers := nodes(t)
			for _, n := range servers {
				n.MustBeReady(t)
			}
			crowd := lab.NewCrowd(t, servers, people, 50)
			crowd.Live(t)
			var start time.Time
			lab.Until(t, 2*time.Minute, "everybody is connected", func() bool { return crowd.Stands(start) == people })

			for _, n := range servers {
				n.Kill()
			}
			lab.Until(t, time.Minute, "nobody is connected", func() bool { return crowd.Stands(start) == 0 })
			start = time.Now()
			for _, n := range servers {
				n.Start(t)
			}
			crowd.PostEverywhere(t, "where were we?")
			lab.Until(t, back, fmt.Sprintf("%d people are back", people), func() bool {
				return crowd.Stands(start) == people && crowd.HaveAll()
			})
			t.Logf("%d people were back and had caught up %v after the start of the servers", people, time.Since(start).Round(time.Millisecond))
			crowd.MustKeepEveryPromise(t)
		})
	}
}
