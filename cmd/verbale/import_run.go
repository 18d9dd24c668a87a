package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"
	_ "time/tzdata" // an import needs its zone on a machine that has none

	"verbale/internal/importer"
	"verbale/internal/importer/whatsapp"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// bringFile asks for one export to be brought in; the file follows as a stream.
type bringFile struct {
	Company, File, Timezone, Order, Person, Title string
	Names, Members                                []string
}

// brought tells how far an import is; the last one of a stream has Finished.
type brought struct {
	File         string            `json:"file"`
	ID           int64             `json:"id"`
	State        string            `json:"state"`
	Conversation int64             `json:"conversation"`
	Done         int64             `json:"done"`
	Total        int64             `json:"total"`
	People       []importer.Name   `json:"people"`
	Analysis     whatsapp.Analysis `json:"analysis"`
	Finished     bool              `json:"finished"`
}

func (c *importWhatsappCommand) bringIn(ctx context.Context, t terminal) error {
	var out struct {
		Imports []brought `json:"imports"`
		Refused []refused `json:"refused,omitempty"`
	}
	out.Imports = []brought{}
	for _, name := range c.Files {
		done, err := c.bringOne(ctx, t, name)
		if p := problem.Of(err); p != nil {
			out.Refused = append(out.Refused, refused{filepath.Base(name), p.Code, p.Detail})
			fmt.Fprintf(t.err, "error: %s: %s (%s)\n", name, p.Detail, p.Code)
			continue
		}
		if err != nil {
			return err
		}
		out.Imports = append(out.Imports, done)
		if !c.JSON {
			t.printf("%s: %d messages are in conversation %d (import %d). Undo it in the browser, under Import.\n", done.File, done.Done, done.Conversation, done.ID)
		}
	}
	if c.JSON {
		if err := printJSON(t, out); err != nil {
			return err
		}
	}
	if len(out.Refused) > 0 {
		return errSaid
	}
	return nil
}

func (c *importWhatsappCommand) bringOne(ctx context.Context, t terminal, name string) (last brought, err error) {
	file, err := openInput(t, name)
	if err != nil {
		return last, err
	}
	defer file.Close()
	request := bringFile{
		Company: c.Company, File: filepath.Base(name), Timezone: c.Timezone, Order: c.Order,
		Person: c.Person, Title: c.Title, Names: c.Name, Members: c.Member,
	}
	reader, writer := io.Pipe()
	go func() { writer.CloseWithError(perform(ctx, c.place, "import", request, file, writer)) }()
	defer reader.Close()
	lines := bufio.NewScanner(reader)
	lines.Buffer(nil, 16<<20) // an analysis names everybody who wrote
	for lines.Scan() {
		if err := json.Unmarshal(lines.Bytes(), &last); err != nil {
			return last, err
		}
		if !c.JSON && isTerminal(t.err) && last.Total > 0 {
			fmt.Fprintf(t.err, "\r%s: %3d%%", last.File, 100*last.Done/last.Total)
		}
	}
	if !c.JSON && isTerminal(t.err) {
		fmt.Fprint(t.err, "\r")
	}
	if err := lines.Err(); err != nil {
		return last, err
	}
	if !last.Finished {
		return last, errors.New("the import was broken off; the same command goes on with it")
	}
	return last, nil
}

// importFile brings one export in, telling how far it is.
func (h *house) importFile(ctx context.Context, b bringFile, in io.Reader, out io.Writer) error {
	tenant, err := h.company(ctx, b.Company)
	if err != nil {
		return err
	}
	room, err := h.importer(tenant)
	if err != nil {
		return err
	}
	var by org.Actor
	if err := tenant.Read(ctx, func(tx *store.Tx) error { by, err = b.actor(tx); return err }); err != nil {
		return err
	}
	made, err := room.Analyse(ctx, by, b.File, in)
	if err != nil {
		return err
	}
	var mapping importer.Mapping
	if err := tenant.Read(ctx, func(tx *store.Tx) error { mapping, err = b.mapping(tx, made.Analysis); return err }); err != nil {
		return err
	}
	started, err := room.Start(ctx, by, made.ID, mapping)
	if errors.Is(err, importer.ErrAlready) {
		started, err = before(ctx, room, by, made.SHA256)
	}
	if err != nil {
		return err
	}
	made = started
	tell := func(i importer.Import, finished bool) error {
		return json.NewEncoder(out).Encode(brought{b.File, i.ID, i.State, i.Conversation, i.Done, i.Total, mapping.Names, i.Analysis, finished})
	}
	ended := make(chan error, 1)
	go func() { ended <- room.Continue(ctx, made.ID) }()
	for tick := time.NewTicker(300 * time.Millisecond); ; {
		select {
		case <-tick.C:
			if now, err := room.Get(ctx, by, made.ID); err == nil {
				_ = tell(now, false) // who no longer listens is told by ctx
			}
			continue
		case err = <-ended:
			tick.Stop()
		}
		break
	}
	if err != nil {
		return err
	}
	if made, err = room.Get(ctx, by, made.ID); err != nil {
		return err
	}
	if made.State == importer.Failed {
		return problem.Newf(problem.Invalid, made.Problem, "The import of %s failed (%s); nothing of it is to be seen.", b.File, made.Problem)
	}
	return tell(made, true)
}

// before finds the import of this very file that was started before: the same
// command again goes on with it, or does nothing.
func before(ctx context.Context, room *importer.Importer, by org.Actor, sha256 string) (importer.Import, error) {
	all, err := room.List(ctx, by)
	if err != nil {
		return importer.Import{}, err
	}
	for _, one := range all {
		if one.SHA256 == sha256 && (one.State == importer.Running || one.State == importer.Done) {
			return one, nil
		}
	}
	return importer.Import{}, importer.ErrAlready // somebody else's
}

// actor is who brings the file in.
func (b bringFile) actor(tx *store.Tx) (org.Actor, error) {
	if b.Person != "" {
		person, err := findPerson(tx, b.Person)
		return org.Actor{Person: person}, err
	}
	people, err := org.People(tx)
	if err != nil {
		return org.Actor{}, err
	}
	for _, p := range people {
		if p.Active && p.Role == org.Owner {
			return org.Actor{Person: p.ID}, nil
		}
	}
	return org.Actor{}, org.ErrNoPerson
}

// mapping decides which name of the file is whom: as was said, or a person
// whose name is spelt the same. All others are nobody here.
func (b bringFile) mapping(tx *store.Tx, a whatsapp.Analysis) (m importer.Mapping, err error) {
	m = importer.Mapping{Timezone: b.Timezone, DateOrder: whatsapp.DateOrder(b.Order), Title: b.Title, Names: []importer.Name{}, Members: []int64{}}
	if m.Title == "" {
		m.Title = a.Title
	}
	if m.Title == "" {
		m.Title = strings.TrimSuffix(b.File, filepath.Ext(b.File))
	}
	said := map[string]string{}
	for _, pair := range b.Names {
		name, person, ok := strings.Cut(pair, "=")
		if !ok {
			return m, usage("--name takes NAME=PERSON, as in \"Marco Work=Marco Rossi\".")
		}
		said[name] = person
	}
	for _, writer := range a.People {
		given, ok := said[writer.Name]
		delete(said, writer.Name)
		person, err := findPerson(tx, given)
		if !ok {
			// A name that is a number must not be taken for a person's number.
			if person, err = findPerson(tx, " "+writer.Name+" "); err != nil {
				continue
			}
		}
		if err != nil {
			return m, err
		}
		m.Names = append(m.Names, importer.Name{Name: writer.Name, Person: person})
		m.Members = append(m.Members, person)
	}
	for range said {
		return m, usage("--name names somebody who does not write in %s.", b.File)
	}
	for _, given := range b.Members {
		person, err := findPerson(tx, given)
		if err != nil {
			return m, err
		}
		m.Members = append(m.Members, person)
	}
	return m, nil
}
