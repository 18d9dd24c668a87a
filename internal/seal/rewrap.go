package seal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/keyset"
)

// ReadRoot takes a root key from the file at path, whatever the environment
// holds: the key of another server, whose data is being moved here.
func ReadRoot(path string) (*Root, error) {
	key, err := readRoot(path)
	if err != nil {
		return nil, err
	}
	return newRoot(key)
}

// Rewrap gives the wrapped keyset of a company as another root wraps it. The
// keys themselves stay the same.
func (r *Root) Rewrap(tenant string, wrapped []byte, to *Root) ([]byte, error) {
	if _, err := r.OpenKeyset(tenant, wrapped); err != nil {
		return nil, err
	}
	var w wrappedKeyset
	if err := json.Unmarshal(wrapped, &w); err != nil {
		return nil, ErrDamaged
	}
	w.Root = to.id[:]
	var errs [4]error
	w.Bodies, errs[0] = r.rewrapPart(tenant, roleBodies, w.Bodies, to)
	w.Words, errs[1] = r.rewrapPart(tenant, roleWords, w.Words, to)
	w.Files, errs[2] = r.rewrapPart(tenant, roleFiles, w.Files, to)
	w.Signer, errs[3] = r.rewrapSigner(tenant, w.Signer, to)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("seal: rewrap: %w", err)
	}
	wrapped, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("seal: rewrap: %w", err)
	}
	_, err = to.OpenKeyset(tenant, wrapped) // what does not open again is never handed out
	return wrapped, err
}

func (r *Root) rewrapPart(tenant, role string, sealed []byte, to *Root) ([]byte, error) {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(sealed)), r.aead, binding(tenant, role))
	if err != nil {
		return nil, err
	}
	var again bytes.Buffer
	err = handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&again), to.aead, binding(tenant, role))
	return again.Bytes(), err
}

func (r *Root) rewrapSigner(tenant string, sealed []byte, to *Root) ([]byte, error) {
	text, err := r.aead.Decrypt(sealed, binding(tenant, roleSigner))
	if err != nil {
		return nil, err
	}
	return to.aead.Encrypt(text, binding(tenant, roleSigner))
}
