package seal

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// ErrBody says that a sealed body does not open here: it was changed, or it
// belongs to another entry or another company.
var ErrBody = errors.New("seal: the body does not open under this entry's number")

// Seal seals the body of entry seq.
func (k *Keyset) Seal(seq int64, plain []byte) ([]byte, error) {
	sealed, err := k.bodies.Encrypt(plain, k.entry(seq))
	if err != nil {
		return nil, fmt.Errorf("seal: body: %w", err)
	}
	return sealed, nil
}

// Open opens what Seal made for the same company and the same entry.
func (k *Keyset) Open(seq int64, sealed []byte) ([]byte, error) {
	plain, err := k.bodies.Decrypt(sealed, k.entry(seq))
	if err != nil {
		return nil, ErrBody
	}
	return plain, nil
}

// entry is what a body is bound to.
func (k *Keyset) entry(seq int64) []byte {
	b := make([]byte, 0, 64)
	b = append(b, "entry/"...)
	b = append(b, k.tenant...)
	b = append(b, '/')
	return binary.BigEndian.AppendUint64(b, uint64(seq))
}

// Token is the keyed hash that stands for a word in the search index. Without
// the key it cannot be guessed, nor compared between companies.
func (k *Keyset) Token(word string) [16]byte {
	full := k.Hash("word", []byte(word))
	return [16]byte(full[:16])
}

// Hash is a keyed hash of data for one purpose; purposes never collide.
func (k *Keyset) Hash(purpose string, data []byte) [32]byte {
	b := make([]byte, 0, 96)
	b = append(b, byte(len(purpose)))
	b = append(b, purpose...)
	b = append(b, data...)
	sum, err := k.words.ComputePRF(b, 32)
	if err != nil {
		panic("seal: HMAC failed: " + err.Error()) // it has no way to: 32 bytes is its own length
	}
	return [32]byte(sum)
}

// Signer signs the company's checkpoints, as "verbale/<company>".
func (k *Keyset) Signer() note.Signer { return k.signer }

// VerifierKey is the public key to them, in the note format.
func (k *Keyset) VerifierKey() string { return k.verifier }
