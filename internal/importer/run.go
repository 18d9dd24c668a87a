package importer

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer/whatsapp"
	"verbale/internal/journal"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// batchSize is how many messages are one command: large enough that the commit
// costs little, small enough that a colleague's message does not wait for long.
const batchSize = 500

// Mapping is what a person says before a run.
type Mapping struct {
	Timezone     string             `json:"timezone"`
	DateOrder    whatsapp.DateOrder `json:"date_order,omitempty"` // empty: as the analysis found
	Title        string             `json:"title"`                // empty: as the file's name says
	Names        []Name             `json:"names"`
	Members      []int64            `json:"members"`
	Conversation int64              `json:"conversation,omitempty"` // an existing one
}

// Name says who a name of the file is: a colleague, a contact, or nobody here.
type Name struct {
	Name    string `json:"name"`
	Person  int64  `json:"person,omitempty"`
	Contact string `json:"contact,omitempty"`
}

// check refuses a mapping that does not fit the file.
func (m *Mapping) check(tx *store.Tx, a *whatsapp.Analysis) error {
	if _, err := m.zone(); err != nil {
		return err
	}
	switch m.DateOrder {
	case "", whatsapp.DMY, whatsapp.MDY, whatsapp.YMD:
	default:
		return ErrOrder
	}
	writes := map[string]bool{}
	for _, p := range a.People {
		writes[p.Name] = true
	}
	for _, n := range m.Names {
		if !writes[n.Name] {
			return ErrName
		}
		writes[n.Name] = false // a second time it is refused
		if n.Person == 0 {
			continue
		}
		if _, err := org.ReadPerson(tx, n.Person); err != nil {
			return ErrPerson
		}
	}
	return nil
}

func (m *Mapping) zone() (*time.Location, error) {
	if m.Timezone == "" || m.Timezone == "Local" {
		return nil, ErrTimezone
	}
	zone, err := time.LoadLocation(m.Timezone)
	if err != nil {
		return nil, ErrTimezone
	}
	return zone, nil
}

// Start says how an import is to be written and makes its conversation;
// Continue then writes it. Starting what runs or is done changes nothing.
func (i *Importer) Start(ctx context.Context, by org.Actor, id int64, m Mapping) (out Import, err error) {
	if m.DateOrder != "" {
		if err := i.readable(ctx, by, id, m.DateOrder); err != nil {
			return Import{}, err
		}
	}
	err = i.tenant.Write(ctx, func(tx *store.Tx) error {
		if out, err = mine(tx, by, id); err != nil {
			return err
		}
		switch {
		case out.raw == Running || out.raw == Done:
			return nil
		case out.raw != Analysed && (out.raw != Failed || out.line > 0):
			return ErrState
		}
		if err := m.check(tx, &out.Analysis); err != nil {
			return err
		}
		sum, err := blob.ParseSum(out.SHA256)
		if err != nil {
			return err
		}
		twins, err := tx.Ints(`SELECT id FROM import WHERE sha256 = ? AND id <> ? AND state IN ('running', 'done', 'undoing')`, sum[:], id)
		if err == nil && len(twins) > 0 {
			err = ErrAlready
		}
		if err != nil {
			return err
		}
		return out.start(tx, by, m)
	})
	return out, err
}

func (m *Import) start(tx *store.Tx, by org.Actor, how Mapping) (err error) {
	conversation := how.Conversation
	if made, err := m.made(tx); err != nil {
		return err
	} else if made && conversation == 0 {
		conversation = m.Conversation // by a run that failed before it wrote
	}
	if conversation != 0 {
		_, err = org.MayIn(tx, by.Person, conversation, org.MessagePost)
	} else {
		if how.Title == "" {
			how.Title = cmp.Or(whatsapp.TitleOf(m.Name), m.Name)
		}
		conversation, err = chat.CreateForImport(tx, by, how.Title, how.Members)
	}
	if err != nil {
		return err
	}
	content, err := json.Marshal(how)
	if err != nil {
		return err
	}
	h, err := tx.Enter(journal.Draft{Kind: KindStarted, Actor: by.Person, Device: by.Device, Subject: m.ID, Body: content})
	if err != nil {
		return err
	}
	m.State, m.raw, m.run, m.by, m.Conversation, m.Problem = Running, Running, h.Seq, by, conversation, ""
	err = tx.Do(`UPDATE import SET state = ?, run = ?, device = ?, conversation = ?, problem = '' WHERE id = ?`,
		Running, m.run, by.Device, conversation, m.ID)
	return err
}

// made tells whether an earlier start made the import's conversation, for it
// alone.
func (m *Import) made(tx *store.Tx) (bool, error) {
	if m.Conversation == 0 {
		return false, nil
	}
	content, err := tx.Body(m.run)
	if errors.Is(err, store.ErrErased) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var how Mapping
	err = json.Unmarshal(content, &how)
	return how.Conversation == 0, err
}

// readable refuses a date order in which the file has no dates.
func (i *Importer) readable(ctx context.Context, by org.Actor, id int64, o whatsapp.DateOrder) error {
	m, err := i.Get(ctx, by, id)
	if err != nil || o == m.Analysis.DateOrder {
		return err
	}
	src, err := i.evidence(ctx, &m)
	if err != nil {
		return err
	}
	defer src.Close()
	a, err := src.AnalyzeAs(ctx, o)
	if err == nil && a.Messages != m.Analysis.Messages {
		err = problem.New(problem.Invalid, "import.date_order", "The dates in this file cannot all be read in that order.")
	}
	return err
}

func (i *Importer) evidence(ctx context.Context, m *Import) (*source, error) {
	sum, err := blob.ParseSum(m.SHA256)
	if err != nil {
		return nil, err
	}
	return i.open(ctx, m.Name, sum)
}

// Resume goes on with all that was running or being undone when the server
// stopped. One that cannot go on does not hold up the others.
func (i *Importer) Resume(ctx context.Context) error {
	var ids []int64
	err := i.tenant.Read(ctx, func(tx *store.Tx) (err error) {
		ids, err = tx.Ints(`SELECT id FROM import WHERE state IN ('running', 'undoing') ORDER BY id`)
		return err
	})
	for _, id := range ids {
		err = errors.Join(err, i.Continue(ctx, id))
	}
	return err
}

// Continue writes what is left of a started import, or of its undoing, and
// returns when that is done. What fails for good is marked so; what may succeed
// another time is left as it is, and the error returned.
func (i *Importer) Continue(ctx context.Context, id int64) error {
	var m Import
	err := i.tenant.Read(ctx, func(tx *store.Tx) (err error) {
		m, err = load(tx, id)
		return err
	})
	switch {
	case err != nil:
		return err
	case m.raw == undoing:
		return i.takeBack(ctx, &m)
	case m.raw != Running:
		return nil
	}
	lease, wait, err := i.tenant.Lease(ctx, fmt.Sprintf("import %d", id))
	if err != nil || wait > 0 {
		return err // another node goes on with it
	}
	err = i.write(ctx, &m, lease)
	if errors.Is(err, errOvertaken) || errors.Is(err, store.ErrNotHolder) {
		return nil // somebody else goes on with it, or has undone it
	}
	if p := problem.Of(err); p != nil && p.Kind != problem.Unavailable && ctx.Err() == nil {
		return errors.Join(err, i.fail(ctx, &m, p.Code))
	}
	return err
}

func (i *Importer) fail(ctx context.Context, m *Import, code string) error {
	content, _ := json.Marshal(map[string]string{"problem": code})
	return i.tenant.Write(ctx, func(tx *store.Tx) error {
		if n, err := tx.Exec(`UPDATE import SET state = ?, problem = ? WHERE id = ? AND state = ?`, Failed, code, m.ID, Running); err != nil || n == 0 {
			return err
		}
		_, err := tx.Enter(journal.Draft{Kind: KindFailed, Actor: m.by.Person, Device: m.by.Device, Subject: m.ID, Body: content})
		return err
	})
}

// errOvertaken ends a run whose import is not where it left it.
var errOvertaken = errors.New("importer: the import was moved on by another run")

// run is the writing of one import.
type run struct {
	i      *Importer
	m      *Import
	lease  store.Lease
	how    Mapping
	src    *source
	people map[string]int64
	clock  clock
	batch  []pending
}

func (i *Importer) write(ctx context.Context, m *Import, lease store.Lease) error {
	r := run{i: i, m: m, lease: lease, people: map[string]int64{}}
	if err := r.prepareRun(ctx); err != nil {
		return err
	}
	defer r.src.Close()
	order := r.how.DateOrder
	if order == "" {
		order = m.Analysis.DateOrder
	}
	for msg, err := range r.src.Messages(ctx, order) {
		switch {
		case err != nil:
			return err
		case msg.Kind == whatsapp.KindSystem:
			continue
		case msg.Line <= m.line: // written before the run was cut
			r.clock.at(msg.Time)
			continue
		}
		p, err := r.prepare(ctx, &msg)
		if err != nil {
			return err
		}
		if r.batch = append(r.batch, p); len(r.batch) == batchSize {
			if err := r.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := r.flush(ctx); err != nil {
		return err
	}
	return r.finish(ctx)
}

func (r *run) prepareRun(ctx context.Context) error {
	var content []byte
	err := r.i.tenant.Read(ctx, func(tx *store.Tx) (err error) {
		content, err = tx.Body(r.m.run)
		return err
	})
	if err != nil {
		return err
	}
	if err := json.Unmarshal(content, &r.how); err != nil {
		return err
	}
	if r.clock.zone, err = r.how.zone(); err != nil {
		return err
	}
	for _, n := range r.how.Names {
		r.people[n.Name] = n.Person
	}
	r.src, err = r.i.evidence(ctx, r.m)
	return err
}

// flush writes the batch and how far it got, as one command.
func (r *run) flush(ctx context.Context) error {
	if len(r.batch) == 0 {
		return nil
	}
	last := r.batch[len(r.batch)-1].draft.Line
	err := r.i.tenant.Write(ctx, func(tx *store.Tx) error {
		if err := r.lease.Hold(tx); err != nil {
			return err
		}
		n, err := tx.Exec(`UPDATE import SET line = ?, done = done + ? WHERE id = ? AND state = ? AND line = ?`,
			last, len(r.batch), r.m.ID, Running, r.m.line)
		if err == nil && n == 0 {
			err = errOvertaken
		}
		if err != nil {
			return err
		}
		var drafts []chat.ImportedDraft
		for _, p := range r.batch {
			for _, f := range p.media {
				added, err := chat.AddFile(tx, r.m.by, f.name, f.kind, f.size, f.sum[:])
				if err != nil {
					return err
				}
				p.draft.Files = append(p.draft.Files, added.ID)
			}
			for i, text := range p.parts {
				d := p.draft
				if d.Text = text; i > 0 {
					d.Files = nil
				}
				drafts = append(drafts, d)
			}
		}
		return chat.PostImported(tx, r.m.by, r.m.ID, r.m.Conversation, drafts)
	})
	if err != nil {
		return err
	}
	if err := r.sure(ctx); err != nil {
		return err
	}
	r.m.line = last
	r.m.Done += int64(len(r.batch))
	r.batch = r.batch[:0]
	return nil
}

func (r *run) finish(ctx context.Context) error {
	return r.i.tenant.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.Exec(`UPDATE import SET state = ? WHERE id = ? AND state = ? AND line = ?`, Done, r.m.ID, Running, r.m.line)
		if err == nil && n == 0 {
			err = errOvertaken
		}
		if err != nil {
			return err
		}
		return chat.EnterImport(tx, r.m.by, chat.KindImportDone, r.m.ID, r.m.Conversation, notice{r.m.Done, r.m.Name})
	})
}

// notice is what a conversation shows of an import.
type notice struct {
	Count int64  `json:"count"`
	Name  string `json:"name"`
}
