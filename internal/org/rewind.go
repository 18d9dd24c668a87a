package org

import "verbale/internal/store"

// Rewind takes the people back to what the register says of them, which was
// cut after so many entries.
func Rewind(tx *store.Tx, entries int64) error {
	if _, err := tx.Exec(`DELETE FROM person WHERE id > ?`, entries); err != nil {
		return err
	}
	people, erased, err := replay(tx)
	if err != nil {
		return err
	}
	for id, p := range people {
		if erased[id] {
			continue // the register has no more to say of them
		}
		if _, err := tx.Exec(`UPDATE person SET name = ?, role = ?, language = ?, active = ? WHERE id = ?`, p.Name, p.Role, p.Language, asInt(p.Active), id); err != nil {
			return err
		}
	}
	return nil
}
