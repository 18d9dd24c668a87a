package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	"github.com/tink-crypto/tink-go/v2/streamingaead/aesgcmhkdf"
	"github.com/tink-crypto/tink-go/v2/tink"
	"golang.org/x/mod/sumdb/note"

	"verbale/internal/problem"
)

// Keyset is the keys of one company. It is safe for concurrent use.
type Keyset struct {
	tenant   string
	bodies   tink.AEAD
	words    prf.PRF
	files    tink.StreamingAEAD
	fileKeys []*aesgcmhkdf.Key // the same keys, for reading from the middle
	signer   note.Signer
	verifier string
}

// wrappedKeyset is what the database holds: each part is sealed by the root
// for this company and this role, so parts cannot be swapped.
type wrappedKeyset struct {
	Version int    `json:"version"`
	Root    []byte `json:"root"`
	Bodies  []byte `json:"bodies"`
	Words   []byte `json:"words"`
	Files   []byte `json:"files"`
	Signer  []byte `json:"signer"`
}

// signingKey is the company's note key pair.
type signingKey struct {
	Private string `json:"private"`
	Public  string `json:"public"`
}

// The roles that a part of the wrapped keyset can have.
const (
	roleBodies = "bodies"
	roleWords  = "words"
	roleFiles  = "files"
	roleSigner = "signer"
)

func binding(tenant, role string) []byte {
	return []byte("verbale keyset 1/" + role + "/" + tenant)
}

// NewKeyset makes the keys of a new company, and their wrapped form to store.
func (r *Root) NewKeyset(tenant string) (*Keyset, []byte, error) {
	w := wrappedKeyset{Version: 1, Root: r.id[:]}
	var errs [4]error
	w.Bodies, errs[0] = r.newPart(tenant, roleBodies)
	w.Words, errs[1] = r.newPart(tenant, roleWords)
	w.Files, errs[2] = r.newPart(tenant, roleFiles)
	w.Signer, errs[3] = r.newSigner(tenant)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, nil, fmt.Errorf("seal: new keyset: %w", err)
	}
	wrapped, err := json.Marshal(w)
	if err != nil {
		return nil, nil, fmt.Errorf("seal: new keyset: %w", err)
	}
	k, err := r.OpenKeyset(tenant, wrapped) // what does not open again is never handed out
	return k, wrapped, err
}

func (r *Root) newPart(tenant, role string) ([]byte, error) {
	manager := keyset.NewManager()
	var id uint32
	var err error
	switch role {
	case roleBodies:
		id, err = manager.Add(aead.AES256GCMKeyTemplate())
	case roleWords:
		id, err = manager.Add(prf.HMACSHA256PRFKeyTemplate())
	case roleFiles:
		id, err = addFileKey(manager)
	}
	if err != nil {
		return nil, err
	}
	if err := manager.SetPrimary(id); err != nil {
		return nil, err
	}
	handle, err := manager.Handle()
	if err != nil {
		return nil, err
	}
	var sealed bytes.Buffer
	err = handle.WriteWithAssociatedData(keyset.NewBinaryWriter(&sealed), r.aead, binding(tenant, role))
	return sealed.Bytes(), err
}

func (r *Root) newSigner(tenant string) ([]byte, error) {
	private, public, err := note.GenerateKey(rand.Reader, "verbale/"+tenant)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(signingKey{Private: private, Public: public})
	if err != nil {
		return nil, err
	}
	return r.aead.Encrypt(text, binding(tenant, roleSigner))
}

// The two ways in which a stored keyset can be of no use.
var (
	ErrWrongRoot = problem.New(problem.Unavailable, "seal.wrong_root",
		"This company's keys were wrapped by another root key. Put the root key that belongs to this data back in its place, or set "+RootVariable+" to it.")
	ErrDamaged = problem.New(problem.Unavailable, "seal.keyset_damaged",
		"This company's keys are damaged, or belong to another company. Restore them from a backup.")
)

// OpenKeyset unwraps what NewKeyset stored for the same company.
func (r *Root) OpenKeyset(tenant string, wrapped []byte) (*Keyset, error) {
	var w wrappedKeyset
	if err := json.Unmarshal(wrapped, &w); err != nil || w.Version != 1 {
		return nil, ErrDamaged
	}
	if !bytes.Equal(w.Root, r.id[:]) {
		return nil, ErrWrongRoot
	}
	k := &Keyset{tenant: tenant}
	err := errors.Join(
		r.openPart(tenant, roleBodies, w.Bodies, k.useBodies),
		r.openPart(tenant, roleWords, w.Words, k.useWords),
		r.openPart(tenant, roleFiles, w.Files, k.useFiles),
		r.openSigner(tenant, w.Signer, k),
	)
	if err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrDamaged, err)
	}
	return k, nil
}

func (r *Root) openPart(tenant, role string, sealed []byte, use func(*keyset.Handle) error) error {
	handle, err := keyset.ReadWithAssociatedData(keyset.NewBinaryReader(bytes.NewReader(sealed)), r.aead, binding(tenant, role))
	if err != nil {
		return fmt.Errorf("seal: open %s: %w", role, err)
	}
	return use(handle)
}

func (r *Root) openSigner(tenant string, sealed []byte, k *Keyset) error {
	text, err := r.aead.Decrypt(sealed, binding(tenant, roleSigner))
	if err != nil {
		return fmt.Errorf("seal: open %s: %w", roleSigner, err)
	}
	var key signingKey
	if err := json.Unmarshal(text, &key); err != nil {
		return errors.New("seal: open signer: not a key pair") // the cause could quote the key
	}
	k.verifier = key.Public
	k.signer, err = note.NewSigner(key.Private)
	return err
}

func (k *Keyset) useBodies(handle *keyset.Handle) (err error) {
	k.bodies, err = aead.New(handle)
	return err
}

// useWords takes the primary key alone: tokens are compared with each other,
// so all of an index must be made with one key.
func (k *Keyset) useWords(handle *keyset.Handle) error {
	set, err := prf.NewPRFSet(handle)
	if err == nil {
		k.words = set.PRFs[set.PrimaryID]
	}
	return err
}
