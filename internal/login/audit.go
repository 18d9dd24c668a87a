package login

import (
	"fmt"

	"verbale/internal/store"
)

// Audit holds the devices against the entries that made and ended them: one
// that was revived, made or given to somebody else by hand is named.
func Audit(tx *store.Tx) (faults []string, err error) {
	odd, err := tx.Ints(`SELECT d.id FROM device d
		LEFT JOIN entry a ON a.seq = d.id AND a.kind = 'device.added' AND a.subject = d.person
		LEFT JOIN entry e ON e.subject = d.id AND e.subject <> 0 AND e.kind = 'device.ended'
		WHERE a.seq IS NULL OR d.ended <> COALESCE(e.time, 0) ORDER BY d.id`)
	for _, id := range odd {
		faults = append(faults, fmt.Sprintf("device %d was changed by hand: the register has it otherwise", id))
	}
	return faults, err
}
