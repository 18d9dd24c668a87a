package login

import (
	"strings"
	"testing"
	"time"
)

// The tests of this package sign in hundreds of times; what a hash must cost
// is tested by itself, below.
func init() { price = cost{memory: 64, time: 1, lanes: 1} }

func TestAHashCostsWhatItMust(t *testing.T) {
	t.Parallel()
	if full.memory < 64<<10 || full.time < 2 {
		t.Errorf("too cheap: %+v", full)
	}
	salt := []byte("sixteen bytes ..")
	begun := time.Now()
	sum, err := derive(t.Context(), "cavallo giusto", salt, full, hashLength)
	if err != nil || time.Since(begun) < 5*time.Millisecond {
		t.Errorf("it took %v, %v", time.Since(begun), err)
	}
	kept := phc(full, salt, sum)
	if !strings.HasPrefix(kept, "$argon2id$v=19$m=65536,t=2,p=1$") {
		t.Errorf("kept as %s", kept)
	}
	if good, err := matches(t.Context(), "cavallo giusto", kept); err != nil || !good { // whatever the price is now
		t.Errorf("the right one: %v, %v", good, err)
	}
	if good, err := matches(t.Context(), "cavallo giustO", kept); err != nil || good {
		t.Errorf("a wrong one: %v, %v", good, err)
	}
}

func TestKnownVectorIsAccepted(t *testing.T) {
	t.Parallel()
	// Written by the reference program: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
	const kept = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if good, err := matches(t.Context(), "password", kept); err != nil || !good {
		t.Errorf("%v, %v", good, err)
	}
}

func TestHashEditedByHandIsAnErrorAndCheap(t *testing.T) {
	t.Parallel()
	good := nobody()
	for _, kept := range []string{
		"", "x", "$argon2i$" + good[10:], strings.Replace(good, "v=19", "v=16", 1), strings.Replace(good, "m=64", "m=99999999", 1), strings.Replace(good, "t=1", "t=0", 1),
		strings.Replace(good, "t=1", "t=999999", 1), strings.Replace(good, "p=1", "p=0", 1), strings.Replace(good, "p=1", "p=999", 1), good[:len(good)-40], good + "$", good + "!", good[1:],
	} {
		if ok, err := matches(t.Context(), "x", kept); err == nil || ok {
			t.Errorf("%q was read", kept)
		}
	}
}
