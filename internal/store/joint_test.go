package store_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"verbale/internal/store"
)

// together has commands wait for the writer, in their order, until it can take
// all of them at once, and gives what each was answered.
func together(t testing.TB, tenant *store.Tenant, commands ...func() error) []error {
	t.Helper()
	inside, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tenant.Write(context.Background(), func(*store.Tx) error {
			close(inside)
			<-release
			return nil
		})
	})
	<-inside
	answers := make([]error, len(commands))
	for i, command := range commands {
		wg.Go(func() { answers[i] = command() })
		for tenant.Waiting() <= i {
			runtime.Gosched()
		}
	}
	close(release)
	wg.Wait()
	return answers
}

var errRefused, errPoison = errors.New("refused"), errors.New("poison")

// sayings enters texts, refuses "no", gives up all for "poison" and panics for
// "panic"; it notes which texts were run as one.
func sayings(runs *[]string) *store.Joint[string] {
	return store.NewJoint(func(tx *store.Tx, all []string, refuse func(int, error)) error {
		*runs = append(*runs, strings.Join(all, " "))
		for i, text := range all {
			switch text {
			case "no":
				refuse(i, errRefused)
				continue
			case "panic":
				panic("on purpose")
			}
			if err := say(text)(tx); err != nil {
				return err
			}
			if text == "poison" {
				return errPoison
			}
		}
		return nil
	})
}

func said(t testing.TB, tenant *store.Tenant) (all []string) {
	t.Helper()
	err := tenant.Read(t.Context(), func(tx *store.Tx) error {
		entries, err := tx.Entries(0, 1000)
		for _, e := range entries {
			all = append(all, strings.Trim(string(e.Body), `"`))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestCommandsOfASortThatWaitTogetherAreRunAsOneInTheirOrder(t *testing.T) {
	t.Parallel()
	tenant := newTenant(t, openServer(t, t.TempDir()), "acme")
	var runs, others []string
	these, those := sayings(&runs), sayings(&others)
	one := func(sort *store.Joint[string], text string) func() error {
		return func() error { return sort.Write(context.Background(), tenant, text) }
	}
	answers := together(t, tenant, one(these, "a"), one(those, "x"), one(these, "no"),
		func() error { return tenant.Write(context.Background(), say("alone")) }, one(these, "b"), one(those, "y"))
	for i, err := range answers {
		if want := i == 2; (err == errRefused) != want || err != nil && !want {
			t.Errorf("command %d was answered %v", i, err)
		}
	}
	if got := fmt.Sprint(runs, others); got != "[a no b] [x y]" {
		t.Errorf("run as one: %s", got)
	}
	if got := fmt.Sprint(said(t, tenant)); got != "[a b x y alone]" {
		t.Errorf("entered: %s", got)
	}
	mustAudit(t, tenant, 5)
}

func TestACommandThatFailsTakesNoOtherOfItsSortAlong(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"poison", "panic"} {
		tenant := newTenant(t, openServer(t, t.TempDir()), "acme")
		var runs []string
		sort := sayings(&runs)
		var commands []func() error
		for _, text := range []string{"a", bad, "no", "b"} {
			commands = append(commands, func() error { return sort.Write(context.Background(), tenant, text) })
		}
		answers := together(t, tenant, commands...)
		if answers[0] != nil || answers[1] == nil || answers[2] != errRefused || answers[3] != nil {
			t.Errorf("%s: answered %v", bad, answers)
		}
		if got := fmt.Sprint(said(t, tenant)); got != "[a b]" {
			t.Errorf("%s: entered %s", bad, got)
		}
		mustAudit(t, tenant, 2)
	}
}
