package api_test

import (
	"net/http"
	"strings"
	"testing"

	"verbale/internal/api"
)

func TestInviteLetsInAsManyAsItSaysAndNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{Limits: api.Limits{AddressRate: 1000}})
	owner := "Authorization: Bearer " + h.token()
	for name, c := range map[string]struct {
		draft map[string]any
		admit int
	}{
		"one when nothing is said": {map[string]any{}, 1},
		"one":                      {map[string]any{"uses": 1}, 1},
		"two":                      {map[string]any{"uses": 2}, 2},
		"any number":               {map[string]any{"uses": 0}, 5},
	} {
		status, invite := h.callAs(owner, "POST", "/invites", c.draft)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %v", name, status, invite)
		}
		_, secret, _ := strings.Cut(invite["url"].(string), "#")
		for i := range 5 {
			want := http.StatusOK
			if i >= c.admit {
				want = http.StatusGone
			}
			if status, answer := h.call("POST", "/joins", map[string]any{"secret": secret, "name": "Luca"}); status != want {
				t.Errorf("%s: person %d got %d %v, not %d", name, i+1, status, answer["code"], want)
			}
		}
	}
}
