//go:build !race

package store_test

import (
	"context"
	"database/sql"
	"regexp"
	"strings"
	"testing"

	"verbale/internal/store"
)

// large are the tables that grow with the years: what reads one of them from
// end to end gets slower with every message.
var large = []string{"entry", "message", "message_key", "member", "mark", "notice", "file", "attachment", "device"}

// scans are the statements that may read a large table whole, by their file or
// a part of their text, with the reason.
var scans = map[string]string{
	"/audit.go:":                  "an audit looks at everything",
	"SELECT sha256 FROM file":     "the hourly sweep of files asks for all that are named",
	"e.time < ? AND NOT EXISTS":   "the hourly sweep of files looks for those in no message",
	"FROM mark WHERE entered = 0": "the index mark_fresh has only the marks that are wanted",
}

func TestNoStatementReadsALargeTableWhole(t *testing.T) {
	t.Parallel()
	all, owner, _ := nodes(t, 1)
	s, err := store.OpenServer(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	tenants := []*store.Tenant{newTenant(t, all[0], "acme"), newTenant(t, s, "acme")}
	fillLarge(t, connect(t, owner, "1"))
	needed, asked := map[string]bool{}, 0
	for text, where := range statements(t) {
		walk := strings.Contains(where, "/search/engine_") && strings.HasPrefix(text, "SELECT")
		if strings.HasSuffix(strings.Split(where, ":")[0], "/rewind.go") {
			continue // takes a copy of a company back to a moment, as a whole and in a file of its own
		}
		if ofOneEngine.MatchString(where) && !walk || pieces.MatchString(text) || strings.Contains(text, "keyset") {
			continue
		}
		asked++
		for _, tenant := range tenants {
			if walk && !strings.Contains(where, string(tenant.Dialect())) {
				continue
			}
			plan, err := store.Explain(context.Background(), tenant, text)
			if err != nil {
				t.Errorf("%s on %s: %v\n%s", where, tenant.Dialect(), err, text)
				continue
			}
			table := readWhole(tenant.Dialect(), text, plan)
			if table == "" {
				continue
			}
			if reason := excused(where + text); reason != "" {
				needed[reason] = true
				continue
			}
			t.Errorf("%s on %s reads all of %s:\n%s\n%s", where, tenant.Dialect(), table, text, plan)
		}
	}
	for _, reason := range scans {
		if !needed[reason] {
			t.Errorf("nothing reads a large table whole any more because %s", reason)
		}
	}
	if asked < 100 {
		t.Errorf("only %d statements were found", asked)
	}
}

func excused(statement string) string {
	for part, reason := range scans {
		if strings.Contains(statement, part) {
			return reason
		}
	}
	return ""
}

var (
	sqliteScan   = regexp.MustCompile(`(?m)^SCAN (\w+)`)
	postgresScan = regexp.MustCompile(`(Seq|Index|Index Only|Bitmap Index) Scan(?: Backward)?(?: using \w+)? on (\w+)`)
	postgresCond = regexp.MustCompile(`Index Cond: (.*)`)
	ofTheCompany = regexp.MustCompile(`tenant = \(current_setting\('verbale.tenant'::text\)\)::bigint`)
	someRows     = regexp.MustCompile(`\w (=|<|>|<=|>=) |IS NOT NULL`)
)

// readWhole names the large table that a plan reads from end to end: without
// an index, or by one that is only asked for the company.
func readWhole(engine store.Dialect, text, plan string) string {
	if engine == store.SQLite {
		for _, m := range sqliteScan.FindAllStringSubmatch(plan, -1) {
			if table := named(text, m[1]); table != "" {
				return table
			}
		}
		return ""
	}
	for _, node := range strings.Split(plan, "->") {
		m := postgresScan.FindStringSubmatch(node)
		if m == nil {
			continue
		}
		conditions := ofTheCompany.ReplaceAllString(strings.Join(postgresCond.FindAllString(node, -1), ""), "")
		if table := owner(m[2]); table != "" && (m[1] == "Seq" || !someRows.MatchString(conditions)) {
			return table
		}
	}
	return ""
}

// owner gives the large table that has a name, or whose index has it.
func owner(name string) string {
	for _, table := range large {
		if name == table || strings.HasPrefix(name, table+"_") {
			return table
		}
	}
	return ""
}

// named gives the large table that a statement calls by a name.
func named(text, name string) string {
	for _, table := range large {
		if table == name || regexp.MustCompile(`\b`+table+`( AS)? `+name+`\b`).MatchString(text) {
			return table
		}
	}
	return ""
}

// fillLarge gives the tables of a company so many rows that PostgreSQL takes
// the way that it takes in a large one.
func fillLarge(t *testing.T, db *sql.DB) {
	t.Helper()
	for _, statement := range []string{
		`INSERT INTO entry (seq, time, kind, actor, device, conversation, subject, commitment)
			SELECT i, i, CASE WHEN i % 50 = 0 THEN 'read.marked' ELSE 'message.posted' END, i % 500, 0, i % 200, CASE WHEN i % 20 = 0 THEN i / 2 ELSE 0 END, '\x00' FROM generate_series(1, 40000) i`,
		`INSERT INTO message (id, conversation, n, author, time, text_seq) SELECT i, i % 200, i / 200, i % 500, i, i FROM generate_series(1, 40000) i`,
		`INSERT INTO message_key (person, key, message) SELECT i % 500, decode(lpad(to_hex(i), 32, '0'), 'hex'), i FROM generate_series(1, 40000) i`,
		`INSERT INTO member (conversation, person, role, joined, first_n) SELECT c, p, 'member', 1, 1 FROM generate_series(0, 199) c, generate_series(1, 100) p`,
		`INSERT INTO mark (conversation, person) SELECT conversation, person FROM member`,
		`INSERT INTO notice (seq, conversation) SELECT i, i % 200 FROM generate_series(1, 20000) i`,
		`INSERT INTO person (id, name, role, language, active, joined) SELECT i, 'Anna', 'member', 'it', 1, 1 FROM generate_series(0, 499) i`,
		`INSERT INTO file (id, person, sha256, name, type, size) SELECT i, i % 500, decode(lpad(to_hex(i), 64, '0'), 'hex'), 'a', 'text/plain', 1 FROM generate_series(1, 20000) i`,
		`INSERT INTO attachment (message, place, file) SELECT i, 0, i FROM generate_series(1, 20000) i`,
		`INSERT INTO device (id, person, kind, name, secret, made) SELECT i, i % 500, 'browser', 'a', decode(lpad(to_hex(i), 64, '0'), 'hex'), 1 FROM generate_series(1, 20000) i`,
		`INSERT INTO device_use (device, seen) SELECT id, 1 FROM device`,
		`INSERT INTO conversation (id, kind, title, made, time) SELECT i, 'group', 'a', 1, i FROM generate_series(0, 199) i`,
		`ANALYZE`,
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatalf("%v: %s", err, statement)
		}
	}
}
