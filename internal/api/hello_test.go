package api_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

	"verbale/internal/api"
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
