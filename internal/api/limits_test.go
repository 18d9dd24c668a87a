package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"

	"verbale/internal/api"
)

// TestWhoHasManyIPv6AddressesGuessesNoMoreThanWhoHasOne: CVE-2026-26233.
func TestWhoHasManyIPv6AddressesGuessesNoMoreThanWhoHasOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	from := func(address string) int {
		ask, err := http.NewRequest("POST", h.url+"/api/v1/joins/look", nil)
		if err != nil {
			t.Fatal(err)
		}
		ask.Header.Set("X-Forwarded-For", address)
		got, err := http.DefaultClient.Do(ask)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		return got.StatusCode
	}
	slowed := 0
	for i := range 200 {
		if from(fmt.Sprintf("2001:db8:1:1::%x", i+1)) == http.StatusTooManyRequests {
			slowed++
		}
	}
	if slowed < 100 {
		t.Errorf("of 200 guesses from one /64, %d were slowed down", slowed)
	}
	if from("2001:db8:1:2::1") == http.StatusTooManyRequests {
		t.Error("another network pays for it")
	}
}
