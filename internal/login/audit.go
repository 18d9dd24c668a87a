package login

import (
	"encoding/json"
	"fmt"
	"slices"

	"verbale/internal/store"
)

// Audit holds devices, passwords, passkeys and open links against the entries
// that made and ended them: a way in that was made, revived or given to
// somebody else by hand is named.
func Audit(tx *store.Tx) (faults []string, err error) {
	for _, check := range []struct{ what, query string }{
		{"device %d was changed by hand: the register has it otherwise", `SELECT d.id FROM device d
			LEFT JOIN entry a ON a.seq = d.id AND a.kind = 'device.added' AND a.subject = d.person
			LEFT JOIN entry e ON e.subject = d.id AND e.subject <> 0 AND e.kind = 'device.ended'
			WHERE a.seq IS NULL OR d.ended <> COALESCE(e.time, 0) ORDER BY d.id`},
		{"the password of person %d was set by hand: no entry says so", `SELECT w.person FROM password w
			WHERE w.made <> COALESCE((SELECT MAX(e.time) FROM entry e WHERE e.subject = w.person AND e.subject <> 0 AND e.kind = 'login.password_set'), 0) ORDER BY w.person`},
		{"passkey %d was added, revived or given away by hand", `SELECT k.id FROM passkey k
			LEFT JOIN entry a ON a.seq = k.id AND a.kind = 'passkey.added' AND a.subject = k.person
			LEFT JOIN entry e ON e.subject = k.id AND e.subject <> 0 AND e.kind = 'passkey.removed'
			WHERE a.seq IS NULL OR e.seq IS NOT NULL ORDER BY k.id`},
	} {
		odd, err := tx.Ints(check.query)
		if err != nil {
			return nil, err
		}
		for _, id := range odd {
			faults = append(faults, fmt.Sprintf(check.what, id))
		}
	}
	links, err := auditLinks(tx)
	if err != nil {
		return nil, err
	}
	secrets, err := auditSecrets(tx)
	return slices.Concat(faults, links, secrets), err
}

// auditSecrets compares what lets somebody in with the commitments to it.
// Entries from before there were commitments say nothing.
func auditSecrets(tx *store.Tx) (faults []string, err error) {
	for _, check := range []struct{ what, query string }{
		{"the secret of device %d was exchanged by hand", `SELECT d.id, d.secret, e.seq, e.sealed FROM device d
			JOIN entry e ON e.seq = d.id AND e.kind = 'device.added' WHERE d.ended = 0 ORDER BY d.id`},
		{"the secret of link %d was exchanged by hand", `SELECT l.id, l.secret, e.seq, e.sealed FROM link l
			JOIN entry e ON e.seq = l.id AND e.kind IN ('invite.made', 'link.made') WHERE l.revoked = 0 ORDER BY l.id`},
		{"the password of person %d was exchanged by hand", `SELECT w.person, w.hash, e.seq, e.sealed FROM password w
			JOIN entry e ON e.seq = (SELECT MAX(x.seq) FROM entry x WHERE x.subject = w.person AND x.subject <> 0 AND x.kind = 'login.password_set') ORDER BY w.person`},
	} {
		exchanged, err := exchangedSecrets(tx, check.query)
		if err != nil {
			return nil, err
		}
		for _, id := range exchanged {
			faults = append(faults, fmt.Sprintf(check.what, id))
		}
	}
	return faults, nil
}

func exchangedSecrets(tx *store.Tx, query string) (ids []int64, err error) {
	rows, err := tx.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id, seq int64
		var kept, sealed []byte
		if err := rows.Scan(&id, &kept, &seq, &sealed); err != nil {
			return nil, err
		}
		plain, err := tx.Open(seq, sealed)
		if err != nil {
			continue // erased, or the walk over the register names it
		}
		var b struct{ Secret string }
		if json.Unmarshal(plain, &b) == nil && b.Secret != "" && b.Secret != commitment(kept) {
			ids = append(ids, id)
		}
	}
	return ids, rows.Err()
}

// auditLinks looks at the links that still let somebody in.
func auditLinks(tx *store.Tx) (faults []string, err error) {
	rows, err := tx.Query(`SELECT `+openingColumns+` FROM link
		WHERE revoked = 0 AND expires > ? AND (uses = 0 OR used < uses) ORDER BY id`, tx.Now())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	open := map[int64]Opening{}
	for rows.Next() {
		o, err := scanOpening(rows)
		if err != nil {
			return nil, err
		}
		open[o.ID] = o
	}
	if err := rows.Err(); err != nil || len(open) == 0 {
		return nil, err
	}
	rows.Close()
	entries, err := tx.QueryEntries(`SELECT ` + store.EntryColumns + ` FROM link l
		JOIN entry e ON e.seq = l.id WHERE l.revoked = 0
		UNION ALL SELECT ` + store.EntryColumns + ` FROM link l
		JOIN entry e ON e.subject = l.id AND e.subject <> 0 AND e.kind = 'invite.revoked' WHERE l.revoked = 0 ORDER BY 1`)
	if err != nil {
		return nil, err
	}
	good := map[int64]bool{}
	for _, e := range entries {
		if e.Kind == KindInviteRevoked {
			good[e.Subject] = false
			continue
		}
		if o, is := open[e.Seq]; is {
			var b linkBody
			readable := json.Unmarshal(e.Body, &b) == nil
			b.Secret = "" // auditSecrets looks at that
			good[e.Seq] = (e.Kind == KindInviteMade && o.Kind == Invite || e.Kind == KindLinkMade && o.Kind == Link) &&
				e.Actor == o.By && e.Subject == o.Person &&
				(e.Body == nil || readable && b == linkBody{Role: o.Role, Uses: o.Uses, Expires: o.Expires})
		}
	}
	for id := range open {
		if !good[id] {
			faults = append(faults, fmt.Sprintf("link %d was made, revived or changed by hand", id))
		}
	}
	return faults, nil
}
