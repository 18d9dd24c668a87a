package login

import "verbale/internal/store"

// Rewind takes the ways in back to what the register says of them, which was
// cut after so many entries. What is in no entry stays as it is now: secrets,
// the password as it was set last, and that a person's link was used. A passkey
// that was removed since is gone.
func Rewind(tx *store.Tx, entries int64) error {
	for _, cut := range []string{
		`DELETE FROM device WHERE id > ?`,
		`DELETE FROM device_use WHERE device > ?`,
		`DELETE FROM link WHERE id > ?`,
		`DELETE FROM passkey WHERE id > ?`,
	} {
		if _, err := tx.Exec(cut, entries); err != nil {
			return err
		}
	}
	for _, back := range []string{
		`UPDATE device SET ended = COALESCE((SELECT e.time FROM entry e WHERE e.subject = device.id AND e.subject <> 0 AND e.kind = 'device.ended'), 0)`,
		`UPDATE link SET revoked = CASE WHEN EXISTS (SELECT e.seq FROM entry e WHERE e.subject = link.id AND e.subject <> 0 AND e.kind = 'invite.revoked') THEN 1 ELSE 0 END`,
		`UPDATE link SET used = (SELECT COUNT(*) FROM entry e WHERE e.subject = link.id AND e.subject <> 0 AND e.kind = 'person.added') WHERE kind = 'invite'`,
		`DELETE FROM password WHERE NOT EXISTS (SELECT e.seq FROM entry e WHERE e.subject = password.person AND e.subject <> 0 AND e.kind = 'login.password_set')`,
		`UPDATE password SET made = (SELECT MAX(e.time) FROM entry e WHERE e.subject = password.person AND e.subject <> 0 AND e.kind = 'login.password_set')`,
	} {
		if _, err := tx.Exec(back); err != nil {
			return err
		}
	}
	return nil
}
