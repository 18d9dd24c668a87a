package store_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"verbale/internal/store"
	"verbale/internal/store/pgtest"
)

// wire stands between a node and PostgreSQL and counts what the node asks for.
type wire struct {
	trips   atomic.Int64 // how often it waits for an answer
	carried atomic.Int64 // statements
}

// tap gives the address of a database with the wire in between.
func (w *wire) tap(t testing.TB, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	network, to := "tcp", u.Host
	if host := query.Get("host"); host != "" {
		port := query.Get("port")
		if port == "" {
			port = "5432"
		}
		network, to = "unix", filepath.Join(host, ".s.PGSQL."+port)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial(network, to)
			if err != nil {
				near.Close()
				return
			}
			go func() { io.Copy(near, far); near.Close() }()
			go func() { w.count(far, near); far.Close() }()
		}
	}()
	query.Del("host")
	query.Del("port")
	query.Set("sslmode", "disable")
	u.Host, u.RawQuery = listener.Addr().String(), query.Encode()
	return u.String()
}

// count passes on what a client sends: a first message without a type, then
// messages of a type each, of which Sync asks for the answers
// (https://www.postgresql.org/docs/15/protocol-message-formats.html).
func (w *wire) count(to io.Writer, from io.Reader) {
	first := true
	for {
		head := make([]byte, 5)
		if first {
			head = head[:4]
		}
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		rest := make([]byte, binary.BigEndian.Uint32(head[len(head)-4:])-4)
		if _, err := io.ReadFull(from, rest); err != nil {
			return
		}
		switch {
		case first:
		case head[0] == 'S':
			w.trips.Add(1)
		case head[0] == 'E':
			w.carried.Add(1)
		}
		first = false
		if _, err := to.Write(append(head, rest...)); err != nil {
			return
		}
	}
}

// marks asks for a mark and writes it, as posts do with what they change.
var marks = store.NewJoint(func(tx *store.Tx, all []int64, refuse func(int, error)) error {
	sets := make([][]any, len(all))
	for i, person := range all {
		sets[i] = []any{person}
	}
	there := map[int]bool{}
	err := tx.Each(`SELECT read_n FROM mark WHERE conversation = 1 AND person = ?`, sets, func(i int, rows store.Rows) error {
		var n int64
		there[i] = true
		return rows.Scan(&n)
	})
	for i, person := range all {
		if err == nil && there[i] {
			err = tx.DoNote(`UPDATE mark SET read_n = ?, entered = 0 WHERE conversation = ? AND person = ?`, person, 1, person)
		} else if err == nil {
			err = tx.DoNote(`INSERT INTO mark (conversation, person) VALUES (?, ?)`, 1, person)
		}
	}
	for range all {
		if err == nil {
			err = say("marked")(tx)
		}
	}
	return err
})

func TestABatchOfFiftyCostsPostgreSQLNoMoreRoundTripsThanOne(t *testing.T) {
	t.Parallel()
	owner, application := pgtest.New(t)
	var w wire
	s, err := store.OpenServer(t.Context(), t.TempDir(), store.Options{Database: w.tap(t, application), Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tenant := newTenant(t, s, "acme")
	batch := func() {
		var commands []func() error
		for person := range int64(50) {
			commands = append(commands, func() error { return marks.Write(context.Background(), tenant, person) })
		}
		for i, err := range together(t, tenant, commands...) {
			if err != nil {
				t.Fatalf("command %d: %v", i, err)
			}
		}
	}
	for range 3 { // every statement is known to the connection then
		batch()
	}
	trips, carried := w.trips.Load(), w.carried.Load()
	batch()
	// The batch: its beginning, its question and its end. The command that held
	// it back has a beginning and an end of its own, and every second a node asks
	// after the others.
	t.Logf("%d round trips, %d statements", w.trips.Load()-trips, w.carried.Load()-carried)
	if n := w.trips.Load() - trips; n > 10 {
		t.Errorf("fifty commands took %d round trips", n)
	}
	if n := w.carried.Load() - carried; n > 30 {
		t.Errorf("fifty commands took %d statements", n)
	}
	mustAudit(t, tenant, 200)
}

// TestWhatGoesToPostgreSQLTogetherIsWhatSQLiteWritesOneByOne lets both engines
// do the same, with the values and the orders in which they could differ.
func TestWhatGoesToPostgreSQLTogetherIsWhatSQLiteWritesOneByOne(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 1)
	s, err := store.OpenServer(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	var seen [2]string
	for i, tenant := range []*store.Tenant{newTenant(t, all[0], "acme"), newTenant(t, s, "acme")} {
		write(t, tenant, func(tx *store.Tx) error {
			const file = `INSERT INTO file (id, person, sha256, name, type, size) VALUES (?, ?, ?, ?, 'text/plain', ?)`
			const move = `UPDATE file SET person = ?, name = ? WHERE id = ?`
			for n, name := range []string{"", "it's", "a?", `{"x", NULL}`, "日本", "\\"} {
				if err := tx.Do(file, n, -n, []byte(name), name, int64(n)<<50); err != nil {
					return err
				}
			}
			for _, step := range [][]any{{1, "one", 1}, {2, "two", 2}, {3, "again one", 1}, {4, "nobody's", 99}, {5, "at last", 1}} {
				if err := tx.Do(move, step...); err != nil {
					return err
				}
			}
			if err := tx.Do(file, 7, 7, []byte{0, 255}, "seven", 7); err != nil {
				return err
			}
			// How many rows are changed is asked of the last alone.
			if err := tx.Do(move, 6, "six", 2); err != nil {
				return err
			}
			if n, err := tx.Exec(move, 8, "eight", 3); n != 1 || err != nil {
				t.Errorf("%s changed %d rows, %v", tenant.Dialect(), n, err)
			}
			// One becomes what the next means.
			const renumber = `UPDATE file SET id = ? WHERE id = ?`
			for _, step := range [][]any{{8, 7}, {9, 8}} {
				if err := tx.Do(renumber, step...); err != nil {
					return err
				}
			}
			return say("files")(tx)
		})
		err := tenant.Read(t.Context(), func(tx *store.Tx) error {
			sets := [][]any{{int64(0), "x"}, {int64(5), nil}, {int64(99), "y"}, {int64(2), "z"}, {int64(6), "w"}}
			var rows []string
			err := tx.Each(`SELECT id, person, sha256, name, size, COALESCE(CAST(? AS TEXT), 'null') FROM file WHERE id >= ? ORDER BY id LIMIT 3`, swapped(sets), func(i int, r store.Rows) error {
				var id, person, size int64
				var sum []byte
				var name, given string
				err := r.Scan(&id, &person, &sum, &name, &size, &given)
				rows = append(rows, fmt.Sprintf("%d: %d %d %x %q %d %s", i, id, person, sum, name, size, given))
				return err
			})
			slices.Sort(rows)
			seen[i] = strings.Join(rows, "\n")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if seen[0] != seen[1] || strings.Count(seen[0], "\n") < 6 {
		t.Errorf("PostgreSQL has\n%s\n\nSQLite has\n%s", seen[0], seen[1])
	}
}

// swapped puts the second value of each set first.
func swapped(sets [][]any) (out [][]any) {
	for _, s := range sets {
		out = append(out, []any{s[1], s[0]})
	}
	return out
}
