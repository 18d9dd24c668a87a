package login

import (
	"verbale/internal/org"
	"verbale/internal/store"
)

// SignedIn tells whether a device that was let in before may still be used:
// neither it nor its person's place in the company has ended since.
func SignedIn(tx *store.Tx, a org.Actor) (bool, error) {
	found, err := tx.Ints(`SELECT d.id FROM device d JOIN person p ON p.id = d.person AND p.active = 1
		WHERE d.id = ? AND d.person = ? AND d.ended = 0`, a.Device, a.Person)
	return len(found) == 1, err
}
