package api_test

import (
	"net/http"
	"strings"
	"testing"

	"verbale/internal/api"
)

// TestWhoWritesWhileACompanyMovesIsToldToComeAgain: the client's outbox keeps
// what was answered so, and sends it again.
func TestWhoWritesWhileACompanyMovesIsToldToComeAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{})
	token := h.token()
	tenant, err := h.server.Tenant(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	frozen, _, err := tenant.Freeze(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write := func() *http.Response {
		ask, err := http.NewRequest("POST", h.url+"/api/v1/conversations", strings.NewReader(`{"kind":"group","title":"Site","members":[]}`))
		if err != nil {
			t.Fatal(err)
		}
		ask.Header.Set("Authorization", "Bearer "+token)
		ask.Header.Set("Content-Type", "application/json")
		got, err := http.DefaultClient.Do(ask)
		if err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
		return got
	}
	if got := write(); got.StatusCode != http.StatusServiceUnavailable || got.Header.Get("Retry-After") == "" {
		t.Errorf("status %d, come again %q", got.StatusCode, got.Header.Get("Retry-After"))
	}
	if status, answer := h.callAs("Authorization: Bearer "+token, "GET", "/me", nil); status != http.StatusOK {
		t.Errorf("reading: %d %v", status, answer)
	}
	if err := frozen.Thaw(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := write(); got.StatusCode >= 300 {
		t.Errorf("afterwards: status %d", got.StatusCode)
	}
}
