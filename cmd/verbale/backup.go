package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"verbale/internal/problem"
	"verbale/internal/store"
)

type backupCommand struct {
	place
	chosen
	To             string   `placeholder:"FILE" help:"Where to write; COMPANY-TIME.tar if not given, - is the standard output. A file that exists is not overwritten."`
	Recipient      []string `placeholder:"KEY" help:"Encrypt for this age public key (age1...)."`
	PassphraseFile string   `placeholder:"FILE" help:"Encrypt with the passphrase in this file (or in VERBALE_BACKUP_PASSPHRASE)."`
	JSON           bool     `help:"Print as JSON what was written."`
}

// passphraseVariable holds a passphrase where no file is wanted.
const passphraseVariable = "VERBALE_BACKUP_PASSPHRASE"

type backedUp struct {
	File      string `json:"file"`
	Bytes     int64  `json:"bytes"`
	Encrypted bool   `json:"encrypted"`
}

func (c *backupCommand) Run(ctx context.Context, t terminal) error {
	recipients, err := c.recipients()
	if err != nil {
		return err
	}
	name := c.name()
	if name == "" && c.To == "" {
		if name, err = onlyCompany(ctx, c.place); err != nil {
			return err
		}
	}
	began := time.Now()
	if c.To == "-" {
		if err := c.write(ctx, name, t.out, recipients); err != nil {
			return err
		}
		return c.note(ctx, name, began)
	}
	if c.To == "" {
		c.To = name + "-" + time.Now().UTC().Format("20060102T150405Z") + ".tar"
		if len(recipients) > 0 {
			c.To += ".age"
		}
	}
	if _, err := os.Lstat(c.To); err == nil {
		return problem.Newf(problem.Conflict, "backup.exists", "%s exists and is not overwritten. Choose another name with --to.", c.To)
	}
	size, err := c.writeFile(ctx, name, recipients)
	if err != nil {
		return err
	}
	if err := c.note(ctx, name, began); err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, backedUp{c.To, size, len(recipients) > 0})
	}
	t.printf("Written %s (%.1f MiB).\n", c.To, float64(size)/(1<<20))
	if len(recipients) == 0 {
		t.printf("It opens only together with the root key of this server (root.key in the data directory): keep a copy of that elsewhere.\n")
	}
	return nil
}

func (c *backupCommand) note(ctx context.Context, company string, made time.Time) error {
	_, err := ask[struct{}](ctx, c.place, "backup.kept", keptBackup{company, made})
	return err
}

// writeFile gives the file its name only when it is whole and durable.
func (c *backupCommand) writeFile(ctx context.Context, company string, recipients []age.Recipient) (size int64, err error) {
	file, err := os.CreateTemp(filepath.Dir(c.To), ".verbale-backup-*")
	if err != nil {
		return 0, problem.Newf(problem.Unavailable, "backup.unwritable", "%s cannot be written: %v.", c.To, pathReason(err))
	}
	defer os.Remove(file.Name())
	defer file.Close()
	to := newDurableFile(file)
	if err := errors.Join(c.write(ctx, company, to, recipients), to.sync()); err != nil {
		return 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	// Link and not rename: a file that came meanwhile is not overwritten either.
	if err := os.Link(file.Name(), c.To); err != nil {
		return 0, problem.Newf(problem.Unavailable, "backup.unwritable", "%s cannot be written: %v.", c.To, linkReason(err))
	}
	return info.Size(), nil
}

// durableFile has what is written brought to the disk while more of it comes.
// Left to the end, that would take as long again as all before it.
type durableFile struct {
	file  *os.File
	since int64      // bytes that nobody has asked to be brought there
	one   chan error // what the one before said, when nobody asks
}

const syncEvery = 32 << 20 // bytes

func newDurableFile(file *os.File) *durableFile {
	f := &durableFile{file: file, one: make(chan error, 1)}
	f.one <- nil
	return f
}

func (f *durableFile) Write(p []byte) (int, error) {
	n, err := f.file.Write(p)
	if f.since += int64(n); err != nil || f.since < syncEvery {
		return n, err
	}
	select {
	case before := <-f.one:
		f.since = 0
		go func() { f.one <- errors.Join(before, f.file.Sync()) }()
	default: // the disk is at it
	}
	return n, nil
}

// sync brings the rest to the disk. That something before did not come there
// is told here: the system may say so once only.
func (f *durableFile) sync() error {
	return errors.Join(<-f.one, f.file.Sync())
}

func (c *backupCommand) write(ctx context.Context, company string, to io.Writer, recipients []age.Recipient) error {
	if len(recipients) == 0 {
		return perform(ctx, c.place, "backup", onCompany{company}, nil, to)
	}
	encrypted, err := age.Encrypt(to, recipients...)
	if err != nil {
		return err
	}
	if err := perform(ctx, c.place, "backup", onCompany{company}, nil, encrypted); err != nil {
		return err
	}
	return encrypted.Close()
}

func (c *backupCommand) recipients() (found []age.Recipient, err error) {
	for _, key := range c.Recipient {
		recipient, err := age.ParseX25519Recipient(key)
		if err != nil {
			return nil, usage("--recipient is no age public key; `age-keygen` makes a pair.")
		}
		found = append(found, recipient)
	}
	phrase, err := passphrase(c.PassphraseFile)
	if err != nil || phrase == "" {
		return found, err
	}
	if len(found) > 0 {
		return nil, usage("Encrypt either for keys (--recipient) or with a passphrase, not both.")
	}
	recipient, err := age.NewScryptRecipient(phrase)
	return []age.Recipient{recipient}, err
}

func passphrase(file string) (string, error) {
	if file == "" {
		return os.Getenv(passphraseVariable), nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return "", usage("The passphrase file cannot be read: %v.", pathReason(err))
	}
	phrase := strings.TrimRight(string(text), "\r\n")
	if phrase == "" {
		return "", usage("The passphrase file is empty.")
	}
	return phrase, nil
}

func linkReason(err error) error {
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		return link.Err
	}
	return err
}

func onlyCompany(ctx context.Context, p place) (string, error) {
	all, err := ask[[]listedCompany](ctx, p, "company.list", struct{}{})
	if err != nil {
		return "", err
	}
	if len(all) != 1 {
		return "", problem.Newf(problem.Invalid, "company.which", "There are %d companies in this data directory; name one.", len(all))
	}
	return all[0].Name, nil
}

func (h *house) manifestOf(tenant *store.Tenant) manifest {
	m := manifest{
		Format: backupFormat, Version: version, Company: tenant.Name(), Hosts: []string{},
		Made: time.Now().UTC(), Entries: tenant.Head().Size, Key: tenant.Keys().VerifierKey(),
	}
	for _, host := range h.server.Hosts() {
		if h.server.ByHost(host) == tenant.Name() {
			m.Hosts = append(m.Hosts, host)
		}
	}
	return m
}

// keptBackup says that a backup is whole and has its name.
type keptBackup struct {
	Company string
	Made    time.Time
}

// noteBackup remembers it, for whoever watches the backups' age. A company on
// its way elsewhere takes no note.
func (h *house) noteBackup(ctx context.Context, k keptBackup) (struct{}, error) {
	tenant, err := h.company(ctx, k.Company)
	if err == nil {
		err = tenant.NoteBackup(ctx, k.Made)
	}
	if errors.Is(err, store.ErrMoving) {
		err = nil
	}
	return struct{}{}, err
}

// backup writes a company's archive while it goes on.
func (h *house) backup(ctx context.Context, b onCompany, _ io.Reader, out io.Writer) error {
	tenant, err := h.company(ctx, b.Company)
	if err != nil {
		return err
	}
	files, err := h.blobs(tenant)
	if err != nil {
		return err
	}
	w := newArchive(ctx, out)
	if err := w.company(h.manifestOf(tenant), tenant, files); err != nil {
		return err
	}
	return w.tar.Close()
}

func noRoom(err error) error {
	return fmt.Errorf("%w (%w)", problem.New(problem.Unavailable, "data.unwritable", "The data directory cannot be written. Look at its rights and at the room on the disk."), err)
}
