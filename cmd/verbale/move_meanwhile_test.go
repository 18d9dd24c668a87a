package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"testing"

	"verbale/internal/org"
	"verbale/internal/store"
)

var errNoWrite = errors.New("it would be written")

func TestWhatIsWrittenDuringAMoveWaitsAndWhatIsReadIsNot(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	h := opened(t, data)
	tenant, stop := busyCompany(t, h)
	stop()
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(h.move(t.Context(), moveRequest{To: place{Data: filepath.Join(t.TempDir(), "new")}, Keep: true}, nil, w))
	}()
	var line moving
	lines := json.NewDecoder(r)
	if err := lines.Decode(&line); err != nil { // it is read-only now; the mover waits for its next line to be read
		t.Fatal(err)
	}
	if err := tenant.Write(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrMoving) {
		t.Errorf("written during the move: %v", err)
	}
	if err := tenant.Read(t.Context(), func(tx *store.Tx) error { _, err := org.ReadCompany(tx); return err }); err != nil {
		t.Errorf("not read during the move: %v", err)
	}
	for line.Done == nil {
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
	}
	if line.Done.Root == "" || line.Done.Root != line.Done.Arrived.Root || line.Done.Entries != line.Done.Arrived.Entries {
		t.Errorf("%+v", line.Done)
	}
	if err := tenant.Write(t.Context(), func(*store.Tx) error { return nil }); !errors.Is(err, store.ErrMoving) {
		t.Errorf("what was kept can be written: %v", err)
	}
}

func TestWhoeverAsksForAMoveAndLeavesLeavesTheCompanyAsItWas(t *testing.T) {
	t.Parallel()
	h := opened(t, t.TempDir())
	tenant, stop := busyCompany(t, h)
	stop()
	ctx, cancel := context.WithCancel(t.Context())
	gone := writerFunc(func([]byte) (int, error) { cancel(); return 0, io.ErrClosedPipe })
	to := filepath.Join(t.TempDir(), "new")
	if err := h.move(ctx, moveRequest{To: place{Data: to}}, nil, gone); err == nil {
		t.Fatal("it went on")
	}
	if err := tenant.Write(t.Context(), func(*store.Tx) error { return errNoWrite }); !errors.Is(err, errNoWrite) {
		t.Errorf("it stayed frozen: %v", err)
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
