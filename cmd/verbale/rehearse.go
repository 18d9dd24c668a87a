package main

import (
	"archive/tar"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"verbale/internal/seal"
	"verbale/internal/store"
)

// rehearsed is what a backup was found to hold.
type rehearsed struct {
	Company       string    `json:"company"`
	Made          time.Time `json:"made"`
	Entries       int64     `json:"entries"`
	Messages      int64     `json:"messages"`
	People        int64     `json:"people"`
	Conversations int64     `json:"conversations"`
	Files         int       `json:"files"`
	Bytes         int64     `json:"bytes"`
	Root          string    `json:"root"`
}

func (r rehearsed) print(t terminal, asJSON bool) error {
	if asJSON {
		return printJSON(t, r)
	}
	t.printf("GOOD: the backup of %s, made %s, restores: %d entries, every one as it was entered (root %s);\n"+
		"%d messages in %d conversations, %d people, %d files, %d bytes in all. Nothing was kept of it.\n",
		r.Company, r.Made.Format(time.RFC3339), r.Entries, r.Root, r.Messages, r.Conversations, r.People, r.Files, r.Bytes)
	return nil
}

// rehearse restores a backup in a place of its own, looks at all of it, and
// removes it. It needs the root key and no server.
func (c *restoreCommand) rehearse(ctx context.Context, in io.Reader, to store.Moment) (found rehearsed, err error) {
	work, err := os.MkdirTemp("", "verbale-verify-*")
	if err != nil {
		return found, noRoom(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	key := c.RootKey
	if key == "" {
		key = filepath.Join(c.Data, "root.key")
	}
	text, err := os.ReadFile(key)
	switch {
	case errors.Is(err, os.ErrNotExist) && c.RootKey == "": // it may be in the environment
	case err != nil:
		return found, usage("The root key %s cannot be read: %v.", key, pathReason(err))
	default:
		if err := os.WriteFile(filepath.Join(work, "root.key"), text, 0o600); err != nil {
			return found, noRoom(err)
		}
	}
	archive := tar.NewReader(in)
	m, err := readManifest(archive)
	if err != nil {
		return found, err
	}
	staged, all, err := stage(ctx, archive, m, work)
	if err != nil {
		return found, err
	}
	root, err := seal.LoadRoot(filepath.Join(work, "root.key"))
	if err != nil {
		return found, err
	}
	audit, err := provenAt(ctx, m, staged, work, root, to, nil)
	if err != nil {
		return found, err
	}
	found = rehearsed{Company: m.Company, Made: m.Made, Entries: audit.Entries, Files: all.beside, Bytes: all.Bytes, Root: audit.Root}
	return found, found.count(ctx, m, work)
}

// count counts what the views show.
func (r *rehearsed) count(ctx context.Context, m manifest, work string) (err error) {
	s, err := store.OpenServer(ctx, work, store.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	tenant, err := s.Tenant(ctx, m.Company)
	if err != nil {
		return err
	}
	return tenant.Read(ctx, func(tx *store.Tx) error {
		return tx.Row(`SELECT (SELECT COUNT(*) FROM message), (SELECT COUNT(*) FROM conversation), (SELECT COUNT(*) FROM person)`).
			Scan(&r.Messages, &r.Conversations, &r.People)
	})
}
