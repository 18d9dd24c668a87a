package lab_test

import (
	"testing"
	"time"

	"verbale/e2e/lab"
)

// TestManyNodesKeepTheirPromisesWhateverHappensToNATS is three nodes that hear
// of each other through three servers of NATS. The bus carries no truth: what
// it loses or says wrongly may only make things slower.
func TestManyNodesKeepTheirPromisesWhateverHappensToNATS(t *testing.T) {
	t.Parallel()
	through(t, lab.External, map[string]fault{
		"a NATS server killed": func(t *testing.T, c *cluster) {
			for _, server := range c.NATS.Servers {
				server.Kill()
				c.crowd.Flows(t, time.Minute, 200)
				c.crowd.MustConverge(t)
				server.Start(t)
			}
			c.crowd.MustConverge(t)
		},
		"a node cut off from NATS": func(t *testing.T, c *cluster) {
			c.Cut(c.first.Host, c.NATS.Hosts...)
			c.apart(t)
		},
		"a node that NATS hears and that hears nothing of it": func(t *testing.T, c *cluster) {
			for _, h := range c.NATS.Hosts {
				c.Set(h, c.first.Host, func(l *lab.Line) { l.Cut = true })
			}
			c.apart(t)
		},
		"a node that hears NATS and is not heard": func(t *testing.T, c *cluster) {
			for _, h := range c.NATS.Hosts {
				c.Set(c.first.Host, h, func(l *lab.Line) { l.Cut = true })
			}
			c.apart(t)
		},
		"what NATS carries changed on the way": func(t *testing.T, c *cluster) {
			for _, h := range c.NATS.Hosts {
				for _, n := range c.Nodes {
					for _, way := range [][2]*lab.Host{{h, n.Host}, {n.Host, h}} {
						c.Set(way[0], way[1], func(l *lab.Line) { l.Corrupt, l.Share = 4222, 0.2 })
					}
				}
			}
			c.apart(t)
			if c.Traffic().Changed.Load() == 0 {
				t.Error("nothing was changed")
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
	})
}
