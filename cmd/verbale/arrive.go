package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/login"
	"verbale/internal/org"
	"verbale/internal/problem"
	"verbale/internal/seal"
	"verbale/internal/store"
)

// restore puts a company in place only after its whole register, read from
// the restored copy, has been found to be as it was entered. In a shared
// database it is audited once more, from the rows as they have arrived, before
// anybody can reach them.
func (h *house) restore(ctx context.Context, r restoreRequest, in io.Reader, out io.Writer) (err error) {
	if r.Hold {
		defer func() {
			if err != nil {
				err = errors.Join(err, json.NewEncoder(out).Encode(restored{Refused: true}))
			}
		}()
	}
	archive := tar.NewReader(in)
	m, err := readManifest(archive)
	if err != nil {
		return err
	}
	if err := h.free(m.Company, r.Hold); err != nil {
		return err
	}
	work, err := os.MkdirTemp(h.server.Dir(), workPrefix)
	if err != nil {
		return noRoom(err)
	}
	defer os.RemoveAll(work)
	staged, found, err := stage(ctx, archive, m, work)
	if err != nil {
		return err
	}
	if err := h.claimKeys(ctx, r, m, staged, work); err != nil {
		return err
	}
	audit, err := provenAt(ctx, m, staged, work, h.server.Root(), r.Moment, h.bucket)
	if err != nil {
		return err
	}
	made := restored{Company: m.Company, Entries: audit.Entries, Files: found.beside, Root: audit.Root, Hosts: []string{}}
	// When this returns it is done to the end, whether or not the asker waits.
	settle := func() error {
		if !r.Hold {
			return nil
		}
		return errors.Join(json.NewEncoder(out).Encode(made), goAhead(archive))
	}
	if h.server.Shared() {
		err = h.takeRows(ctx, m, staged, audit, settle)
	} else {
		err = h.takePlace(ctx, m, staged, settle)
	}
	if err != nil {
		return err
	}
	for _, host := range m.Hosts {
		if h.server.ByHost(host) == m.Company { // else another company here has claimed it
			made.Hosts = append(made.Hosts, host)
		}
	}
	return json.NewEncoder(out).Encode(made)
}

// workPrefix begins the names of directories in which a restore works. What a
// crash leaves of them is swept at the next start.
const workPrefix = ".work-"

func sweepWork(data string) error {
	left, err := filepath.Glob(filepath.Join(data, workPrefix+"*"))
	for _, dir := range left {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

// free refuses a name that is taken here. The directory of a company may be
// there without its being known: an operator put it aside, or a move was killed
// in the moment before its end. It is not overwritten either; a move that is
// repeated sets it apart.
func (h *house) free(company string, set bool) error {
	if !filepath.IsLocal(company) {
		return store.ErrBadName
	}
	taken := problem.Newf(problem.Conflict, "company.exists", "There is a company %s already; nothing was overwritten. Move its directory away first, or restore into another data directory.", company)
	known := slices.Contains(h.server.Tenants(), company)
	final := filepath.Join(h.server.Dir(), "tenants", company)
	_, err := os.Lstat(final)
	switch {
	case h.server.Shared() && !known, err != nil && !h.server.Shared(): // lost, it is put back
		return nil
	case known || !set:
		return taken
	}
	return moveIn(final, filepath.Join(h.server.Dir(), "left-"+company+"-"+time.Now().UTC().Format("20060102T150405Z")))
}

// stage writes an archive's company into a work directory, as a server has it.
func stage(ctx context.Context, archive *tar.Reader, m manifest, work string) (staged string, found end, err error) {
	if !filepath.IsLocal(m.Company) {
		return "", found, store.ErrBadName
	}
	staged = filepath.Join(work, "tenants", m.Company)
	if err := os.MkdirAll(staged, 0o700); err != nil {
		return "", found, noRoom(err)
	}
	into, err := os.OpenRoot(staged)
	if err != nil {
		return "", found, err
	}
	defer into.Close()
	if found, err = extract(ctx, archive, into); err != nil {
		return staged, found, err
	}
	return staged, found, store.Unpack(ctx, staged, m.Company)
}

// takePlace gives the staged directory its place, and then makes it known.
func (h *house) takePlace(ctx context.Context, m manifest, staged string, settle func() error) error {
	if err := settle(); err != nil {
		return err
	}
	if err := moveIn(staged, filepath.Join(h.server.Dir(), "tenants", m.Company)); err != nil {
		return err
	}
	_, err := h.server.Adopt(context.WithoutCancel(ctx), m.Company, m.Hosts...)
	return err
}

// takeRows gives the staged files their place and the staged database's rows
// to the shared one.
func (h *house) takeRows(ctx context.Context, m manifest, staged string, audit store.Audit, settle func() error) error {
	if err := mergeFiles(staged, filepath.Join(h.server.Dir(), "tenants", m.Company)); err != nil {
		return err
	}
	return h.server.Import(ctx, m.Company, staged, m.Hosts, func(tx *store.Tx) error {
		arrived, err := tx.Audit(ctx) // what is made of the register was audited before, and arrived row by row
		if err != nil {
			return err
		}
		if len(arrived.Faults) > 0 || arrived.Root != audit.Root || arrived.Entries != audit.Entries {
			return problem.New(problem.Unavailable, "backup.arrived_changed", "What arrived in the database is not what was sent; nothing was restored.")
		}
		return settle()
	})
}

// mergeFiles moves files to where files of the same company may be already:
// those of one name are the same.
func mergeFiles(staged, final string) error {
	from := filepath.Join(staged, filesName)
	err := filepath.WalkDir(from, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(staged, name)
		if err != nil {
			return err
		}
		to := filepath.Join(final, relative)
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return noRoom(err)
		}
		return moveIn(name, to)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
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

// provenAt is proven, of the company as it was at a moment: what is taken back
// is proven before and after.
func provenAt(ctx context.Context, m manifest, staged, work string, root *seal.Root, to store.Moment, bucket *blob.Bucket) (store.Audit, error) {
	if to == (store.Moment{}) {
		return proven(ctx, m, work, bucket)
	}
	audit, err := proven(ctx, m, work, nil)
	if err != nil {
		return audit, err
	}
	if m.Entries, err = store.Rewind(ctx, staged, m.Company, root, to, org.Rewind, login.Rewind, chat.Rewind, importer.Rewind); err != nil {
		return audit, err
	}
	return proven(ctx, m, work, bucket)
}

// proven opens the staged copy and audits it: the register from its first
// entry, what people see against it, the key that signs it, and that every
// file opens. Files that are to be in a bucket are then taken there; should the
// restore end before its end, the sweep finds them there, or the next restore
// does.
func proven(ctx context.Context, m manifest, work string, bucket *blob.Bucket) (audit store.Audit, err error) {
	staging, err := store.OpenServer(ctx, work, store.Options{})
	if err != nil {
		return audit, err
	}
	defer func() { err = errors.Join(err, staging.Close()) }()
	tenant, err := staging.Adopt(ctx, m.Company)
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
	if err == nil && bucket != nil {
		err = moveFiles(ctx, files, bucket, tenant)
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
