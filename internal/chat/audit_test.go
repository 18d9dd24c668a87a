package chat_test

import (
	"database/sql"
	"strings"
	"testing"

	"verbale/internal/chat"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// TestViewForgedByHandIsNamed: the register may hold and what people see still
// be forged.
func TestViewForgedByHandIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 3)
	g := h.group(0, 1)
	for range 5 {
		h.post(0, g, "text")
	}
	h.write(func(tx *store.Tx) error {
		_, _, err := login.AddDevice(tx, h.people[0], h.people[0].Person, login.Browser, "laptop")
		return err
	})
	db := storetest.ByHand(t, h.dir, "acme")
	db.SetMaxOpenConns(1)
	faults := func() (all []string) {
		h.read(func(tx *store.Tx) error {
			for _, audit := range []func(*store.Tx) ([]string, error){org.Audit, login.Audit, chat.Audit} {
				found, err := audit(tx)
				if err != nil {
					return err
				}
				all = append(all, found...)
			}
			return nil
		})
		return all
	}
	if found := faults(); len(found) > 0 {
		t.Fatalf("before anything was forged: %q", found)
	}
	for edit, want := range map[string]string{
		`UPDATE message SET deleted = 1 WHERE n = 2`:                                     "deleted",
		`UPDATE message SET author = author + 1 WHERE n = 2`:                             "changed",
		`UPDATE message SET time = time - 1 WHERE n = 2`:                                 "changed",
		`UPDATE message SET text_seq = (SELECT id FROM message WHERE n = 3) WHERE n = 2`: "another text",
		`DELETE FROM message WHERE n = 5`:                                                "removed",
		`INSERT INTO message (id, conversation, n, author, time, text_seq) SELECT 999, conversation, 6, author, time, text_seq FROM message WHERE n = 5`: "inserted",
		`UPDATE message SET n = CASE n WHEN 2 THEN 103 ELSE 102 END WHERE n IN (2, 3); UPDATE message SET n = n - 100 WHERE n > 100`:                     "moved",
		`UPDATE conversation SET last_n = 4`:                     "counts",
		`UPDATE person SET role = 'owner' WHERE role = 'member'`: "person",
		`INSERT INTO member (conversation, person, role, joined, first_n) SELECT conversation, person + 2, role, joined, first_n FROM member LIMIT 1`: "put there",
		`UPDATE member SET role = 'admin'`:         "changed, by hand",
		`DELETE FROM member WHERE role = 'member'`: "taken out",
		`UPDATE device SET ended = 5`:              "device",
	} {
		if _, err := db.Exec("BEGIN; " + edit + "; COMMIT"); err != nil {
			t.Fatalf("%s: %v", edit, err)
		}
		if found := strings.Join(faults(), "; "); !strings.Contains(found, want) {
			t.Errorf("%s: wanted %q, found %q", edit, want, found)
		}
		restore(t, db, edit)
	}
	if found := faults(); len(found) > 0 {
		t.Fatalf("after all was put back: %q", found)
	}
}

// restore puts back what each edit changed, since they share one company.
func restore(t *testing.T, db *sql.DB, edit string) {
	t.Helper()
	back := map[string]string{
		"deleted = 1":         `UPDATE message SET deleted = 0`,
		"author = author":     `UPDATE message SET author = author - 1 WHERE n = 2`,
		"time = time":         `UPDATE message SET time = time + 1 WHERE n = 2`,
		"SET text_seq":        `UPDATE message SET text_seq = id`,
		"DELETE FROM message": `INSERT INTO message (id, conversation, n, author, time, text_seq) SELECT seq, conversation, 5, actor, time, seq FROM entry WHERE kind = 'message.posted' ORDER BY seq DESC LIMIT 1`,
		"INSERT INTO message": `DELETE FROM message WHERE id = 999`,
		"SET n = CASE":        `UPDATE message SET n = CASE n WHEN 2 THEN 103 ELSE 102 END WHERE n IN (2, 3); UPDATE message SET n = n - 100 WHERE n > 100`,
		"last_n = 4":          `UPDATE conversation SET last_n = 5`,
		"SET role = 'owner'":  `UPDATE person SET role = 'member' WHERE id > (SELECT MIN(id) FROM person)`,
		"INSERT INTO member":  `DELETE FROM member WHERE person NOT IN (SELECT person FROM mark)`,
		"SET role = 'admin'":  `UPDATE member SET role = 'member' WHERE person > (SELECT MIN(person) FROM member)`,
		"DELETE FROM member":  `INSERT INTO member (conversation, person, role, joined, first_n) SELECT conversation, person, 'member', 0, 1 FROM mark WHERE person NOT IN (SELECT person FROM member)`,
		"SET ended":           `UPDATE device SET ended = 0`,
	}
	for part, statement := range back {
		if strings.Contains(edit, part) {
			if _, err := db.Exec(statement); err != nil {
				t.Fatalf("%s: %v", statement, err)
			}
			return
		}
	}
	t.Fatalf("nothing puts back %s", edit)
}
