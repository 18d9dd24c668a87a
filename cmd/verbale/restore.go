package main

import (
	"archive/tar"
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"filippo.io/age"
	"filippo.io/age/armor"

	"verbale/internal/blob"
	"verbale/internal/problem"
	"verbale/internal/seal"
	"verbale/internal/store"
)

type restoreCommand struct {
	place
	File           string `arg:"" help:"The backup; - reads from the standard input."`
	Identity       string `placeholder:"FILE" help:"The age identity file that opens an encrypted backup."`
	PassphraseFile string `placeholder:"FILE" help:"A file with the passphrase of an encrypted backup (or VERBALE_BACKUP_PASSPHRASE)."`
	RootKey        string `placeholder:"FILE" help:"The root key of the server that made the backup, if it was another one: the company's keys are wrapped anew with this server's."`
	JSON           bool   `help:"Print as JSON."`
}

type restoreRequest struct {
	OldRoot string // the text of the other server's root key, or empty
}

type restored struct {
	Company string   `json:"company"`
	Entries int64    `json:"entries"`
	Files   int      `json:"files"`
	Hosts   []string `json:"hosts"`
	Root    string   `json:"root"`
}

func (c *restoreCommand) Run(ctx context.Context, t terminal) error {
	file, err := openInput(t, c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := c.decrypted(file)
	if err != nil {
		return err
	}
	var request restoreRequest
	if c.RootKey != "" {
		text, err := os.ReadFile(c.RootKey)
		if err != nil {
			return usage("--root-key cannot be read: %v.", pathReason(err))
		}
		request.OldRoot = string(text)
	}
	made, err := askWith[restored](ctx, c.place, "restore", request, plain)
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, made)
	}
	t.printf("Restored %s: %d entries, every one as it was entered (root %s), and %d files.\n", made.Company, made.Entries, made.Root, made.Files)
	return nil
}

// decrypted opens an encrypted backup, and gives a plain one as it is.
func (c *restoreCommand) decrypted(file io.Reader) (io.Reader, error) {
	in := bufio.NewReaderSize(file, 1<<16)
	begin, _ := in.Peek(len(armor.Header))
	armored := string(begin) == armor.Header
	if !armored && (len(begin) < 22 || string(begin[:22]) != "age-encryption.org/v1\n") {
		return in, nil
	}
	var identities []age.Identity
	if c.Identity != "" {
		keys, err := os.Open(c.Identity)
		if err != nil {
			return nil, usage("--identity cannot be read: %v.", pathReason(err))
		}
		defer keys.Close()
		if identities, err = age.ParseIdentities(keys); err != nil {
			return nil, usage("--identity is no age identity file.")
		}
	}
	phrase, err := passphrase(c.PassphraseFile)
	if err != nil {
		return nil, err
	}
	if phrase != "" {
		identity, err := age.NewScryptIdentity(phrase)
		if err != nil {
			return nil, err
		}
		identities = append(identities, identity)
	}
	if len(identities) == 0 {
		return nil, usage("This backup is encrypted: give --identity FILE or --passphrase-file FILE.")
	}
	var source io.Reader = in
	if armored {
		source = armor.NewReader(in)
	}
	plain, err := age.Decrypt(source, identities...)
	if err != nil {
		return nil, problem.New(problem.Invalid, "backup.locked", "This backup does not open with that key or passphrase.")
	}
	return plain, nil
}

// restore puts a company in place only after its whole register, read from
// the restored copy, has been found to be as it was entered.
func (h *house) restore(ctx context.Context, r restoreRequest, in io.Reader, out io.Writer) (err error) {
	archive := tar.NewReader(in)
	m, err := readManifest(archive)
	if err != nil {
		return err
	}
	// The directory of a company may be there without its being known: what a
	// crash left, or an operator put aside. It is not overwritten either.
	final := filepath.Join(h.server.Dir(), "tenants", m.Company)
	if !filepath.IsLocal(m.Company) {
		return store.ErrBadName
	}
	if _, err := os.Lstat(final); err == nil {
		return problem.Newf(problem.Conflict, "company.exists", "There is a company %s already; nothing was overwritten. Move its directory away first, or restore into another data directory.", m.Company)
	}
	work, err := os.MkdirTemp(h.server.Dir(), workPrefix)
	if err != nil {
		return noRoom(err)
	}
	defer os.RemoveAll(work)
	staged := filepath.Join(work, "tenants", m.Company)
	if err := os.MkdirAll(staged, 0o700); err != nil {
		return noRoom(err)
	}
	into, err := os.OpenRoot(staged)
	if err != nil {
		return err
	}
	defer into.Close()
	found, err := extract(ctx, archive, into)
	if err != nil {
		return err
	}
	if err := h.claimKeys(ctx, r, m, staged, work); err != nil {
		return err
	}
	audit, err := h.proven(ctx, m, work)
	if err != nil {
		return err
	}
	// From here on it is done to the end, whether or not the asker waits for it.
	ctx = context.WithoutCancel(ctx)
	if err := moveIn(staged, final); err != nil {
		return err
	}
	made := restored{Company: m.Company, Entries: audit.Entries, Files: found.Files - 1, Root: audit.Root, Hosts: []string{}}
	if _, err := h.server.Adopt(ctx, m.Company, ""); err != nil {
		return err
	}
	for _, host := range m.Hosts {
		if h.server.ByHost(host) != "" {
			continue // claimed by another company here
		}
		if _, err := h.server.Adopt(ctx, m.Company, host); err != nil {
			return err
		}
		made.Hosts = append(made.Hosts, host)
	}
	return json.NewEncoder(out).Encode(made)
}

// claimKeys makes the staged company open under this server's root key, of
// which the staging directory gets a copy.
func (h *house) claimKeys(ctx context.Context, r restoreRequest, m manifest, staged, work string) error {
	own := filepath.Join(h.server.Dir(), "root.key")
	if text, err := os.ReadFile(own); err == nil {
		if err := os.WriteFile(filepath.Join(work, "root.key"), text, 0o600); err != nil {
			return noRoom(err)
		}
	}
	if r.OldRoot == "" {
		return nil
	}
	old := filepath.Join(work, "old-root.key")
	if err := os.WriteFile(old, []byte(r.OldRoot), 0o600); err != nil {
		return noRoom(err)
	}
	from, err := seal.ReadRoot(old)
	if err != nil {
		return problem.New(problem.Invalid, "backup.bad_root", "The file given with --root-key is no root key.")
	}
	err = store.Rewrap(ctx, staged, m.Company, from, h.server.Root())
	if errors.Is(err, seal.ErrWrongRoot) {
		return problem.New(problem.Invalid, "backup.other_root", "The root key given with --root-key is not the one of the server that made this backup.")
	}
	return err
}

// proven opens the staged copy and audits it: the register from its first
// entry, what people see against it, the key that signs it, and that every
// file opens. Files that are to be in the bucket are then taken there; should
// the restore end before its end, the sweep finds them there, or the next
// restore does.
func (h *house) proven(ctx context.Context, m manifest, work string) (audit store.Audit, err error) {
	staging, err := store.OpenServer(ctx, work, store.Options{})
	if err != nil {
		return audit, err
	}
	defer func() { err = errors.Join(err, staging.Close()) }()
	tenant, err := staging.Adopt(ctx, m.Company, "")
	if errors.Is(err, seal.ErrWrongRoot) {
		return audit, problem.New(problem.Invalid, "backup.other_root", "This backup was made by a server with another root key. Give that key's file with --root-key; nothing was restored.")
	}
	if err != nil {
		return audit, err
	}
	if audit, err = auditAll(ctx, tenant); err != nil {
		return audit, err
	}
	if len(audit.Faults) > 0 {
		return audit, problem.Newf(problem.Invalid, "backup.not_clean", "This backup was changed by hand; nothing was restored. %s", audit.Faults[0])
	}
	if faults, err := tenant.Check(ctx); err != nil || len(faults) > 0 {
		return audit, errors.Join(err, problem.New(problem.Invalid, "backup.not_clean", "The database in this backup is damaged, or has something in it that is not the program's; nothing was restored."))
	}
	if audit.Entries < m.Entries || tenant.Keys().VerifierKey() != m.Key {
		return audit, problem.New(problem.Invalid, "backup.not_clean", "The register in this backup is not the one that its manifest names; nothing was restored.")
	}
	files, err := openFiles(nil, tenant)
	if err != nil {
		return audit, err
	}
	defer files.Close()
	err = files.Walk(ctx, func(item blob.Item) error {
		if item.Damaged {
			return problem.New(problem.Invalid, "backup.not_clean", "A file in this backup is damaged; nothing was restored.")
		}
		return nil
	})
	if err == nil && h.bucket != nil {
		err = moveFiles(ctx, files, h.bucket, tenant)
	}
	return audit, err
}

// moveIn gives the staged directory its place, durably.
func moveIn(staged, final string) error {
	if err := os.Rename(staged, final); err != nil {
		return noRoom(err)
	}
	parent, err := os.Open(filepath.Dir(final))
	if err != nil {
		return err
	}
	defer parent.Close()
	return parent.Sync()
}
