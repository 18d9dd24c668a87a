package store

import (
	"errors"
	"fmt"
	"strings"

	"verbale/internal/journal"
	"verbale/internal/problem"
	"verbale/internal/seal"
)

// Tx is what a command or a read sees of the company's database. It must not
// be kept after the function it was given to has returned.
type Tx struct {
	conn    conn
	keys    *seal.Keyset
	dialect Dialect
	w       *batch // nil in a read
	now     int64
	again   bool // of a command that is done again after a power cut

	entered int  // entries made by this command
	changed bool // rows of record changed by this command
}

// ErrErased is returned for the body of an entry that was erased.
var ErrErased = errors.New("store: the entry's body was erased")

// ErrDamaged is returned for a body that cannot be opened: it was changed on
// the disk or by hand, or the key is another. The audit names it; everything
// else goes on without it.
var ErrDamaged = problem.New(problem.Gone, "entry.damaged", "This entry is damaged on the server and cannot be read. Whoever keeps the server can run verbale audit and restore a backup.")

var (
	errReadOnly = errors.New("store: a read cannot write")
	errAgain    = errors.New("store: a follower's write cannot enter anything: it is committed without waiting for the disk")
)

// Now is the command's one time, in microseconds since 1970 UTC. It never runs
// backwards within a company, whatever the clock does.
func (tx *Tx) Now() int64 { return tx.now }

// Exec changes rows of record. The command fails unless it also enters what
// happened.
func (tx *Tx) Exec(query string, args ...any) (int64, error) {
	if tx.w == nil {
		return 0, errReadOnly
	}
	n, err := tx.conn.exec(query, args...)
	if n > 0 {
		tx.changed = true
	}
	return n, err
}

// Do changes rows of record like Exec, for who need not know how many: the
// statement may go out together with later ones.
func (tx *Tx) Do(query string, args ...any) error {
	if tx.w == nil {
		return errReadOnly
	}
	tx.changed = true
	return tx.conn.later(query, args...)
}

// Note changes rows of a table that is not of record (see unrecorded.go).
func (tx *Tx) Note(query string, args ...any) (int64, error) {
	if err := tx.mayNote(query); err != nil {
		return 0, err
	}
	return tx.conn.exec(query, args...)
}

// NoteRow is Note for a statement that returns a row of what it changed.
func (tx *Tx) NoteRow(query string, args ...any) Row {
	if err := tx.mayNote(query); err != nil {
		return Row{err: err}
	}
	return tx.Row(query, args...)
}

// DoNote is to Note what Do is to Exec.
func (tx *Tx) DoNote(query string, args ...any) error {
	if err := tx.mayNote(query); err != nil {
		return err
	}
	return tx.conn.later(query, args...)
}

func (tx *Tx) mayNote(query string) error {
	if tx.w == nil {
		return errReadOnly
	}
	if table := changedTable(query); !unrecorded[table] {
		return fmt.Errorf("store: table %q is of record; use Exec and Enter", table)
	}
	return nil
}

// Query reads rows; the caller closes them. A walk through very many is made
// in pages, since an engine may bring them into memory at once.
func (tx *Tx) Query(query string, args ...any) (Rows, error) {
	return tx.conn.query(query, args...)
}

// Row reads one row. Its Scan gives sql.ErrNoRows when there is none.
func (tx *Tx) Row(query string, args ...any) Row {
	rows, err := tx.conn.query(query, args...)
	return Row{rows, err}
}

// Each asks one question for many sets of values, and hands f every row of the
// answers with the number of its set.
func (tx *Tx) Each(query string, sets [][]any, f func(i int, rows Rows) error) error {
	return tx.conn.each(query, sets, f)
}

// Row is the answer to Tx.Row.
type Row struct {
	rows Rows
	err  error
}

// Scan copies the row's columns, or gives sql.ErrNoRows.
func (r Row) Scan(dest ...any) error { return one(r.rows, r.err, dest...) }

// Ints reads the one integer column of a query.
func (tx *Tx) Ints(query string, args ...any) ([]int64, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []int64
	for rows.Next() {
		var v int64
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, classify(rows.Err())
}

// Size is how many entries the register has, as this transaction sees it.
func (tx *Tx) Size() (size int64, err error) {
	if tx.w != nil {
		return tx.w.frontier.Size, nil
	}
	err = tx.Row(`SELECT size FROM head WHERE id = 1`).Scan(&size)
	return size, err
}

// Enter makes the next entry of the register.
func (tx *Tx) Enter(d journal.Draft) (journal.Header, error) {
	if tx.w == nil {
		return journal.Header{}, errReadOnly
	}
	if tx.again {
		return journal.Header{}, errAgain
	}
	if !journal.ValidKind(d.Kind) {
		return journal.Header{}, fmt.Errorf("store: %q is no entry kind", d.Kind)
	}
	h := journal.Header{
		Seq: tx.w.frontier.Size + 1, Time: tx.now, Kind: d.Kind,
		Actor: d.Actor, Device: d.Device, Conversation: d.Conversation, Subject: d.Subject,
	}
	salt := journal.NewSalt()
	commitment := journal.Commit(salt, d.Body)
	leaf := journal.LeafHash(h, commitment)
	sealed, err := sealBody(tx.keys, h.Seq, salt, leaf, d.Body)
	if err != nil {
		return h, err
	}
	if err := tx.conn.later(`INSERT INTO entry (seq, time, kind, actor, device, conversation, subject, commitment, sealed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		h.Seq, h.Time, h.Kind, h.Actor, h.Device, h.Conversation, h.Subject, commitment[:], sealed); err != nil {
		return h, err
	}
	tx.w.frontier.Append(leaf)
	tx.entered++
	return h, nil
}

// Entry is an entry of the register with its body; Body is nil if it was erased
// or is damaged.
type Entry struct {
	journal.Header
	Body    []byte
	Damaged bool // the body cannot be opened
}

// Body opens the body of an entry.
func (tx *Tx) Body(seq int64) ([]byte, error) {
	var sealed []byte
	if err := tx.Row(`SELECT sealed FROM entry WHERE seq = ?`, seq).Scan(&sealed); err != nil {
		return nil, err
	}
	return tx.Open(seq, sealed)
}

// Open opens the sealed column of an entry that a query has joined.
func (tx *Tx) Open(seq int64, sealed []byte) ([]byte, error) {
	if sealed == nil {
		return nil, ErrErased
	}
	_, _, body, err := openBody(tx.keys, seq, sealed)
	return body, err
}

const entryColumns = `seq, time, kind, actor, device, conversation, subject`

// Entries gives up to limit entries after a number, oldest first, with bodies.
func (tx *Tx) Entries(after int64, limit int) ([]Entry, error) {
	rows, err := tx.Query(`SELECT `+entryColumns+`, sealed FROM entry WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit)
	if err != nil {
		return nil, err
	}
	return tx.scanEntries(rows)
}

func (tx *Tx) scanEntries(rows Rows) ([]Entry, error) {
	defer rows.Close()
	var out []Entry
	for rows.Next() {
		var e Entry
		var sealed []byte
		if err := rows.Scan(&e.Seq, &e.Time, &e.Kind, &e.Actor, &e.Device, &e.Conversation, &e.Subject, &sealed); err != nil {
			return nil, err
		}
		body, err := tx.Open(e.Seq, sealed)
		e.Damaged = errors.Is(err, ErrDamaged)
		if err != nil && !e.Damaged && !errors.Is(err, ErrErased) {
			return nil, err
		}
		e.Body = body
		out = append(out, e)
	}
	return out, classify(rows.Err())
}

// QueryEntries runs a query whose columns are EntryColumns and opens the
// bodies.
func (tx *Tx) QueryEntries(query string, args ...any) ([]Entry, error) {
	rows, err := tx.Query(query, args...)
	if err != nil {
		return nil, err
	}
	return tx.scanEntries(rows)
}

// EntryColumns are the columns, of a table or alias e, that QueryEntries reads.
const EntryColumns = `e.seq, e.time, e.kind, e.actor, e.device, e.conversation, e.subject, e.sealed`

// The sealed part of an entry is salt, leaf hash and body. The leaf hash ties
// header and body together inside the encryption, so that a header changed by
// hand is found even before a checkpoint covers it.
func sealBody(keys *seal.Keyset, seq int64, salt journal.Salt, leaf journal.Hash, body []byte) ([]byte, error) {
	plain := make([]byte, 0, len(salt)+len(leaf)+len(body))
	plain = append(plain, salt[:]...)
	plain = append(plain, leaf[:]...)
	plain = append(plain, body...)
	return keys.Seal(seq, plain)
}

func openBody(keys *seal.Keyset, seq int64, sealed []byte) (salt journal.Salt, leaf journal.Hash, body []byte, err error) {
	plain, err := keys.Open(seq, sealed)
	if err != nil || len(plain) < len(salt)+len(leaf) {
		return salt, leaf, nil, fmt.Errorf("%w (entry %d)", ErrDamaged, seq)
	}
	copy(salt[:], plain)
	copy(leaf[:], plain[len(salt):])
	return salt, leaf, plain[len(salt)+len(leaf):], nil
}

// changedTable names the table that a statement changes.
func changedTable(query string) string {
	words := strings.Fields(query)
	for i, w := range words {
		switch strings.ToUpper(w) {
		case "INTO", "UPDATE", "FROM":
			if i+1 < len(words) {
				return strings.ToLower(strings.TrimSuffix(words[i+1], "("))
			}
		case "SELECT", "WITH":
			return ""
		}
	}
	return ""
}
