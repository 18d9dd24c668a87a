package api_test

import (
	"context"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"

	"verbale/internal/api"
	"verbale/internal/login"
)

var acme = map[string]any{"setup": setup, "title": "Acme", "name": "Anna", "language": "en"}

// TestFirstCompanyThatACrashLeftEmptyIsTakenUpAgain: the database and the owner
// in it are two steps, and a browser that goes away may come between.
func TestFirstCompanyThatACrashLeftEmptyIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{})
	if _, err := h.server.CreateTenant(context.Background(), "acme", ""); err != nil {
		t.Fatal(err)
	}
	if status, hello := h.call("GET", "/hello", nil); status != 200 || hello["setup"] != true || hello["company"] != nil {
		t.Errorf("hello: %d %v", status, hello)
	}
	if status, refused := h.call("POST", "/companies", map[string]any{"setup": "a guess", "title": "Acme", "name": "Eve"}); status != 403 {
		t.Errorf("with a guessed secret: %d %v", status, refused)
	}
	if status, me := h.call("POST", "/companies", acme); status != 200 || me["role"] != "owner" {
		t.Errorf("made again: %d %v", status, me)
	}
	if status, hello := h.call("GET", "/hello", nil); status != 200 || hello["setup"] != false || hello["company"] == nil {
		t.Errorf("hello after: %d %v", status, hello)
	}
}

func TestTheSetupLinkMakesOneCompanyHoweverOftenItIsUsed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{})
	var made atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			switch status, answer := h.call("POST", "/companies", acme); {
			case status == 200:
				made.Add(1)
			case answer["code"] != "setup.refused":
				t.Errorf("%d %v", status, answer)
			}
		})
	}
	all.Wait()
	if made.Load() != 1 || len(h.server.Tenants()) != 1 {
		t.Errorf("%d were made: %v", made.Load(), h.server.Tenants())
	}
}

// TestNamesOfCompaniesCannotBeTriedOut: only a good credential tells more than
// the address does.
func TestNamesOfCompaniesCannotBeTriedOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{})
	token := h.token()
	if _, err := h.server.CreateTenant(context.Background(), "globex", ""); err != nil {
		t.Fatal(err)
	}
	for header, known := range map[string]bool{
		"Authorization: Bearer " + token:             true,
		"Authorization: Bearer verbale_acme_guess":   false,
		"Authorization: Bearer verbale_nobody_guess": false,
		"Cookie: verbale=acme.guess":                 false,
		"Cookie: __Host-verbale=acme.guess":          false,
		"Cookie: verbale=" + cookieOf(token):         true,
		"Cookie: __Host-verbale=" + cookieOf(token):  false, // this is not TLS
	} {
		if status, hello := h.callAs(header, "GET", "/hello", nil); status != 200 || (hello["company"] != nil) != known {
			t.Errorf("%.40s: %d %v", header, status, hello)
		}
	}
}

// TestCookieThatANeighbourMayHaveSetIsNoSessionOverTLS: only the prefix
// __Host- is this host's own.
func TestCookieThatANeighbourMayHaveSetIsNoSessionOverTLS(t *testing.T) {
	t.Parallel()
	h := newHouse(t, api.Config{PublicURL: &url.URL{Scheme: "https", Host: "chat.acme.example"}})
	token := h.token()
	for name, want := range map[string]int{"verbale": 401, "__Host-verbale": 200} {
		if status, answer := h.callAs("Cookie: "+name+"="+cookieOf(token), "GET", "/me", nil); status != want {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

// cookieOf is what the cookie of a token's device would hold.
func cookieOf(token string) string {
	company, secret := login.SplitToken(token)
	return login.LinkSecret(company, secret)
}
