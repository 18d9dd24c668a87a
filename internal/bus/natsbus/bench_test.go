package natsbus_test

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"verbale/internal/bus/natsbus"
)

// From a publish on one node to the subscriber on another.
func BenchmarkAcrossTwoNodes(b *testing.B) {
	one := join(b, natsbus.Cluster{})
	two := join(b, natsbus.Cluster{Peers: []string{one.Addr().String()}})
	together(b, one, two)
	s := two.Subscribe("acme")
	var took []time.Duration
	for seq := int64(1); b.Loop(); seq++ {
		began := time.Now()
		one.Publish("acme", seq)
		<-s.Advanced()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "µs/p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "µs/p99")
}

// What a node pays for a message of a company that nobody on it listens to.
func BenchmarkHeardForNothing(b *testing.B) {
	one := join(b, natsbus.Cluster{})
	two := join(b, natsbus.Cluster{Peers: []string{one.Addr().String()}})
	together(b, one, two)
	payload := []byte(`{"presence":{"node":"ABCDEFGHIJKLMNOPQRSTUVWXYZ","turn":1,"to":9223372036854775807,"on":[1,2,3]}}`)
	for b.Loop() {
		one.Signal("globex", payload)
		runtime.Gosched()
	}
	for two.Stats().Heard+one.Stats().Dropped < int64(b.N) {
		runtime.Gosched()
	}
	b.ReportMetric(float64(one.Stats().Dropped)/float64(b.N), "dropped/op")
}
