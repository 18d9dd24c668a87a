package store_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"verbale/internal/problem"
	"verbale/internal/store"
	"verbale/internal/store/storetest"
)

// copied writes rows as PostgreSQL copies them.
func copied(rows ...[]any) []byte {
	out := []byte("PGCOPY\n\377\r\n\000\000\000\000\000\000\000\000\000")
	for _, row := range rows {
		out = binary.BigEndian.AppendUint16(out, uint16(len(row)))
		for _, value := range row {
			switch v := value.(type) {
			case nil:
				out = append(out, 255, 255, 255, 255)
			case int64:
				out = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(out, 8), uint64(v))
			case string:
				out = append(binary.BigEndian.AppendUint32(out, uint32(len(v))), v...)
			case []byte:
				out = append(binary.BigEndian.AppendUint32(out, uint32(len(v))), v...)
			}
		}
	}
	return append(out, 255, 255)
}

func FuzzCopiedRowsAreReadOrRefused(f *testing.F) {
	rows := [][]any{{int64(-1), "caffè", []byte{0, 1}}, {int64(1) << 62, "", []byte{}}, {nil, nil, nil}}
	whole := copied(rows...)
	f.Add(whole)
	for cut := range whole {
		f.Add(whole[:cut])
	}
	f.Add(append(bytes.Clone(whole), 0))
	f.Add(copied([]any{int64(1), "too few"}))
	f.Fuzz(func(t *testing.T, from []byte) {
		var read [][]any
		err := store.ReadCopy(bytes.NewReader(from), func(row []any) { read = append(read, row) })
		if err != nil {
			if !errors.Is(err, store.ErrStrange) {
				t.Errorf("refused as %v", err)
			}
			return
		}
		if again := copied(read...); !bytes.Equal(again, from) {
			t.Errorf("%x was read as %x", from, again)
		}
		if bytes.Equal(from, whole) && !reflect.DeepEqual(read, rows) {
			t.Errorf("read %v", read)
		}
	})
}

func TestBackupsAtATimeDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	s := withFourConnections(t)
	tenant := newTenant(t, s, "acme")
	write(t, tenant, say("one"))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var backups errgroup.Group
	for range 4 {
		backups.Go(func() error {
			for range 10 {
				if err := tenant.Snapshot(ctx, func(string, int64) (io.Writer, error) { return io.Discard, nil }); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := backups.Wait(); err != nil {
		t.Error(err)
	}
}

func TestForgedRowsBecomeNoCompany(t *testing.T) {
	t.Parallel()
	all, _, _ := nodes(t, 1)
	tenant, made := newTenant(t, all[0], "acme"), t.TempDir()
	for _, text := range []string{"one", "two", "three"} {
		write(t, tenant, say(text))
	}
	storetest.PackInto(t, tenant, made)
	const description, entries = "rows/tables.json", "rows/entry.000001"
	edit := func(name, old, fresh string) func(dir string) error {
		return func(dir string) error {
			text, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil && !strings.Contains(string(text), old) {
				return errors.New("there is nothing to be forged")
			}
			return errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(strings.Replace(string(text), old, fresh, 1)), 0o600))
		}
	}
	for name, c := range map[string]struct {
		forge func(dir string) error
		code  string
	}{
		"nothing":                     {func(string) error { return nil }, ""},
		"no description":              {func(dir string) error { return os.Remove(filepath.Join(dir, description)) }, "backup.strange"},
		"a description that is none":  {edit(description, "{", "["), "backup.strange"},
		"a schema that never was":     {edit(description, `"schema": 1`, `"schema": -1`), "backup.strange"},
		"a schema that is to come":    {edit(description, `"schema": 1`, `"schema": 100`), "store.schema_newer"},
		"a table that no company has": {edit(description, `"person"`, `"stranger"`), "backup.strange"},
		"a column that no table has":  {edit(description, `"sealed"`, `"sealed\", x"`), "backup.strange"},
		"a table whose rows are gone": {func(dir string) error { return os.Remove(filepath.Join(dir, entries)) }, "backup.strange"},
		"rows that are cut off":       {func(dir string) error { return os.Truncate(filepath.Join(dir, entries), 100) }, "backup.strange"},
		"rows with something behind": {func(dir string) error {
			return os.WriteFile(filepath.Join(dir, "rows/entry.000002"), []byte("x"), 0o600)
		}, "backup.strange"},
		"a row without what it must have": {func(dir string) error {
			row := []any{int64(9), int64(1), nil, int64(0), int64(0), int64(0), int64(0), []byte{1}, nil}
			return os.WriteFile(filepath.Join(dir, entries), copied(row), 0o600)
		}, "backup.strange"},
		"a database file beside": {func(dir string) error { return os.WriteFile(filepath.Join(dir, "verbale.db"), nil, 0o600) }, "backup.strange"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := errors.Join(os.CopyFS(dir, os.DirFS(made)), c.forge(dir)); err != nil {
				t.Fatal(err)
			}
			err := store.Unpack(t.Context(), dir, "acme")
			p := problem.Of(err)
			switch {
			case c.code == "" && err != nil:
				t.Errorf("an honest snapshot: %v", err)
			case c.code != "" && (p == nil || p.Code != c.code):
				t.Errorf("told as %v", err)
			}
		})
	}
}
