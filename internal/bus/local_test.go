package bus_test

import (
	"testing"

	"verbale/internal/bus"
	"verbale/internal/bus/bustest"
)

func TestLocal(t *testing.T) {
	t.Parallel()
	bustest.Run(t, func(*testing.T) (bus.Bus, bus.Bus) {
		b := bus.NewLocal()
		return b, b
	})
}

func BenchmarkPublishTo10(b *testing.B) {
	l := bus.NewLocal()
	for range 10 {
		l.Subscribe("acme")
	}
	b.ReportAllocs()
	seq := int64(0)
	for b.Loop() {
		seq++
		l.Publish("acme", seq)
	}
}
