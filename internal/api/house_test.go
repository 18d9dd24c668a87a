package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"verbale/internal/api"
	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// house is a server with its front door open.
type house struct {
	t      *testing.T
	server *store.Server
	url    string
}

const setup = "the printed secret"

func newHouse(t *testing.T, c api.Config) *house {
	t.Helper()
	server, err := storetest.Open(t, t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	c.Store, c.Live = server, nobodyConnected{}
	c.Setup = func(secret string) bool { return secret == setup }
	if c.Blobs == nil {
		c.Blobs = func(t *store.Tenant) (blob.Store, error) {
			return blob.OpenDisk(filepath.Join(t.Dir(), "files"), t.Keys(), 1<<30)
		}
	}
	web := httptest.NewServer(api.New(c).Handler())
	t.Cleanup(web.Close)
	return &house{t, server, web.URL}
}

type nobodyConnected struct{}

func (nobodyConnected) Serve(http.ResponseWriter, *http.Request, *store.Tenant, org.Actor) {}
func (nobodyConnected) Online(*store.Tenant, int64) bool                                   { return false }
func (nobodyConnected) Marked(*store.Tenant, []chat.Mark)                                  {}

// token makes a company and gives a token of its owner's.
func (h *house) token() string {
	h.t.Helper()
	tenant, err := h.server.CreateTenant(context.Background(), "acme", "")
	if err != nil {
		h.t.Fatal(err)
	}
	var secret string
	if err := tenant.Write(context.Background(), func(tx *store.Tx) error {
		owner, err := org.Create(tx, "Acme", "Anna", "en")
		if err == nil {
			_, secret, err = login.MakeToken(tx, org.Actor{Person: owner}, owner, "test")
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return login.Token("acme", secret)
}

// call makes a call without a session.
func (h *house) call(method, path string, body any) (status int, answer map[string]any) {
	h.t.Helper()
	return h.callAs("", method, path, body)
}

// callAs makes a call with a header, "Name: value", and decodes the answer,
// whatever it is.
func (h *house) callAs(header, method, path string, body any) (status int, answer map[string]any) {
	h.t.Helper()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			h.t.Fatal(err)
		}
		content = bytes.NewReader(text)
	}
	ask, err := http.NewRequest(method, h.url+"/api/v1"+path, content)
	if err != nil {
		h.t.Fatal(err)
	}
	ask.Header.Set("Content-Type", "application/json")
	if name, value, ok := strings.Cut(header, ": "); ok {
		ask.Header.Set(name, value)
	}
	got, err := http.DefaultClient.Do(ask)
	if err != nil {
		h.t.Fatal(err)
	}
	defer got.Body.Close()
	if err := json.NewDecoder(got.Body).Decode(&answer); err != nil {
		h.t.Fatalf("%s %s: %d, %v", method, path, got.StatusCode, err)
	}
	return got.StatusCode, answer
}
