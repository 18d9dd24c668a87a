package lab_test

import (
	"crypto/rand"
	"net/http"
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

// fault does something bad to a cluster, and ends it.
type fault func(t *testing.T, c *cluster)

func TestManyNodesKeepTheirPromisesThroughEveryFault(t *testing.T) {
	t.Parallel()
	through(t, lab.Embedded, map[string]fault{
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
			c.uploads(t)
		},
		"a node cut off from the others": func(t *testing.T, c *cluster) {
			c.Cut(c.first.Host, c.Others(c.first)...)
			c.apart(t)
		},
		"a node that the others hear and that hears nothing of them": func(t *testing.T, c *cluster) {
			for _, other := range c.Others(c.first) {
				c.Set(other, c.first.Host, func(l *lab.Line) { l.Cut = true })
			}
			c.apart(t)
		},
		"S3 lost for a minute": func(t *testing.T, c *cluster) {
			for _, n := range c.Nodes {
				c.Cut(c.S3.Host, n.Host)
			}
			c.withoutS3(t, time.Minute)
			c.Heal()
			c.uploads(t)
		},
	})
}

// apart is a while in which the bus does not reach everybody: the database
// tells within a second, so everybody is shown everything all the same.
func (c *cluster) apart(t *testing.T) {
	<-time.After(leased)
	c.crowd.Flows(t, time.Minute, 200)
	c.crowd.MustStand(t)
	c.crowd.MustConverge(t)
	c.Heal()
	c.crowd.MustConverge(t)
}

// withoutS3 sends files that cannot be kept, and messages that can.
func (c *cluster) withoutS3(t *testing.T, long time.Duration) {
	for end := time.Now().Add(long); time.Now().Before(end); {
		status, code, took, err := c.crowd.Clients[0].Upload(t.Context(), c.first, rand.Text())
		if err != nil || status != http.StatusServiceUnavailable || code != "blobs.unavailable" {
			t.Errorf("an upload without S3 was answered %d %q after %v, %v", status, code, took, err)
			return
		}
		t.Logf("an upload was refused after %v", took.Round(time.Millisecond))
		c.crowd.MustStand(t)
		c.crowd.MustConverge(t)
	}
}

// uploads waits until a file is taken again.
func (c *cluster) uploads(t *testing.T) {
	lab.Until(t, 30*time.Second, "a file is taken", func() bool {
		status, _, _, err := c.crowd.Clients[0].Upload(t.Context(), c.first, rand.Text())
		return err == nil && status == http.StatusOK
	})
}

// through leads clusters through faults, each through one.
func through(t *testing.T, bus lab.Bus, faults map[string]fault) {
	for name, do := range faults {
		if !lab.Long() && !always[name] {
			continue
		}
		t.Run(name, func(t *testing.T) {
			c := &cluster{Cluster: lab.NewCluster(t, 3, bus)}
			c.first = c.Nodes[0]
			c.crowd = lab.NewCrowd(t, c.Nodes, 60, 10)
			c.crowd.Live(t)
			stop := c.crowd.Talk(t, 300*time.Millisecond)
			c.crowd.Flows(t, time.Minute, 100)
			do(t, c)
			c.crowd.Flows(t, time.Minute, 100)
			for _, n := range c.Nodes {
				n.MustBeReady(t)
			}
			c.crowd.MustStand(t)
			c.crowd.MustConverge(t)
			stop()
			verdict := c.crowd.MustKeepEveryPromise(t)
			t.Logf("%d messages, %d sendings, shown %d times", verdict.Messages, verdict.Sendings, verdict.Shown)
			c.first.MustAudit(t, c.crowd.Company)
		})
	}
}
