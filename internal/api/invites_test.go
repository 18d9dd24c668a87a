package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"verbale/internal/api"
	"verbale/internal/live"
	"verbale/internal/store"
)

// door is the front door of an empty data directory, and a browser before it.
type door struct {
	t       *testing.T
	url     string
	browser *http.Client
}

func newDoor(t *testing.T) *door {
	t.Helper()
	s, err := store.OpenServer(context.Background(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	gateway := live.New(live.Options{})
	web := httptest.NewServer(api.New(api.Config{Store: s, Live: gateway, Version: "1", Setup: func(secret string) bool { return secret == "open sesame" }}).Handler())
	t.Cleanup(func() {
		web.Close()
		gateway.Shutdown(context.Background())
		s.Close()
	})
	return &door{t: t, url: web.URL, browser: web.Client()}
}

// call sends JSON and reads JSON; cookie is who asks, or empty.
func (d *door) call(method, path, cookie string, in, out any) (status int, session string) {
	d.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		d.t.Fatal(err)
	}
	r, err := http.NewRequest(method, d.url+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		d.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	answer, err := d.browser.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer answer.Body.Close()
	if out != nil && answer.StatusCode < 300 {
		if err := json.NewDecoder(answer.Body).Decode(out); err != nil {
			d.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
	for _, c := range answer.Cookies() {
		session = c.Name + "=" + c.Value
	}
	return answer.StatusCode, session
}

type fields = map[string]any

func TestInviteLetsInAsManyAsItSaysAndNoMore(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	status, owner := d.call("POST", "/companies", "", fields{"setup": "open sesame", "title": "Acme", "name": "Anna"}, nil)
	if status != http.StatusOK {
		t.Fatal(status)
	}
	for name, c := range map[string]struct {
		draft fields
		admit int
	}{
		"one when nothing is said": {fields{}, 1},
		"one":                      {fields{"uses": 1}, 1},
		"two":                      {fields{"uses": 2}, 2},
		"any number":               {fields{"uses": 0}, 5},
	} {
		var invite struct{ URL string }
		if status, _ := d.call("POST", "/invites", owner, c.draft, &invite); status != http.StatusOK {
			t.Fatalf("%s: %d", name, status)
		}
		_, secret, _ := strings.Cut(invite.URL, "#")
		for i := range 5 {
			want := http.StatusOK
			if i >= c.admit {
				want = http.StatusGone
			}
			if status, _ := d.call("POST", "/joins", "", fields{"secret": secret, "name": "Luca"}, nil); status != want {
				t.Errorf("%s: person %d got %d, not %d", name, i+1, status, want)
			}
		}
	}
}

func TestFirstCompanyIsMadeOnceAndOnlyWithThePrintedSecret(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	for _, try := range []struct {
		secret string
		want   int
	}{{"guess", http.StatusForbidden}, {"open sesame", http.StatusOK}, {"open sesame", http.StatusForbidden}} {
		if status, _ := d.call("POST", "/companies", "", fields{"setup": try.secret, "title": "Acme", "name": "Anna"}, nil); status != try.want {
			t.Errorf("with %q: %d, not %d", try.secret, status, try.want)
		}
	}
}
