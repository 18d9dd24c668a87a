package seal

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

func newKeyset(t testing.TB, root *Root, tenant string) *Keyset {
	t.Helper()
	k, _, err := root.NewKeyset(tenant)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func oneKeyset(t testing.TB) *Keyset {
	return newKeyset(t, newRootAt(t, filepath.Join(t.TempDir(), "root.key")), "acme")
}

func TestBodyOpensOnlyWhereItWasSealed(t *testing.T) {
	t.Parallel()
	root := newRootAt(t, filepath.Join(t.TempDir(), "root.key"))
	acme, globex := newKeyset(t, root, "acme"), newKeyset(t, root, "globex")
	for _, body := range [][]byte{nil, []byte(`{"text":"ciao"}`), bytes.Repeat([]byte("x"), 60_000)} {
		sealed, err := acme.Seal(7, body)
		if err != nil {
			t.Fatal(err)
		}
		if len(body) > 0 && bytes.Contains(sealed, body[:8]) {
			t.Error("readable")
		}
		if got, err := acme.Open(7, sealed); err != nil || !bytes.Equal(got, body) {
			t.Errorf("not the same body: %v", err)
		}
		if _, err := acme.Open(8, sealed); !errors.Is(err, ErrBody) {
			t.Errorf("opened under another number: %v", err)
		}
		if _, err := globex.Open(7, sealed); !errors.Is(err, ErrBody) {
			t.Errorf("opened by another company: %v", err)
		}
		for _, i := range []int{0, 5, len(sealed) / 2, len(sealed) - 1} {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1
			if _, err := acme.Open(7, bad); !errors.Is(err, ErrBody) {
				t.Errorf("byte %d changed: %v", i, err)
			}
		}
		twice, _ := acme.Seal(7, body)
		if bytes.Equal(twice, sealed) {
			t.Error("equal bodies are seen to be equal")
		}
	}
}

func TestTokensCannotBeComparedBetweenCompaniesOrPurposes(t *testing.T) {
	t.Parallel()
	root := newRootAt(t, filepath.Join(t.TempDir(), "root.key"))
	acme, globex := newKeyset(t, root, "acme"), newKeyset(t, root, "globex")
	first, again := acme.Token("pane"), acme.Token("pane")
	if first != again || first == acme.Token("pani") {
		t.Error("a token must be one word's")
	}
	if acme.Token("pane") == globex.Token("pane") {
		t.Error("two companies share a token")
	}
	if acme.Hash("ab", []byte("c")) == acme.Hash("a", []byte("bc")) {
		t.Error("two purposes collide")
	}
}

func TestSignerSignsForTheCompany(t *testing.T) {
	t.Parallel()
	k := oneKeyset(t)
	signed, err := note.Sign(&note.Note{Text: "verbale/acme\n1\n"}, k.Signer())
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(k.VerifierKey())
	if err != nil || verifier.Name() != "verbale/acme" {
		t.Fatalf("%v", err)
	}
	if _, err := note.Open(signed, note.VerifierList(verifier)); err != nil {
		t.Error(err)
	}
	signed[14] ^= 1
	if _, err := note.Open(signed, note.VerifierList(verifier)); err == nil {
		t.Error("a changed note verifies")
	}
}

func FuzzOpen(f *testing.F) {
	k := oneKeyset(f)
	sealed, err := k.Seal(7, []byte(`{"text":"ciao"}`))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(int64(7), sealed[:len(sealed)-1])
	f.Add(int64(8), sealed)
	f.Add(int64(0), []byte{})
	f.Add(int64(-1), []byte{1})
	f.Fuzz(func(t *testing.T, seq int64, b []byte) {
		if plain, err := k.Open(seq, b); err == nil && (seq != 7 || !bytes.Equal(b, sealed)) {
			t.Fatalf("opened something that was never sealed: %d bytes", len(plain))
		}
		if r, err := k.DecryptAt(bytes.NewReader(b), int64(len(b)), nil); err == nil {
			t.Fatalf("opened a file that was never sealed: %d bytes", r.Size())
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	k := oneKeyset(b)
	body := bytes.Repeat([]byte("x"), 200)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Seal(7, body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	k := oneKeyset(b)
	sealed, _ := k.Seal(7, bytes.Repeat([]byte("x"), 200))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Open(7, sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkToken(b *testing.B) {
	k := oneKeyset(b)
	b.ReportAllocs()
	for b.Loop() {
		k.Token("messaggio")
	}
}

func BenchmarkOpenKeyset(b *testing.B) {
	root := newRootAt(b, filepath.Join(b.TempDir(), "root.key"))
	_, wrapped, _ := root.NewKeyset("acme")
	for b.Loop() {
		if _, err := root.OpenKeyset("acme", wrapped); err != nil {
			b.Fatal(err)
		}
	}
}
