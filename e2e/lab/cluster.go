package lab

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// Bus is how the nodes of a cluster hear of each other.
type Bus string

// The buses.
const (
	Embedded Bus = "embedded" // the nodes themselves
	External Bus = "external" // three servers of NATS
)

// Cluster is Verbale on many hosts: on a PostgreSQL that has a standby, with a
// bus, and its files in S3.
type Cluster struct {
	*Lab
	Postgres *Postgres
	NATS     *NATS // nil where the bus is embedded
	S3       *S3
	Nodes    []*Node
	Clocks   []*Clock
	Disk     *Disk // of the first primary
}

// NewCluster starts so many nodes, each with a clock of its own.
func NewCluster(t testing.TB, nodes int, bus Bus) *Cluster {
	t.Helper()
	l := New(t)
	c := &Cluster{Lab: l}
	primary := l.Host("pg1")
	c.Disk = primary.Disk("postgres", 1024)
	c.Postgres = l.Postgres(primary, l.Host("pg2"))
	c.S3 = l.S3(l.Host("s3"))
	options := append([]string{"--database", c.Postgres.AppURL, "--database-owner", c.Postgres.OwnerURL}, c.S3.Options()...)
	key, secret := make([]byte, 32), make([]byte, 32)
	rand.Read(key)
	rand.Read(secret)
	env := []string{"VERBALE_ROOT_KEY=" + base64.StdEncoding.EncodeToString(key)}
	var hosts []*Host
	var peers []string
	for i := range nodes {
		hosts = append(hosts, l.Host(fmt.Sprintf("node%d", i+1)))
		peers = append(peers, hosts[i].At(6222))
	}
	if bus == External {
		c.NATS = l.NATSCluster(l.Host("nats1"), l.Host("nats2"), l.Host("nats3"))
		options = append(options, "--bus", c.NATS.URL)
	} else {
		env = append(env, "VERBALE_BUS_SECRET="+hex.EncodeToString(secret))
		options = append(options, "--bus", "embedded", "--bus-peers", strings.Join(peers, ","))
	}
	for _, h := range hosts {
		own := options
		if bus == Embedded {
			own = append(own[:len(own):len(own)], "--bus-listen", h.At(6222))
		}
		clock := h.Clock("verbale")
		n := h.Verbale(ProgramWithClock(t), h.Dir("data"), append(clock.Env(), env...), own...)
		c.Nodes, c.Clocks = append(c.Nodes, n), append(c.Clocks, clock)
	}
	for _, n := range c.Nodes {
		n.MustBeReady(t)
	}
	return c
}

// Everything is every host of the cluster.
func (c *Cluster) Everything() []*Host { return c.hosts }

// Others are the nodes' hosts without one of them.
func (c *Cluster) Others(than *Node) (hosts []*Host) {
	for _, n := range c.Nodes {
		if n != than {
			hosts = append(hosts, n.Host)
		}
	}
	return hosts
}
