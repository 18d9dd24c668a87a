package bus_test

import (
	"testing"

	"verbale/internal/bus"
)

func TestFalseNumberHidesTheTrueOnesOnlyUntilTheReaderHasLooked(t *testing.T) {
	t.Parallel()
	l := bus.NewLocal()
	defer l.Close()
	s := l.Subscribe("acme")
	l.Publish("acme", 5)
	<-s.Advanced()
	l.Publish("acme", 1<<53-1)
	<-s.Advanced()
	s.Settle(5)
	l.Publish("acme", 5) // nothing new
	l.Publish("acme", 6)
	if got := <-s.Advanced(); got != 6 {
		t.Fatalf("heard %d", got)
	}
}
