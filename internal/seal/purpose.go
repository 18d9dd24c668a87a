package seal

import (
	"errors"
	"fmt"
)

// ErrPurpose says that sealed bytes do not open for this purpose.
var ErrPurpose = errors.New("seal: not sealed here for this purpose")

// SealFor seals bytes that leave the house and come back, such as what a
// client must hand in again unread and unchanged.
func (k *Keyset) SealFor(purpose string, plain []byte) ([]byte, error) {
	sealed, err := k.bodies.Encrypt(plain, k.purpose(purpose))
	if err != nil {
		return nil, fmt.Errorf("seal: for %s: %w", purpose, err)
	}
	return sealed, nil
}

// OpenFor opens what SealFor made for the same company and purpose.
func (k *Keyset) OpenFor(purpose string, sealed []byte) ([]byte, error) {
	plain, err := k.bodies.Decrypt(sealed, k.purpose(purpose))
	if err != nil {
		return nil, ErrPurpose
	}
	return plain, nil
}

// purpose never equals what an entry's body is bound to.
func (k *Keyset) purpose(purpose string) []byte {
	return []byte("purpose/" + k.tenant + "/" + purpose)
}
