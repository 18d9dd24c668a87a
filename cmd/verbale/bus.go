package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"verbale/internal/bus"
	"verbale/internal/bus/natsbus"
	"verbale/internal/problem"
)

// busConfig says how the nodes of one house hear of each other.
type busConfig struct {
	Bus           string   `env:"VERBALE_BUS" placeholder:"URL" help:"What joins this node with others. Empty: nothing, it is alone; embedded: the nodes themselves, see the options below; nats://... or tls://...: a NATS of your own, several addresses with commas between them."`
	BusCreds      string   `env:"VERBALE_BUS_CREDS" placeholder:"FILE" help:"The credentials file for a NATS of your own, if it issues such."`
	BusListen     string   `default:":6222" env:"VERBALE_BUS_LISTEN" placeholder:"ADDRESS" help:"Where the other nodes come, for bus embedded."`
	BusPeers      []string `env:"VERBALE_BUS_PEERS" placeholder:"HOST:PORT" help:"The other nodes, some or all, for bus embedded; the rest is heard of from them. This node itself may be among them."`
	BusSecret     string   `env:"VERBALE_BUS_SECRET" placeholder:"TEXT" help:"What all nodes share and nobody else knows, for bus embedded: at least 32 characters, from openssl rand -hex 32. On the command line others could see it; a file is better."`
	BusSecretFile string   `env:"VERBALE_BUS_SECRET_FILE" placeholder:"FILE" help:"A file with that secret."`
}

const embedded = "embedded"

// check looks at what needs no network.
func (c busConfig) check() error {
	if c.Bus != embedded && (len(c.BusPeers) > 0 || c.BusSecret != "" || c.BusSecretFile != "") {
		return usage("Peers and a secret are for the bus \"embedded\": add --bus embedded, or leave them out.")
	}
	if c.BusSecret != "" && c.BusSecretFile != "" {
		return usage("Give the bus's secret (--bus-secret) or its file (--bus-secret-file), not both.")
	}
	return nil
}

// cluster is the set-up of bus "embedded".
func (c busConfig) cluster(log *slog.Logger) (natsbus.Cluster, error) {
	secret := c.BusSecret
	if c.BusSecretFile != "" {
		text, err := os.ReadFile(c.BusSecretFile)
		if err != nil {
			return natsbus.Cluster{}, problem.Newf(problem.Invalid, "bus.secret_file", "The file of the bus's secret %s cannot be read: %v.", c.BusSecretFile, pathReason(err))
		}
		secret = strings.TrimSpace(string(text))
	}
	return natsbus.Cluster{Listen: c.BusListen, Peers: c.BusPeers, Secret: secret, Log: log}, nil
}

// open joins this node with the others, if there are any.
func (c busConfig) open(ctx context.Context, log *slog.Logger) (bus.Bus, error) {
	switch c.Bus {
	case "":
		return bus.NewLocal(), nil
	case embedded:
		cluster, err := c.cluster(log)
		if err != nil {
			return nil, err
		}
		return natsbus.Join(ctx, cluster)
	}
	return natsbus.Connect(natsbus.External{URLs: c.Bus, Creds: c.BusCreds, Log: log})
}

// joined publishes what the bus between nodes counts.
func (m *metrics) joined(stats func() natsbus.Stats) {
	for _, c := range []struct {
		name, help string
		read       func(natsbus.Stats) int64
	}{
		{"verbale_bus_nodes", "Nodes that this one is joined with, with bus embedded.", func(s natsbus.Stats) int64 { return int64(s.Nodes) }},
		{"verbale_bus_published_total", "Messages sent to other nodes.", func(s natsbus.Stats) int64 { return s.Published }},
		{"verbale_bus_heard_total", "Messages of other nodes.", func(s natsbus.Stats) int64 { return s.Heard }},
		{"verbale_bus_dropped_total", "Messages that could not be sent or handed on in time.", func(s natsbus.Stats) int64 { return s.Dropped }},
		{"verbale_bus_bad_total", "Messages that were not understood.", func(s natsbus.Stats) int64 { return s.Bad }},
		{"verbale_bus_connected", "1 while NATS is connected.", func(s natsbus.Stats) int64 {
			if s.Connected {
				return 1
			}
			return 0
		}},
	} {
		publish := m.gauge
		if strings.HasSuffix(c.name, "_total") {
			publish = m.counter
		}
		publish(c.name, c.help, func() float64 { return float64(c.read(stats())) })
	}
}

// lookAtBus sees whether the bus could be joined as it is configured.
func lookAtBus(ctx context.Context, c busConfig) []finding {
	fix := "Correct the bus options; verbale serve refuses to start with them."
	refused := func(err error) []finding {
		if p := problem.Of(err); p != nil {
			return []finding{{fault, "bus", p.Detail, fix}}
		}
		return []finding{{fault, "bus", err.Error(), fix}}
	}
	quiet := slog.New(slog.DiscardHandler)
	switch c.Bus {
	case "":
		return nil
	case embedded:
		cluster, err := c.cluster(quiet)
		if err != nil {
			return refused(err)
		}
		met, err := cluster.Meet(ctx)
		if err != nil {
			return refused(err)
		}
		found := []finding{}
		for _, m := range met {
			switch p := problem.Of(m.Err); {
			case p != nil:
				found = append(found, finding{fault, "bus", fmt.Sprintf("Peer %s: %s", m.Peer, p.Detail), fix})
			case m.Err != nil:
				found = append(found, finding{warning, "bus", fmt.Sprintf("Peer %s cannot be reached: %v.", m.Peer, m.Err), "Start it; see that its address is right and that no firewall is between."})
			default:
				found = append(found, finding{fine, "bus", fmt.Sprintf("Peer %s answers and has the same secret.", m.Peer), ""})
			}
		}
		return found
	}
	b, err := natsbus.Connect(natsbus.External{URLs: c.Bus, Creds: c.BusCreds, Log: quiet})
	if err != nil {
		return refused(err)
	}
	defer b.Close()
	if !b.Stats().Connected {
		return []finding{{warning, "bus", "NATS cannot be reached. This node works alone until it can.", "Start it; see that its address is right and that no firewall is between."}}
	}
	return []finding{{fine, "bus", "NATS is reached and lets this node in.", ""}}
}

const answerIn = time.Second // for the other nodes, when the doctor asks

// lookAtNodes asks the other nodes from inside a server that runs.
func (h *house) lookAtNodes(ctx context.Context) []finding {
	b, ok := h.bus.(*natsbus.Bus)
	if !ok {
		return nil
	}
	s := b.Stats()
	if !s.Connected {
		return []finding{{warning, "bus", "The running server has no connection to NATS.", "The log says why; it goes on trying."}}
	}
	want := s.Nodes
	if b.Addr() == nil {
		want = natsbus.Everybody // a NATS of one's own does not say how many there are
	}
	ctx, cancel := context.WithTimeout(ctx, answerIn)
	defer cancel()
	count, took, _ := b.RoundTrip(ctx, want)
	switch {
	case count == 0:
		return []finding{{warning, "bus", "The running server hears no other node.", "See that the others run, and are on the same bus."}}
	case b.Addr() != nil && count < want:
		return []finding{{warning, "bus", fmt.Sprintf("Of %d other nodes %d answered within %v.", want, count, answerIn), "Run verbale doctor on the others."}}
	}
	return []finding{{fine, "bus", fmt.Sprintf("%d other nodes answered, the slowest after %v.", count, took.Round(10*time.Microsecond)), ""}}
}
