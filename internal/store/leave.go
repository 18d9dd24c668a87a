package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// PutAside ends a company that is somewhere else now: it is served no more,
// its host names are free, and its database is put aside, not deleted. With
// files, they are put aside with it; else they stay for whom uses the same
// directory. It says where. It can be repeated after a crash at any moment.
func (s *Server) PutAside(ctx context.Context, name string, files bool) (where string, err error) {
	if err := s.engine.catalog().drop(ctx, name); err != nil {
		return "", err
	}
	s.mu.Lock()
	closed := s.let(name)
	s.mu.Unlock()
	<-closed
	if err := s.load(ctx); err != nil || s.Shared() {
		return "", err
	}
	there := s.tenantDir(name)
	where = filepath.Join(s.dir, fmt.Sprintf("moved-%s-%s", name, time.Now().UTC().Format("20060102T150405Z")))
	if files {
		err = os.Rename(there, where)
	} else {
		err = errors.Join(os.MkdirAll(where, 0o700), os.Rename(filepath.Join(there, databaseFile), filepath.Join(where, databaseFile)))
	}
	if errors.Is(err, os.ErrNotExist) {
		os.Remove(where) // it was put aside before
		return "", nil
	}
	if err != nil {
		return "", refuse("store.read_only", "The data directory cannot be written.", err)
	}
	return where, errors.Join(syncDir(there), syncDir(s.dir))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
