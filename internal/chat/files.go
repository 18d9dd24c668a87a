package chat

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"

	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/store"
)

// AddFile records a file whose bytes are stored; until it is attached to a
// message only its person can see it.
func AddFile(tx *store.Tx, by org.Actor, name, kind string, size int64, sha256 []byte) (File, error) {
	name, err := org.CleanName(name)
	if err != nil {
		name = "file"
	}
	f := File{Name: name, Type: kind, Size: size, SHA256: sha256}
	content, _ := json.Marshal(map[string]any{"name": name, "type": kind, "size": size, "sha256": hex.EncodeToString(sha256)})
	h, err := tx.Enter(journal.Draft{Kind: KindFileAdded, Actor: by.Person, Device: by.Device, Body: content})
	if err != nil {
		return f, err
	}
	f.ID = h.Seq
	err = tx.Do(`INSERT INTO file (id, person, sha256, name, type, size) VALUES (?, ?, ?, ?, ?, ?)`, f.ID, by.Person, sha256, name, kind, size)
	return f, err
}

// VisibleFile gives a file that a person may open now: their own, or one that
// is attached to a message they may see.
func VisibleFile(tx *store.Tx, person, id int64) (File, error) {
	f := File{ID: id}
	var owner int64
	err := tx.Row(`SELECT person, sha256, name, type, size FROM file WHERE id = ?`, id).Scan(&owner, &f.SHA256, &f.Name, &f.Type, &f.Size)
	if errors.Is(err, sql.ErrNoRows) {
		return f, ErrNoFile
	}
	if err != nil {
		return f, err
	}
	if owner == person && org.May(tx, person, org.PeopleRead) == nil {
		return f, nil
	}
	seen, err := tx.Ints(`SELECT m.id FROM attachment a
		JOIN message m ON m.id = a.message AND m.deleted = 0
		JOIN member b ON b.conversation = m.conversation AND b.person = ? AND b.first_n <= m.n
		JOIN person p ON p.id = b.person AND p.active = 1
		WHERE a.file = ? LIMIT 1`, person, id)
	if err == nil && len(seen) == 0 {
		err = ErrNoFile
	}
	return f, err
}

// mayAttach decides whether a person may send a file: whoever may open it may
// pass it on.
func mayAttach(tx *store.Tx, person, id int64) (File, error) { return VisibleFile(tx, person, id) }

func attach(tx *store.Tx, message int64, files []int64) error {
	for place, f := range files {
		if err := tx.Do(`INSERT INTO attachment (message, place, file) VALUES (?, ?, ?)`, message, place, f); err != nil {
			return err
		}
	}
	return nil
}

func attached(tx *store.Tx, message int64) ([]File, error) {
	rows, err := tx.Query(`SELECT f.id, f.name, f.type, f.size, f.sha256 FROM attachment a JOIN file f ON f.id = a.file WHERE a.message = ? ORDER BY a.place`, message)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []File
	for rows.Next() {
		var f File
		if err := rows.Scan(&f.ID, &f.Name, &f.Type, &f.Size, &f.SHA256); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, rows.Err()
}
