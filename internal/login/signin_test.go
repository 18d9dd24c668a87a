package login_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// signInHouse is a server with companies to sign in to, and a clock to turn.
type signInHouse struct {
	server *store.Server
	ahead  atomic.Int64
}

func (h *signInHouse) wait(d time.Duration) { h.ahead.Add(int64(d)) }

func newSignInHouse(t *testing.T) *signInHouse {
	t.Helper()
	h := &signInHouse{}
	start := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	var err error
	h.server, err = storetest.Open(t, t.TempDir(), store.Options{Clock: func() time.Time { return start.Add(time.Duration(h.ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.server.Close() })
	return h
}

// company makes a company and gives its owner, signed in.
func (h *signInHouse) company(t *testing.T, name string) (*store.Tenant, org.Actor) {
	t.Helper()
	tenant, err := h.server.CreateTenant(context.Background(), name, "")
	if err != nil {
		t.Fatal(err)
	}
	var owner org.Actor
	change(t, tenant, func(tx *store.Tx) (err error) {
		if owner.Person, err = org.Create(tx, "Acme", "Anna Bianchi", "it"); err != nil {
			return err
		}
		owner.Device, _, err = login.AddDevice(tx, org.Actor{}, owner.Person, login.Browser, "laptop")
		return err
	})
	return tenant, owner
}

func colleague(t *testing.T, tenant *store.Tenant, name string) (a org.Actor) {
	t.Helper()
	change(t, tenant, func(tx *store.Tx) (err error) {
		a.Person, err = org.AddPerson(tx, org.Actor{}, 0, name, org.Member, "it")
		return err
	})
	return a
}

func change(t *testing.T, tenant *store.Tenant, f func(*store.Tx) error) {
	t.Helper()
	if err := tenant.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func lock(t *testing.T, tenant *store.Tenant, by org.Actor, person int64) {
	t.Helper()
	no := false
	change(t, tenant, func(tx *store.Tx) error {
		_, err := org.ChangePerson(tx, by, person, org.Change{Active: &no})
		return err
	})
}

// wants fails unless the error is the problem of that code; "" is no error.
func wants(t *testing.T, err error, code string) {
	t.Helper()
	if p := problem.Of(err); code == "" && err != nil || code != "" && (p == nil || p.Code != code) {
		t.Errorf("got %v, want %q", err, code)
	}
}

// entered counts the entries of a kind, and fails if a body holds the word.
func entered(t *testing.T, tenant *store.Tenant, kind string, never ...string) (n int) {
	t.Helper()
	err := tenant.Read(context.Background(), func(tx *store.Tx) error {
		seqs, err := tx.Ints(`SELECT seq FROM entry WHERE kind = ? ORDER BY seq`, kind)
		if err != nil {
			return err
		}
		n = len(seqs)
		for _, seq := range seqs {
			body, err := tx.Body(seq)
			if err != nil {
				return err
			}
			for _, word := range never {
				if strings.Contains(string(body), word) {
					t.Errorf("entry %d holds a secret", seq)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
