package seal_test

import (
	"errors"
	"path/filepath"
	"testing"

	"verbale/internal/seal"
)

func TestARewrappedKeysetOpensUnderTheNewRootOnlyAndIsTheSame(t *testing.T) {
	t.Parallel()
	roots := make([]*seal.Root, 2)
	for i := range roots {
		path := filepath.Join(t.TempDir(), "root.key")
		if _, err := seal.LoadRoot(path); err != nil {
			t.Fatal(err)
		}
		var err error
		if roots[i], err = seal.ReadRoot(path); err != nil {
			t.Fatal(err)
		}
	}
	keys, wrapped, err := roots[0].NewKeyset("acme")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := keys.Seal(7, []byte("kept"))
	if err != nil {
		t.Fatal(err)
	}
	moved, err := roots[0].Rewrap("acme", wrapped, roots[1])
	if err != nil {
		t.Fatal(err)
	}
	there, err := roots[1].OpenKeyset("acme", moved)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := there.Open(7, sealed); err != nil || string(text) != "kept" {
		t.Errorf("a body sealed before does not open after: %v", err)
	}
	if there.VerifierKey() != keys.VerifierKey() || there.Token("word") != keys.Token("word") {
		t.Error("the keys are not the same as before")
	}
	if _, err := roots[0].OpenKeyset("acme", moved); !errors.Is(err, seal.ErrWrongRoot) {
		t.Errorf("the old root still opens it: %v", err)
	}
	if _, err := roots[1].Rewrap("acme", wrapped, roots[0]); !errors.Is(err, seal.ErrWrongRoot) {
		t.Errorf("a root rewraps what is not its own: %v", err)
	}
	if _, err := roots[0].Rewrap("beta", wrapped, roots[1]); !errors.Is(err, seal.ErrDamaged) {
		t.Errorf("a keyset is rewrapped for another company: %v", err)
	}
}
