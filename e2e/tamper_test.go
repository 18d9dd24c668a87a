package e2e

import (
	"database/sql"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"verbale/internal/store/storetest"
)

// edit does by hand what the program never does.
func edit(t testing.TB, db *sql.DB, statements ...string) {
	t.Helper()
	for _, s := range statements {
		done, err := db.Exec(s)
		if err != nil {
			t.Fatalf("%s: %v", s, err)
		}
		if n, _ := done.RowsAffected(); n == 0 {
			t.Fatalf("%s: changed nothing", s)
		}
	}
}

// copyOf copies the data directory of a server that does not run, without the
// socket that it has left.
func copyOf(t testing.TB, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "data")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		inside, _ := filepath.Rel(dir, path)
		switch {
		case d.IsDir():
			return os.Mkdir(filepath.Join(to, inside), 0o700)
		case !d.Type().IsRegular():
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, inside), content, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestNoHandEditOfTheDatabaseEscapesTheAudit edits the database of a stopped
// server, each time a fresh copy, and wants the audit to name the first entry.
func TestNoHandEditOfTheDatabaseEscapesTheAudit(t *testing.T) {
	storetest.OnlySQLite(t) // the same edits are made on PostgreSQL in store
	t.Parallel()
	w := settle(t)
	s := w.server
	said := make([]posted, 0, 300)
	for i := range 300 {
		said = append(said, w.anna.say(t, w.group, fmt.Sprintf("Word %d", i)))
		if i == 100 { // a checkpoint in between
			ask[object](t, w.anna, "GET", fmt.Sprintf("/entries/%d/receipt", said[0].ID), nil)
		}
	}
	ask[object](t, w.marco, "GET", fmt.Sprintf("/entries/%d/receipt", said[299].ID), nil)
	w.anna.say(t, w.group, "The last word")
	s.end(t)
	whole := mustBeClean(t, w.dir, "acme")
	if whole.Checkpoints < 3 {
		t.Fatalf("there are only %d checkpoints", whole.Checkpoints)
	}

	early, late, end := said[20].ID, said[280].ID, whole.Entries
	const header = "time, kind, actor, device, conversation, subject"
	const columns = header + ", commitment, sealed"
	for name, c := range map[string]struct {
		edits []string
		says  string // the first fault, as a regular expression
	}{
		"a text changed": {
			[]string{fmt.Sprintf("UPDATE entry SET sealed = CAST(substr(sealed, 1, length(sealed)-1) || x'00' AS BLOB) WHERE seq = %d", early)},
			fmt.Sprintf(`^entry %d `, early)},
		"a text put in place of another": {
			[]string{fmt.Sprintf("UPDATE entry SET sealed = (SELECT sealed FROM entry WHERE seq = %d) WHERE seq = %d", late, early)},
			fmt.Sprintf(`^entry %d `, early)},
		"a text put in place of another with its commitment": {
			[]string{fmt.Sprintf("UPDATE entry SET (commitment, sealed) = (SELECT commitment, sealed FROM entry WHERE seq = %d) WHERE seq = %d", late, early)},
			fmt.Sprintf(`^entry %d `, early)},
		"a text destroyed": {
			[]string{fmt.Sprintf("UPDATE entry SET sealed = NULL WHERE seq = %d", late)},
			fmt.Sprintf(`^entry %d `, late)},
		"another author": {
			[]string{fmt.Sprintf("UPDATE entry SET actor = %d WHERE seq = %d", w.marco.id, late)},
			fmt.Sprintf(`^entry %d `, late)},
		"another time": {
			[]string{fmt.Sprintf("UPDATE entry SET time = time - 1 WHERE seq = %d", end)},
			fmt.Sprintf(`^entry %d `, end)},
		"a row deleted": {
			[]string{fmt.Sprintf("DELETE FROM entry WHERE seq = %d", early)},
			fmt.Sprintf(`^entry %d was removed`, early)},
		"a row deleted and the gap closed": {
			[]string{
				fmt.Sprintf("DELETE FROM entry WHERE seq = %d", early),
				fmt.Sprintf("UPDATE entry SET seq = -seq WHERE seq > %d", early),
				"UPDATE entry SET seq = -seq - 1 WHERE seq < 0",
			},
			fmt.Sprintf(`^entry %d `, early)},
		"the last row deleted": {
			[]string{fmt.Sprintf("DELETE FROM entry WHERE seq = %d", end)},
			fmt.Sprintf(`^entry %d was removed`, end)},
		"two swapped": {
			[]string{
				fmt.Sprintf("UPDATE entry SET seq = -1 WHERE seq = %d", early),
				fmt.Sprintf("UPDATE entry SET seq = %d WHERE seq = %d", early, late),
				fmt.Sprintf("UPDATE entry SET seq = %d WHERE seq = -1", late),
			},
			fmt.Sprintf(`^entry %d `, early)},
		"one inserted": {
			[]string{
				fmt.Sprintf("UPDATE entry SET seq = -seq WHERE seq >= %d", late),
				"UPDATE entry SET seq = -seq + 1 WHERE seq < 0",
				fmt.Sprintf("INSERT INTO entry (seq, %s) SELECT %d, %s FROM entry WHERE seq = %d", columns, late, columns, early),
			},
			fmt.Sprintf(`^entry %d `, late)},
		"one inserted at the end": {
			[]string{fmt.Sprintf("INSERT INTO entry (seq, %s) SELECT %d, %s FROM entry WHERE seq = %d", columns, end+1, columns, early)},
			fmt.Sprintf(`^entry %d `, end+1)},
		"a checkpoint replaced by an older one": {
			[]string{"UPDATE checkpoint SET note = (SELECT note FROM checkpoint ORDER BY size LIMIT 1) WHERE size = (SELECT MAX(size) FROM checkpoint)"},
			fmt.Sprintf(`^the checkpoint of %d entries was replaced`, end)},
		"a checkpoint changed": {
			[]string{"UPDATE checkpoint SET note = replace(note, substr(note, instr(note, char(10)) + 8, 1), 'A') WHERE size = (SELECT MAX(size) FROM checkpoint)"},
			fmt.Sprintf(`^the checkpoint of %d entries was changed`, end)},
		"a checkpoint of more than there is": {
			[]string{fmt.Sprintf("UPDATE checkpoint SET size = %d WHERE size = (SELECT MAX(size) FROM checkpoint)", end+5)},
			`^a checkpoint of \d+ entries`},
		"the head changed": {
			[]string{"UPDATE head SET roots = CAST(x'00' || substr(roots, 2) AS BLOB) WHERE id = 1"},
			`^the head has another root`},
		"a device's secret exchanged": {
			[]string{"UPDATE device SET secret = x'00' WHERE id = (SELECT MIN(id) FROM device)"},
			`^the secret of device \d+ was exchanged by hand`},
		"a tile changed": {
			[]string{"UPDATE tile SET data = CAST(x'00' || substr(data, 2) AS BLOB) WHERE level = 0 AND n = 0"},
			`^(entry 1 |tile 0/0)`},
		"a tile removed": {
			[]string{"DELETE FROM tile WHERE level = 0 AND n = 0"},
			`^tile 0/0`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := copyOf(t, w.dir)
			db := storetest.ByHand(t, dir, "acme")
			edit(t, db, c.edits...)
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			done := command(t, "audit", "--company", "acme", "--data", dir)
			lines := strings.Split(strings.TrimSpace(done.out), "\n")
			if done.status != 1 || len(lines) < 2 || !strings.HasPrefix(lines[0], "NOT CLEAN") {
				t.Fatalf("exit status %d:\n%s%s", done.status, done.out, done.err)
			}
			if first := strings.TrimSpace(lines[1]); !regexp.MustCompile(c.says).MatchString(first) {
				t.Errorf("the first fault is %q, not %s", first, c.says)
			}
			if strings.Contains(done.out+done.err, "Word") {
				t.Error("the audit prints a message's text")
			}
		})
	}
	t.Cleanup(func() { mustBeClean(t, w.dir, "acme") })
}
