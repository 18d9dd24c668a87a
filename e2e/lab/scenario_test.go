package lab_test

import (
	"testing"
	"time"

	"verbale/e2e/lab"
)

// alone is one server on SQLite with its clients.
type alone struct {
	*lab.Lab
	host  *lab.Host
	node  *lab.Node
	clock *lab.Clock
	disk  *lab.Disk
	crowd *lab.Crowd
}

func newAlone(t *testing.T) *alone {
	t.Helper()
	l := lab.New(t)
	a := &alone{Lab: l, host: l.Host("server")}
	a.clock, a.disk = a.host.Clock("server"), a.host.Disk("data", 64)
	a.node = a.host.Verbale(lab.ProgramWithClock(t), a.disk.Dir, a.clock.Env())
	a.node.MustBeReady(t)
	a.crowd = lab.NewCrowd(t, []*lab.Node{a.node}, 60, 10)
	a.crowd.Live(t)
	return a
}

// alwaysAlone are the scenarios of every run of the tests; the others take minutes.
var alwaysAlone = map[string]bool{"killed": true, "cut off": true, "its disk full": true}

// TestOneServerKeepsItsPromisesThroughEveryFault is each fault on one server
// with sixty people writing.
func TestOneServerKeepsItsPromisesThroughEveryFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(t *testing.T, a *alone){
		"killed": func(t *testing.T, a *alone) {
			for range 5 {
				a.crowd.Flows(t, time.Minute, 100)
				a.host.Kill()
				a.host.Start(t)
			}
		},
		"paused": func(t *testing.T, a *alone) {
			a.host.Pause()
			<-time.After(8 * time.Second) // longer than a client waits for a sign of life
			a.host.Resume()
		},
		"cut off": func(t *testing.T, a *alone) {
			a.Cut(a.host, a.Clients())
			<-time.After(8 * time.Second)
			a.Heal()
		},
		"its answers lost": func(t *testing.T, a *alone) {
			a.Set(a.host, a.Clients(), func(l *lab.Line) { l.Cut = true })
			<-time.After(8 * time.Second)
			a.Heal()
		},
		"behind a slow line": func(t *testing.T, a *alone) {
			a.Slow(100*time.Millisecond, 0.05, a.host, a.Clients())
			a.crowd.Flows(t, time.Minute, 300)
			a.Heal()
		},
		"its disk full": func(t *testing.T, a *alone) {
			a.disk.Fill(t, 40_000)
			<-time.After(3 * time.Second)
			a.disk.Free(t)
		},
		"its disk slow": func(t *testing.T, a *alone) {
			fast := a.node.SlowDisk(t, 200*time.Millisecond)
			a.crowd.Flows(t, time.Minute, 200)
			fast()
		},
		"its clock wrong": func(t *testing.T, a *alone) {
			for _, by := range []time.Duration{time.Hour, -time.Hour, 0} {
				a.clock.Set(t, by)
				a.crowd.Flows(t, time.Minute, 200)
			}
		},
	} {
		if !lab.Long() && !alwaysAlone[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			a := newAlone(t)
			stop := a.crowd.Talk(t, 300*time.Millisecond)
			a.crowd.Flows(t, time.Minute, 100)
			fault(t, a)
			a.crowd.Flows(t, time.Minute, 100)
			stop()
			verdict := a.crowd.MustKeepEveryPromise(t)
			t.Logf("%d messages, %d sendings, shown %d times", verdict.Messages, verdict.Sendings, verdict.Shown)
			a.node.MustAudit(t, a.crowd.Company)
		})
	}
}
