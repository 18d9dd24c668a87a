package journal_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"verbale/internal/journal"
)

// tiles keeps tiles in memory.
type tiles map[[2]int64][]byte

func (t tiles) ReadTile(level int, n int64) ([]byte, error) {
	data, ok := t[[2]int64{int64(level), n}]
	if !ok {
		return nil, errors.New("no such tile")
	}
	return data, nil
}

func (t tiles) keep(tile journal.Tile) error {
	t[[2]int64{int64(tile.Level), tile.N}] = bytes.Clone(tile.Data)
	return nil
}

func leaf(i int64) journal.Hash { return tlog.RecordHash(fmt.Append(nil, "leaf ", i)) }

// TestTreeGivesTheRootsAndProofsOfRFC6962 compares frontier, tiles, resumed
// edges and proofs with the reference tree of golang.org/x/mod.
func TestTreeGivesTheRootsAndProofsOfRFC6962(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := int64(rapid.IntRange(1, 1500).Draw(rt, "size"))
		cut := int64(rapid.IntRange(1, int(size)).Draw(rt, "cut"))
		at := int64(rapid.IntRange(1, int(size)).Draw(rt, "at"))

		var reference []journal.Hash
		read := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
			out := make([]tlog.Hash, len(indexes))
			for i, x := range indexes {
				out[i] = reference[x]
			}
			return out, nil
		})
		var frontier journal.Frontier
		stored := tiles{}
		edge, err := journal.LoadEdge(0, stored)
		if err != nil {
			rt.Fatal(err)
		}
		var cutRoot journal.Hash
		for i := range size {
			hashes, err := tlog.StoredHashesForRecordHash(i, leaf(i), read)
			if err != nil {
				rt.Fatal(err)
			}
			reference = append(reference, hashes...)
			frontier.Append(leaf(i))
			if err := edge.Append(leaf(i), stored.keep); err != nil {
				rt.Fatal(err)
			}
			if i+1 == cut { // as after a restart: everything from what was stored
				if err := edge.Growing(stored.keep); err != nil {
					rt.Fatal(err)
				}
				if edge, err = journal.LoadEdge(cut, stored); err != nil {
					rt.Fatal(err)
				}
				if frontier, err = journal.UnmarshalFrontier(cut, frontier.MarshalRoots()); err != nil {
					rt.Fatal(err)
				}
				cutRoot = frontier.Root()
			}
		}
		if err := edge.Growing(stored.keep); err != nil {
			rt.Fatal(err)
		}
		want, err := tlog.TreeHash(size, read)
		if err != nil {
			rt.Fatal(err)
		}
		got, err := journal.RootOfTiles(size, stored)
		if err != nil || got != want || frontier.Root() != want {
			rt.Fatalf("size %d: reference %v, tiles %v (%v), frontier %v", size, want, got, err, frontier.Root())
		}
		proof, err := journal.Inclusion(size, at, stored)
		if err != nil {
			rt.Fatal(err)
		}
		if err := tlog.CheckRecord(proof, size, want, at-1, leaf(at-1)); err != nil {
			rt.Fatalf("entry %d of %d: %v", at, size, err)
		}
		consistency, err := journal.Consistency(cut, size, stored)
		if err != nil {
			rt.Fatal(err)
		}
		if err := journal.CheckConsistency(consistency, cut, size, cutRoot, want); err != nil {
			rt.Fatal(err)
		}
	})
}

func TestLeafHasOneSpelling(t *testing.T) {
	t.Parallel()
	h := journal.Header{Seq: 7, Time: 1_700_000_000_000_000, Kind: "message.posted", Actor: 3, Device: 4, Conversation: 5}
	c := journal.Commit(journal.NewSalt(), []byte("body"))
	text := string(journal.Leaf(h, c))
	if back, commitment, err := journal.ParseLeaf([]byte(text)); err != nil || back != h || commitment != c {
		t.Fatalf("%+v %v", back, err)
	}
	for _, other := range []string{
		text + "\n", text[:len(text)-1], strings.Replace(text, "7", "07", 1), strings.Replace(text, "7", "+7", 1),
		strings.Replace(text, "\n", "\r\n", 1), "verbale-entry/2" + text[15:],
	} {
		if _, _, err := journal.ParseLeaf([]byte(other)); err == nil {
			t.Errorf("accepted %q", other)
		}
	}
}

func newReceipt(t testing.TB) journal.Receipt {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "verbale/acme")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	salt := journal.NewSalt()
	d := journal.Disclosed{Header: journal.Header{Seq: 3, Time: 1, Kind: "message.posted", Actor: 1}, Salt: salt[:], Body: `{"text":"ciao"}`}
	stored, frontier := tiles{}, journal.Frontier{}
	edge, _ := journal.LoadEdge(0, stored)
	for i := int64(1); i <= 5; i++ {
		h := leaf(i)
		if i == d.Seq {
			h = journal.LeafHash(d.Header, journal.Commit(salt, []byte(d.Body)))
		}
		frontier.Append(h)
		edge.Append(h, stored.keep)
	}
	edge.Growing(stored.keep)
	checkpoint, err := journal.Checkpoint{Origin: "verbale/acme", Size: 5, Root: frontier.Root()}.Sign(signer)
	if err != nil {
		t.Fatal(err)
	}
	hashes, err := journal.Inclusion(5, d.Seq, stored)
	if err != nil {
		t.Fatal(err)
	}
	d.Proof = string(journal.Proof{Index: d.Seq - 1, Hashes: hashes, Checkpoint: checkpoint}.Marshal())
	return journal.Receipt{Format: journal.ReceiptFormat, Key: public, Entry: d}
}

func TestReceiptOfAnotherKeyIsRefusedWhenTheKeyIsGiven(t *testing.T) {
	t.Parallel()
	r, other := newReceipt(t), newReceipt(t)
	if _, err := r.Verify(""); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Verify(other.Key); err == nil {
		t.Fatal("a receipt signed by another key holds")
	}
}

func TestExportStopsAtTheFirstReceiptThatDoesNotHold(t *testing.T) {
	t.Parallel()
	r := newReceipt(t)
	good, _ := r.Marshal()
	r.Entry.Body = `{"text":"addio"}`
	bad, _ := r.Marshal()
	foreign, _ := newReceipt(t).Marshal() // signed, but by another register
	for name, c := range map[string]struct {
		file  []byte
		holds int
		ok    bool
	}{
		"good":      {slicesConcat(good, good), 2, true},
		"changed":   {slicesConcat(good, bad, good), 1, false},
		"foreign":   {slicesConcat(good, foreign), 1, false},
		"cut":       {slicesConcat(good, good[:len(good)/2]), 1, false},
		"empty":     {nil, 0, false},
		"no such":   {[]byte(`{"hello":"world"}`), 0, false},
		"too large": {[]byte(`{"format":"` + strings.Repeat("x", 3<<20) + `"}`), 0, false},
	} {
		n, err := journal.VerifyFile(bytes.NewReader(c.file), "", func(journal.Finding) {})
		if n != c.holds || (err == nil) != c.ok {
			t.Errorf("%s: %d hold, %v", name, n, err)
		}
	}
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// FuzzReceipt: whatever a file holds, verifying it neither panics nor finds
// good what is not byte for byte what was signed.
func FuzzReceipt(f *testing.F) {
	r := newReceipt(f)
	good, err := r.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(bytes.Replace(good, []byte("ciao"), []byte("cibo"), 1))
	f.Add([]byte(`{"format":"verbale-receipt/1","entry":{"proof":"c2sp.org/tlog-proof@v1\nindex 0\n\n"}}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		journal.VerifyFile(bytes.NewReader(file), r.Key, func(found journal.Finding) {
			if found.Receipt.Entry.Body != r.Entry.Body || found.Receipt.Entry.Header != r.Entry.Header {
				t.Fatalf("holds although it was changed: %+v", found.Receipt.Entry)
			}
		})
	})
}
