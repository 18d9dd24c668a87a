package importer

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"path"
	"strings"

	"verbale/internal/blob"
	"verbale/internal/importer/whatsapp"
	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// Entry kinds of this room; those of a finished import are of chat, which
// shows them in the conversation.
const (
	KindAnalysed = "import.analysed"
	KindStarted  = "import.started"
	KindUndoing  = "import.undoing"
	KindFailed   = "import.failed"
	KindReleased = "import.released"
)

// States of an import, as people see them.
const (
	Analysed = "analysed"
	Running  = "running"
	Done     = "done"
	Undone   = "undone"
	Failed   = "failed"

	undoing = "undoing" // people see it as running
)

// Problems of imports.
var (
	ErrNoImport = problem.New(problem.NotFound, "import.not_found", "There is no such import, or it is not yours.")
	ErrState    = problem.New(problem.Conflict, "import.wrong_state", "The import is not in a state that allows this.")
	ErrAlready  = problem.New(problem.Conflict, "import.already_imported", "This very file was imported before. Undo that import first.")
	ErrTimezone = problem.New(problem.Invalid, "import.timezone", "This time zone is not known. Use a name such as Europe/Rome.")
	ErrOrder    = problem.New(problem.Invalid, "import.date_order", "A date order is dmy, mdy or ymd.")
	ErrName     = problem.New(problem.Invalid, "import.name", "A name in the mapping does not write in this file, or is there twice.")
	ErrPerson   = problem.New(problem.Invalid, "import.person", "A name is mapped to a person who is not here.")
)

// Importer brings exports into one company.
type Importer struct {
	tenant *store.Tenant
	blobs  blob.Store
}

// New gives an importer for a company and its files.
func New(tenant *store.Tenant, blobs blob.Store) *Importer {
	return &Importer{tenant: tenant, blobs: blobs}
}

// Import is one file that somebody brought.
type Import struct {
	ID           int64
	Person       int64
	Name         string
	SHA256       string
	Size         int64
	State        string
	Analysis     whatsapp.Analysis
	Done         int64
	Total        int64
	Conversation int64
	Problem      string // the code of what made it fail

	raw  string // the state as stored
	run  int64
	by   org.Actor
	line int64
}

// analysedBody is what the entry of an import holds.
type analysedBody struct {
	Name     string            `json:"name"`
	SHA256   string            `json:"sha256"`
	Size     int64             `json:"size"`
	Analysis whatsapp.Analysis `json:"analysis"`
}

// Analyse keeps the file as evidence and tells what is in it. No message is
// written.
func (i *Importer) Analyse(ctx context.Context, by org.Actor, name string, r io.Reader) (Import, error) {
	if err := i.tenant.Read(ctx, func(tx *store.Tx) error { return org.May(tx, by.Person, org.ImportRun) }); err != nil {
		return Import{}, err
	}
	name = fileName(name)
	sum, size, err := i.blobs.Put(ctx, r)
	if err != nil {
		return Import{}, err
	}
	e, err := i.open(ctx, name, sum)
	if err != nil {
		return Import{}, err
	}
	defer e.Close()
	a, err := e.Analyze(ctx)
	if err != nil {
		return Import{}, err
	}
	out := Import{
		Person: by.Person, Name: name, SHA256: sum.String(), Size: size,
		State: Analysed, raw: Analysed, Analysis: a, Total: int64(a.Messages),
	}
	content, err := json.Marshal(analysedBody{Name: name, SHA256: out.SHA256, Size: size, Analysis: a})
	if err != nil {
		return Import{}, err
	}
	err = i.tenant.Write(ctx, func(tx *store.Tx) error {
		if err := org.May(tx, by.Person, org.ImportRun); err != nil {
			return err
		}
		h, err := tx.Enter(journal.Draft{Kind: KindAnalysed, Actor: by.Person, Device: by.Device, Body: content})
		if err != nil {
			return err
		}
		out.ID = h.Seq
		err = tx.Do(`INSERT INTO import (id, person, sha256, size, state, total) VALUES (?, ?, ?, ?, ?, ?)`,
			out.ID, by.Person, sum[:], size, Analysed, out.Total)
		return err
	})
	return out, err
}

// fileName keeps the plain name that a browser or a shell gave a file.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	if clean, err := org.CleanName(name); err == nil && clean != "." && clean != "/" {
		return clean
	}
	return "export"
}

// Get gives an import of one's own.
func (i *Importer) Get(ctx context.Context, by org.Actor, id int64) (out Import, err error) {
	err = i.tenant.Read(ctx, func(tx *store.Tx) error {
		out, err = mine(tx, by, id)
		return err
	})
	return out, err
}

// List gives one's own imports, latest first.
func (i *Importer) List(ctx context.Context, by org.Actor) (out []Import, err error) {
	err = i.tenant.Read(ctx, func(tx *store.Tx) error {
		if err := org.May(tx, by.Person, org.ImportRun); err != nil {
			return err
		}
		ids, err := tx.Ints(`SELECT id FROM import WHERE person = ? ORDER BY id DESC LIMIT 200`, by.Person)
		for _, id := range ids {
			m, err := load(tx, id)
			if err != nil {
				return err
			}
			out = append(out, m)
		}
		return err
	})
	return out, err
}

// mine reads an import that belongs to whoever asks; another's looks like none.
func mine(tx *store.Tx, by org.Actor, id int64) (Import, error) {
	if err := org.May(tx, by.Person, org.ImportRun); err != nil {
		return Import{}, err
	}
	m, err := load(tx, id)
	if err == nil && m.Person != by.Person {
		err = ErrNoImport
	}
	if err != nil {
		return Import{}, err
	}
	return m, nil
}

func load(tx *store.Tx, id int64) (Import, error) {
	m := Import{ID: id}
	var sum []byte
	err := tx.Row(`SELECT person, sha256, size, state, run, device, conversation, line, done, total, problem FROM import WHERE id = ?`, id).
		Scan(&m.Person, &sum, &m.Size, &m.raw, &m.run, &m.by.Device, &m.Conversation, &m.line, &m.Done, &m.Total, &m.Problem)
	if errors.Is(err, sql.ErrNoRows) {
		return m, ErrNoImport
	}
	if err != nil {
		return m, err
	}
	m.by.Person = m.Person
	m.SHA256 = hex.EncodeToString(sum)
	if m.State = m.raw; m.raw == undoing {
		m.State = Running
	}
	content, err := tx.Body(id)
	if errors.Is(err, store.ErrErased) {
		return m, nil
	}
	if err != nil {
		return m, err
	}
	var b analysedBody
	if err := json.Unmarshal(content, &b); err != nil {
		return m, err
	}
	m.Name, m.Analysis = b.Name, b.Analysis
	return m, nil
}
