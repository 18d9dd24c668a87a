package seal

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"verbale/internal/problem"
)

// newRootAt makes or loads the root in a directory of the test's own.
func newRootAt(t testing.TB, path string) *Root {
	t.Helper()
	r, err := LoadRoot(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRootIsMadeOnceAndOnlyItsOwnerReadsIt(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "root.key")
	first := newRootAt(t, path)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if again := newRootAt(t, path); again.id != first.id {
		t.Error("the second start uses another root")
	}
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".root-*"))
	if len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFirstStartsAtOnceAgreeOnOneRoot(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "root.key")
	var roots [8]*Root
	var all sync.WaitGroup
	for i := range roots {
		all.Go(func() { roots[i], _ = LoadRoot(path) })
	}
	all.Wait()
	for _, r := range roots {
		if r == nil || r.id != roots[0].id {
			t.Fatal("two starts have two roots")
		}
	}
}

func TestRootIsRefused(t *testing.T) {
	t.Parallel()
	good := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32))
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		code string
	}{
		"readable by the group": {good, 0o640, "seal.root_exposed"},
		"readable by everybody": {good, 0o604, "seal.root_exposed"},
		"empty":                 {"", 0o600, "seal.root_invalid"},
		"cut short":             {good[:20], 0o600, "seal.root_invalid"},
		"too long":              {good + good, 0o600, "seal.root_invalid"},
		"no base64":             {strings.Repeat("?", 44), 0o600, "seal.root_invalid"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "root.key")
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := LoadRoot(path)
			if p := problem.Of(err); p == nil || p.Code != c.code {
				t.Fatalf("got %v, want %s", err, c.code)
			}
			if after, _ := os.ReadFile(path); string(after) != c.text {
				t.Error("the refused file was changed")
			}
		})
	}
}

func TestRootFromTheEnvironmentWritesNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	t.Setenv(RootVariable, base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 32)))
	newRootAt(t, path)
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Error("a file was made all the same")
	}
	t.Setenv(RootVariable, "bm90IGEga2V5")
	if _, err := LoadRoot(path); problem.Of(err) == nil || problem.Of(err).Code != "seal.root_invalid" {
		t.Errorf("a short key was taken: %v", err)
	}
}

func TestKeysetOpensOnlyForItsCompanyAndRoot(t *testing.T) {
	t.Parallel()
	root, other := newRootAt(t, filepath.Join(t.TempDir(), "a")), newRootAt(t, filepath.Join(t.TempDir(), "b"))
	k, wrapped, err := root.NewKeyset("acme")
	if err != nil {
		t.Fatal(err)
	}
	again, err := root.OpenKeyset("acme", wrapped)
	if err != nil || again.VerifierKey() != k.VerifierKey() || again.Token("ciao") != k.Token("ciao") {
		t.Fatalf("not the same keys: %v", err)
	}
	if _, err := other.OpenKeyset("acme", wrapped); !errors.Is(err, ErrWrongRoot) {
		t.Errorf("wrong root: %v", err)
	}
	if _, err := root.OpenKeyset("globex", wrapped); !errors.Is(err, ErrDamaged) {
		t.Errorf("another company's keys: %v", err)
	}
	for i := range wrapped {
		bad := bytes.Clone(wrapped)
		bad[i] ^= 1
		if k, err := root.OpenKeyset("acme", bad); err == nil && k.VerifierKey() != again.VerifierKey() {
			t.Fatalf("byte %d changed: other keys, no error", i)
		} else if err != nil && problem.Of(err) == nil {
			t.Fatalf("byte %d changed: not a problem: %v", i, err)
		}
	}
	if _, err := root.OpenKeyset("acme", wrapped[:len(wrapped)/2]); !errors.Is(err, ErrDamaged) {
		t.Errorf("half of it: %v", err)
	}
}
