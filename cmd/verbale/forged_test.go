//go:build !race

package main

import (
	"bytes"
	"database/sql"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// TestABackupThatWasForgedIsNotRestored: whoever may write a backup may give
// himself a way in, or leave something that does so later, without touching
// the register.
func TestABackupThatWasForgedIsNotRestored(t *testing.T) {
	t.Parallel()
	for name, forgery := range map[string]string{
		"nothing":              ``,
		"a role":               `UPDATE person SET role = 'owner' WHERE name = 'Eve'`,
		"a password":           `INSERT INTO password (person, login, hash, made) SELECT id, 'anna', '$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA', 5 FROM person WHERE name = 'Eve'`,
		"a device":             `INSERT INTO device (id, person, kind, name, secret, made) SELECT 4000, id, 'token', 'x', x'00', 5 FROM person WHERE name = 'Anna'`,
		"a passkey":            `INSERT INTO passkey (id, person, credential, handle, name, record, made) SELECT 4000, id, x'00', x'00', 'x', '{}', 5 FROM person WHERE name = 'Anna'`,
		"a link":               `INSERT INTO link (id, kind, secret, person, role, maker, uses, made, expires) SELECT 4000, 'link', x'00', id, '', 0, 1, 5, 9000000000000000 FROM person WHERE name = 'Anna'`,
		"a link made longer":   `UPDATE link SET expires = 9000000000000000, uses = 0 WHERE kind = 'link'`,
		"an invite revived":    `UPDATE link SET revoked = 0 WHERE kind = 'invite'`,
		"a link become invite": `UPDATE link SET kind = 'invite', role = 'owner' WHERE kind = 'link'`,
		"a device's secret":    `UPDATE device SET secret = x'00'`,
		"a link's secret":      `UPDATE link SET secret = x'00' WHERE id = (SELECT MAX(id) FROM link)`,
		"a password's hash":    `UPDATE password SET hash = '$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA'`,
		"a trigger":            `CREATE TRIGGER later AFTER INSERT ON message BEGIN UPDATE person SET role = 'owner' WHERE name = 'Eve'; END`,
		"a view":               `CREATE VIEW later AS SELECT * FROM person`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			h := opened(t, data)
			made, err := h.createCompany(t.Context(), createCompany{Name: "acme", Title: "Acme", Owner: "Anna"})
			if err != nil {
				t.Fatal(err)
			}
			tenant, err := h.server.Tenant(t.Context(), "acme")
			if err != nil {
				t.Fatal(err)
			}
			if err := tenant.Write(t.Context(), func(tx *store.Tx) error {
				owner := org.Actor{Person: made.ID}
				o, _, err := login.MakeInvite(tx, owner, org.Member, 5, login.SignInLife)
				if err != nil {
					return err
				}
				if err := login.RevokeInvite(tx, owner, o.ID); err != nil {
					return err
				}
				if _, _, err = login.MakeInvite(tx, owner, org.Member, 5, login.SignInLife); err != nil {
					return err
				}
				if _, _, err := login.AddDevice(tx, owner, owner.Person, login.Browser, "Firefox"); err != nil {
					return err
				}
				_, err = org.AddPerson(tx, org.Actor{}, 0, "Eve", org.Member, "")
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := login.SetPassword(t.Context(), tenant, org.Actor{Person: made.ID}, "boss", "correct horse battery", ""); err != nil {
				t.Fatal(err)
			}
			if forgery != "" {
				db, err := sql.Open("sqlite", "file:"+filepath.Join(data, "tenants", "acme", "verbale.db")+"?_pragma=busy_timeout(10000)")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := db.Exec(forgery); err != nil {
					t.Fatal(err)
				}
				db.Close()
			}
			var archive bytes.Buffer
			if err := h.backup(t.Context(), onCompany{"acme"}, nil, &archive); err != nil {
				t.Fatal(err)
			}
			root, err := os.ReadFile(filepath.Join(data, "root.key"))
			if err != nil {
				t.Fatal(err)
			}
			moved := opened(t, t.TempDir())
			err = moved.restore(t.Context(), restoreRequest{OldRoot: string(root)}, &archive, io.Discard)
			switch {
			case forgery == "":
				if err != nil {
					t.Errorf("an honest backup: %v", err)
				}
			case err == nil || !strings.Contains(err.Error(), "backup.not_clean"):
				t.Errorf("restored: %v", err)
			case len(moved.server.Tenants()) != 0:
				t.Error("something was put in place")
			}
		})
	}
}
