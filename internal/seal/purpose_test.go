package seal

import (
	"errors"
	"path/filepath"
	"testing"
)

func TestSealedForOnePurposeOpensForNoOther(t *testing.T) {
	t.Parallel()
	root := newRootAt(t, filepath.Join(t.TempDir(), "root.key"))
	acme, globex := newKeyset(t, root, "acme"), newKeyset(t, root, "globex")
	sealed, err := acme.SealFor("ceremony", []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := acme.OpenFor("ceremony", sealed); err != nil || string(got) != "x" {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := acme.OpenFor("cursor", sealed); !errors.Is(err, ErrPurpose) {
		t.Errorf("another purpose: %v", err)
	}
	if _, err := globex.OpenFor("ceremony", sealed); !errors.Is(err, ErrPurpose) {
		t.Errorf("another company: %v", err)
	}
	if _, err := acme.Open(0, sealed); !errors.Is(err, ErrBody) {
		t.Errorf("as a body: %v", err)
	}
	if _, err := acme.OpenFor("ceremony", nil); !errors.Is(err, ErrPurpose) {
		t.Errorf("nothing: %v", err)
	}
}
