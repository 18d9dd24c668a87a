package login

import (
	"encoding/json"
	"fmt"

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
	return append(faults, links...), err
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
		JOIN entry e ON e.seq = l.id OR e.subject = l.id AND e.subject <> 0 AND e.kind = 'invite.revoked'
		WHERE l.revoked = 0 ORDER BY e.seq`)
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
			erased := e.Body == nil
			good[e.Seq] = (e.Kind == KindInviteMade && o.Kind == Invite || e.Kind == KindLinkMade && o.Kind == Link) &&
				e.Actor == o.By && e.Subject == o.Person &&
				(erased || json.Unmarshal(e.Body, &b) == nil && b == linkBody{o.Role, o.Uses, o.Expires})
		}
	}
	for id := range open {
		if !good[id] {
			faults = append(faults, fmt.Sprintf("link %d was made, revived or changed by hand", id))
		}
	}
	return faults, nil
}
