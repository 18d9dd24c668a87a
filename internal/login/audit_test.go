package login_test

import (
	"fmt"
	"slices"
	"testing"

	"verbale/internal/journal"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/store"
)

// A secret that was exchanged in the database lets a stranger in as somebody
// else, and leaves no other trace.
func TestTheAuditNamesAnExchangedSecret(t *testing.T) {
	t.Parallel()
	tenant, owner := newSignInHouse(t).company(t, "acme")
	var device, link int64
	change(t, tenant, func(tx *store.Tx) (err error) {
		if device, _, err = login.AddDevice(tx, owner, owner.Person, login.Browser, "Firefox"); err != nil {
			return err
		}
		o, _, err := login.MakeInvite(tx, owner, org.Member, 5, login.SignInLife)
		link = o.ID
		return err
	})
	if err := set(t, tenant, owner, "anna", "correct horse battery", ""); err != nil {
		t.Fatal(err)
	}
	audit := func() (faults []string) {
		t.Helper()
		if err := tenant.Read(t.Context(), func(tx *store.Tx) (err error) {
			faults, err = login.Audit(tx)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return faults
	}
	if faults := audit(); len(faults) != 0 {
		t.Fatalf("before: %q", faults)
	}
	exchange := func(table, column, key string, id int64) {
		t.Helper()
		change(t, tenant, func(tx *store.Tx) error {
			if err := tx.Do(fmt.Sprintf(`UPDATE %s SET %s = ? WHERE %s = ?`, table, column, key), fmt.Sprintf("somebody else's %d", id), id); err != nil {
				return err
			}
			_, err := tx.Enter(journal.Draft{Kind: "test.edited"}) // a command that enters nothing changes nothing
			return err
		})
	}
	var old int64 // made before there were commitments
	change(t, tenant, func(tx *store.Tx) error {
		h, err := tx.Enter(journal.Draft{Kind: login.KindDeviceAdded, Subject: owner.Person, Body: []byte(`{"kind":"browser","name":"Firefox"}`)})
		if err != nil {
			return err
		}
		old = h.Seq
		err = tx.Do(`INSERT INTO device (id, person, kind, name, secret, made) VALUES (?, ?, 'browser', 'Firefox', ?, ?)`, old, owner.Person, []byte{0}, h.Time)
		return err
	})
	exchange("device", "secret", "id", old)
	exchange("device", "secret", "id", device)
	exchange("link", "secret", "id", link)
	exchange("password", "hash", "person", owner.Person)
	want := []string{
		fmt.Sprintf("the secret of device %d was exchanged by hand", device),
		fmt.Sprintf("the secret of link %d was exchanged by hand", link),
		fmt.Sprintf("the password of person %d was exchanged by hand", owner.Person),
	}
	if faults := audit(); !slices.Equal(faults, want) {
		t.Errorf("the audit finds %q", faults)
	}
}
