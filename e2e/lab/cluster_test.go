package lab_test

import (
	"testing"
	"time"

	"verbale/e2e/lab"
)

// cluster is three nodes on PostgreSQL with sixty people writing.
type cluster struct {
	*lab.Cluster
	crowd *lab.Crowd
	first *lab.Node
}

// leased is longer than any lease of a node lasts.
const leased = 12 * time.Second

// impatient is longer than a node waits for the database: what it does then to
// a commit that waits for the standby must show nobody what is not there yet.
const impatient = 25 * time.Second

// always are the scenarios of every run of the tests; the others take minutes.
var always = map[string]bool{"a node killed": true, "the primary killed": true, "everything restarted at once": true}

func TestManyNodesKeepTheirPromisesThroughEveryFault(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(t *testing.T, c *cluster){
		"a node killed": func(t *testing.T, c *cluster) {
			for range 3 {
				c.first.Kill()
				c.crowd.Flows(t, time.Minute, 200)
				c.first.Start(t)
				c.first.MustBeReady(t)
			}
		},
		"a node cut off from the database": func(t *testing.T, c *cluster) {
			c.Cut(c.first.Host, c.Postgres.PrimaryHost(), c.Postgres.StandbyHost())
			<-time.After(leased)
			c.crowd.Flows(t, time.Minute, 200)
			c.Heal()
		},
		"a node that the database hears and that hears nothing of it": func(t *testing.T, c *cluster) {
			c.Set(c.Postgres.PrimaryHost(), c.first.Host, func(l *lab.Line) { l.Cut = true })
			<-time.After(leased)
			c.crowd.Flows(t, time.Minute, 200)
			c.Heal()
		},
		"a node that hears the database and is not heard": func(t *testing.T, c *cluster) {
			c.Set(c.first.Host, c.Postgres.PrimaryHost(), func(l *lab.Line) { l.Cut = true })
			<-time.After(leased)
			c.crowd.Flows(t, time.Minute, 200)
			c.Heal()
		},
		"a node cut off from its clients": func(t *testing.T, c *cluster) {
			c.Cut(c.first.Host, c.Clients())
			<-time.After(8 * time.Second)
			c.crowd.Flows(t, time.Minute, 200)
			c.Heal()
		},
		"a node paused past its lease": func(t *testing.T, c *cluster) {
			c.first.Pause()
			<-time.After(leased)
			c.crowd.Flows(t, time.Minute, 200)
			c.first.Resume()
		},
		"the primary killed": func(t *testing.T, c *cluster) {
			c.Postgres.Failover(t)
			c.crowd.Flows(t, time.Minute, 200)
			c.Postgres.Rejoin(t)
		},
		"the primary cut off from its standby": func(t *testing.T, c *cluster) {
			c.Cut(c.Postgres.PrimaryHost(), c.Postgres.StandbyHost())
			<-time.After(impatient)
			c.Postgres.Failover(t)
			c.Heal()
		},
		"the primary cut off from everybody": func(t *testing.T, c *cluster) {
			for _, h := range c.Everything() {
				if h != c.Postgres.PrimaryHost() {
					c.Cut(c.Postgres.PrimaryHost(), h)
				}
			}
			// Fencing reaches it all the same; it is not by the network.
			c.Postgres.Failover(t)
			c.crowd.Flows(t, time.Minute, 200)
			c.Heal()
		},
		"the primary's disk slow": func(t *testing.T, c *cluster) {
			fast := c.Postgres.Primary().SlowDisk(t, 100*time.Millisecond)
			c.crowd.Flows(t, time.Minute, 100)
			fast()
		},
		"the primary's disk full": func(t *testing.T, c *cluster) {
			c.Disk.Fill(t, 0)
			<-time.After(5 * time.Second)
			c.Disk.Free(t)
			if !c.Postgres.Primary().Runs() {
				c.Postgres.Primary().Start(t)
			}
		},
		"a clock wrong": func(t *testing.T, c *cluster) {
			for _, by := range []time.Duration{time.Hour, -time.Hour} {
				c.Clocks[0].Set(t, by)
				c.crowd.Flows(t, time.Minute, 200)
			}
		},
		"everything restarted at once": func(t *testing.T, c *cluster) {
			for _, h := range c.Everything() {
				h.Kill()
			}
			for _, h := range c.Everything() {
				h.Start(t)
			}
		},
	} {
		if !lab.Long() && !always[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := &cluster{Cluster: lab.NewCluster(t, 3)}
			c.first = c.Nodes[0]
			c.crowd = lab.NewCrowd(t, c.Nodes, 60, 10)
			c.crowd.Live(t)
			stop := c.crowd.Talk(t, 300*time.Millisecond)
			c.crowd.Flows(t, time.Minute, 100)
			fault(t, c)
			c.crowd.Flows(t, time.Minute, 100)
			for _, n := range c.Nodes {
				n.MustBeReady(t)
			}
			stop()
			verdict := c.crowd.MustKeepEveryPromise(t)
			t.Logf("%d messages, %d sendings, shown %d times", verdict.Messages, verdict.Sendings, verdict.Shown)
			c.first.MustAudit(t, c.crowd.Company)
		})
	}
}
