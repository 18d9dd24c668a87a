package main

import (
	"context"
	"os"
	"path/filepath"
	"time"
)

// backupsFolder holds, for each company, when its last good backup was begun.
// It is no part of the company, so that a backup does not tell of the one
// before.
const backupsFolder = "backups"

type doneBackup struct {
	Company string    `json:"company"`
	Began   time.Time `json:"began"`
}

// backupDone remembers a backup whose file is whole and durable, for those who
// watch. Until then there is nothing to rely on.
func (h *house) backupDone(ctx context.Context, b doneBackup) (struct{}, error) {
	tenant, err := h.company(ctx, b.Company)
	if err != nil {
		return struct{}{}, err
	}
	folder := filepath.Join(h.server.Dir(), backupsFolder)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return struct{}{}, noRoom(err)
	}
	// Written aside and renamed: a crash leaves the old time or the new one.
	file := filepath.Join(folder, tenant.Name())
	if err := os.WriteFile(file+".new", []byte(b.Began.UTC().Format(time.RFC3339)+"\n"), 0o600); err != nil {
		return struct{}{}, noRoom(err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		return struct{}{}, noRoom(err)
	}
	return struct{}{}, nil
}

// lastBackup is when the last good backup of a company was begun; zero if
// there is none.
func (h *house) lastBackup(company string) time.Time {
	text, err := os.ReadFile(filepath.Join(h.server.Dir(), backupsFolder, company))
	if err != nil {
		return time.Time{}
	}
	at, err := time.Parse(time.RFC3339+"\n", string(text))
	if err != nil {
		return time.Time{}
	}
	return at
}
