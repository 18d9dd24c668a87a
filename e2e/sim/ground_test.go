package sim

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/cryptotest"
	"testing/synctest"

	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

const company = "acme"

// ground is what every schedule begins with: a company with people, each with
// a device, and two groups. It is made once, with keys that are always the
// same, and copied.
type ground struct {
	dir    string
	people []org.Actor // the first is the owner; the last is in no group
	groups []int64
}

var prepared sync.Once
var soil ground

// prepare makes the ground. It has to be called outside of a bubble.
func prepare(t *testing.T) ground {
	t.Helper()
	prepared.Do(func() {
		soil.dir = filepath.Join(workdir, "ground")
		cryptotest.SetGlobalRandom(t, 1)
		synctest.Test(t, func(t *testing.T) {
			server, err := store.OpenServer(context.Background(), soil.dir, store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			tenant, err := server.CreateTenant(context.Background(), company, "")
			if err == nil {
				err = tenant.Write(context.Background(), soil.settle)
			}
			if err = errors.Join(err, server.Close()); err != nil {
				t.Fatal(err)
			}
		})
	})
	if len(soil.groups) == 0 {
		t.Fatal("the ground could not be made")
	}
	return soil
}

func (g *ground) settle(tx *store.Tx) error {
	for i := range 6 {
		id, err := int64(0), error(nil)
		if i == 0 {
			id, err = org.Create(tx, "Acme", "Olga", "en")
		} else {
			id, err = org.AddPerson(tx, org.Actor{}, 0, "Person "+string(rune('A'+i)), org.Member, "en")
		}
		if err != nil {
			return err
		}
		device, _, err := login.AddDevice(tx, org.Actor{Person: id}, id, login.Browser, "phone")
		if err != nil {
			return err
		}
		g.people = append(g.people, org.Actor{Person: id, Device: device})
	}
	var members []int64
	for _, p := range g.people[1 : len(g.people)-1] {
		members = append(members, p.Person)
	}
	for _, title := range []string{"Sales", "Stock"} {
		id, err := chat.Create(tx, g.people[0], "group", title, members)
		if err != nil {
			return err
		}
		g.groups = append(g.groups, id)
	}
	return nil
}

// copyDir copies what a process that dies leaves: every file as it is now.
func copyDir(to, from string) error {
	return filepath.WalkDir(from, func(name string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		target := filepath.Join(to, strings.TrimPrefix(name, from))
		if entry.IsDir() {
			return os.MkdirAll(target, 0o700)
		}
		if strings.HasSuffix(name, "-shm") {
			return nil // shared memory, which dies with the process
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(target, content, 0o600)
	})
}
