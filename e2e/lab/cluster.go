package lab

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"testing"
)

// Cluster is Verbale on many hosts, on a PostgreSQL that has a standby.
type Cluster struct {
	*Lab
	Postgres *Postgres
	Nodes    []*Node
	Clocks   []*Clock
	Disk     *Disk // of the first primary
}

// NewCluster starts so many nodes, each with a clock of its own.
func NewCluster(t testing.TB, nodes int) *Cluster {
	t.Helper()
	l := New(t)
	c := &Cluster{Lab: l}
	primary := l.Host("pg1")
	c.Disk = primary.Disk("postgres", 1024)
	c.Postgres = l.Postgres(primary, l.Host("pg2"))
	key := make([]byte, 32)
	rand.Read(key)
	for i := range nodes {
		h := l.Host(fmt.Sprintf("node%d", i+1))
		clock := h.Clock("verbale")
		env := append(clock.Env(), "VERBALE_ROOT_KEY="+base64.StdEncoding.EncodeToString(key))
		n := h.Verbale(ProgramWithClock(t), h.Dir("data"), env,
			"--database", c.Postgres.AppURL, "--database-owner", c.Postgres.OwnerURL)
		c.Nodes, c.Clocks = append(c.Nodes, n), append(c.Clocks, clock)
	}
	for _, n := range c.Nodes {
		n.MustBeReady(t)
	}
	return c
}

// Everything is every host of the cluster.
func (c *Cluster) Everything() []*Host { return c.hosts }
