package main

import (
	"context"
	"time"

	"verbale/internal/blob"
	"verbale/internal/chat"
	"verbale/internal/importer"
	"verbale/internal/store"
)

type filesCommand struct {
	Sweep filesSweepCommand `cmd:"" help:"Remove files that nobody sent or needs any more; the server does it by itself every hour."`
}

type filesSweepCommand struct {
	place
	chosen
	DryRun bool `help:"Only say what would be removed."`
	JSON   bool `help:"Print as JSON."`
}

type sweepRequest struct {
	Company string
	Dry     bool
}

// sweptFiles is what a sweep of a company found and freed.
type sweptFiles struct {
	Company  string `json:"company"`
	Dry      bool   `json:"dry_run"`
	Released int    `json:"released"` // uploads that were never sent, imports that were never begun
	blob.Swept
}

func (c *filesSweepCommand) Run(ctx context.Context, t terminal) error {
	found, err := ask[sweptFiles](ctx, c.place, "files.sweep", sweepRequest{c.name(), c.DryRun})
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(t, found)
	}
	freed, released := "removed", "were let go"
	if c.DryRun {
		freed, released = "would be removed", "would be let go"
	}
	t.printf("%s: %d files are needed and stay; %d, of %.1f MiB, %s; %d are too young to be judged.\n", found.Company, found.Named, found.Freed, float64(found.FreedBytes)/(1<<20), freed, found.Young)
	if found.Released > 0 {
		t.printf("%d uploads and exports that nothing was done with for seven days %s.\n", found.Released, released)
	}
	if found.Broken > 0 {
		t.printf("%d uploads that broke off were cleared away.\n", found.Broken)
	}
	if found.Foreign > 0 {
		t.printf("%d files there are not the program's and were left alone.\n", found.Foreign)
	}
	return nil
}

func (h *house) sweep(ctx context.Context, r sweepRequest) (sweptFiles, error) {
	tenant, err := h.company(ctx, r.Company)
	if err != nil {
		return sweptFiles{}, err
	}
	return h.sweepFiles(ctx, tenant, time.Now(), r.Dry)
}

// named is whoever names contents. A hold on what was let go joins here.
var named = blob.Names{{Each: chat.EachSum, Has: chat.HasSum}, {Each: importer.EachSum, Has: importer.HasSum}}

// sweepFiles lets go of uploads and exports that nothing was done with, then
// removes contents that nobody names. One node does it at a time: another
// would do no harm, but the same work.
func (h *house) sweepFiles(ctx context.Context, tenant *store.Tenant, now time.Time, dry bool) (out sweptFiles, err error) {
	out.Company, out.Dry = tenant.Name(), dry
	for _, room := range []struct {
		idle    func(tx *store.Tx, before time.Time, after int64, limit int) ([]int64, error)
		release func(tx *store.Tx, id int64) error
	}{{chat.Unsent, chat.Release}, {importer.Idle, importer.Release}} {
		for after, more := int64(0), true; more; {
			var ids []int64
			err := tenant.Read(ctx, func(tx *store.Tx) (err error) {
				ids, err = room.idle(tx, now.Add(-chat.UnsentAge), after, 100)
				return err
			})
			if err != nil {
				return out, err
			}
			if more = len(ids) == 100; len(ids) == 0 {
				break
			}
			after = ids[len(ids)-1]
			out.Released += len(ids)
			if dry {
				continue
			}
			err = tenant.Write(ctx, func(tx *store.Tx) error {
				for _, id := range ids {
					if err := room.release(tx, id); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return out, err
			}
		}
	}
	files, err := h.blobs(tenant)
	if err != nil {
		return out, err
	}
	out.Swept, err = blob.Sweep(ctx, tenant, files, named, now.Add(-blob.SafeAge), dry)
	return out, err
}

// The times at which a company's files are swept while it is open.
const (
	firstSweep = 10 * time.Minute
	sweepEvery = time.Hour
)

// keepFiles sweeps a company's files until ctx ends.
func (h *house) keepFiles(ctx context.Context, tenant *store.Tenant) {
	for timer := time.NewTimer(firstSweep); ; timer.Reset(sweepEvery) {
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		_, wait, err := tenant.Lease(ctx, "files")
		if err == nil && wait > 0 {
			continue // another node sweeps
		}
		var swept sweptFiles
		if err == nil {
			swept, err = h.sweepFiles(ctx, tenant, time.Now(), false)
		}
		switch {
		case err != nil && ctx.Err() == nil:
			h.log.Error("files were not swept", "company", tenant.Name(), "error", err)
		case swept.Freed+swept.Released > 0:
			h.log.Info("files were swept", "company", tenant.Name(), "released", swept.Released, "freed", swept.Freed, "bytes", swept.FreedBytes)
		}
	}
}
