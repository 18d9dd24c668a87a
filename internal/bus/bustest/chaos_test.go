package bustest_test

import (
	"testing"

	"verbale/internal/bus"
	"verbale/internal/bus/bustest"
)

func TestChaosIsTheSameForTheSameSeedAndEndsWhenItIsCalm(t *testing.T) {
	t.Parallel()
	fates := func(seed uint64) bustest.Counts {
		c := bustest.Chaos(bus.NewLocal(), seed)
		defer c.Close()
		for range 200 {
			c.Signal("acme", []byte("x"))
		}
		return c.Counts()
	}
	first := fates(7)
	if first != fates(7) || first == fates(8) {
		t.Error("the seed does not decide")
	}
	if first.Passed < 20 || first.Lost < 20 || first.Doubled < 10 || first.Late < 10 {
		t.Errorf("no chaos: %+v", first)
	}
	local := bus.NewLocal()
	c := bustest.Chaos(local, 7)
	c.Calm()
	s := c.Subscribe("acme")
	for range 100 {
		c.Signal("acme", []byte("x"))
	}
	if n := c.Counts(); n.Passed != 100 || len(s.Signals()) != 100 {
		t.Errorf("not calm: %+v", n)
	}
	c.Close()
}
