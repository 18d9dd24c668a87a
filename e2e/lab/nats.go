package lab

import "strings"

// NATS is a cluster of nats-server, one on each host, each connected with every
// other.
type NATS struct {
	Servers []*Process
	Hosts   []*Host
	URL     string // of all of them, for clients to choose from
}

// NATSCluster starts one.
func (l *Lab) NATSCluster(hosts ...*Host) *NATS {
	l.t.Helper()
	program := built(l.t, natsServer)
	n := &NATS{Hosts: hosts}
	var routes, urls []string
	for _, h := range hosts {
		routes = append(routes, "nats://"+h.At(6222))
		urls = append(urls, "nats://"+h.At(4222))
	}
	for _, h := range hosts {
		n.Servers = append(n.Servers, h.Run("nats", nil, program, "--addr", h.IP.String(), "--port", "4222",
			"--cluster_name", "lab", "--cluster", "nats://"+h.At(6222), "--routes", strings.Join(routes, ","),
			"--connect_retries", "1000000"))
	}
	n.URL = strings.Join(urls, ",")
	return n
}
