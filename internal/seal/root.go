package seal

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/tink"

	"verbale/internal/problem"
)

// RootVariable is the environment variable that holds the root key (base64 of
// 32 bytes) where no file is wanted.
const RootVariable = "VERBALE_ROOT_KEY"

const rootSize = 32

// Root wraps the companies' keysets.
type Root struct {
	aead tink.AEAD
	id   [8]byte // tells one root from another without revealing anything of it
}

// LoadRoot takes the root key from the environment, or else from the file at
// path, which it makes at the first start.
func LoadRoot(path string) (*Root, error) {
	if text := os.Getenv(RootVariable); text != "" {
		key, err := decodeRoot([]byte(text))
		if err != nil {
			return nil, problem.New(problem.Unavailable, "seal.root_invalid",
				"The variable "+RootVariable+" must be the base64 text of 32 bytes, as `openssl rand -base64 32` prints it.")
		}
		return newRoot(key)
	}
	key, err := readRoot(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err = makeRoot(path); err == nil {
			key, err = readRoot(path)
		}
	}
	if err != nil {
		return nil, err
	}
	return newRoot(key)
}

func newRoot(key []byte) (*Root, error) {
	aead, err := subtle.NewAESGCM(key)
	if err != nil {
		return nil, fmt.Errorf("seal: root key: %w", err)
	}
	r := &Root{aead: aead}
	m := hmac.New(sha256.New, key)
	m.Write([]byte("verbale root key id"))
	copy(r.id[:], m.Sum(nil))
	return r, nil
}

func readRoot(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("seal: root key: %w", err)
	}
	defer file.Close()
	info, err := file.Stat() // of the open file: the name may be exchanged meanwhile
	if err != nil {
		return nil, fmt.Errorf("seal: root key: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, problem.New(problem.Unavailable, "seal.root_invalid", "The root key "+path+" is not a plain file.")
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, problem.Newf(problem.Unavailable, "seal.root_exposed",
			"The root key %s can be read by other accounts of this machine (mode %04o). Run `chmod 600 %s` and start again.", path, info.Mode().Perm(), path)
	}
	text := make([]byte, 256)
	n, err := file.Read(text)
	if err != nil && n != 0 {
		return nil, fmt.Errorf("seal: root key: %w", err)
	}
	key, err := decodeRoot(text[:n])
	if err != nil {
		return nil, problem.New(problem.Unavailable, "seal.root_invalid",
			"The root key "+path+" is damaged: it must be one line, the base64 text of 32 bytes. Put the file back from its copy; without it nothing can be read.")
	}
	return key, nil
}

// makeRoot writes the whole file under another name and then links it, so
// that the name either does not exist or holds a complete, durable key: a crash
// leaves at most a stray temporary file. Of two first starts at once, one wins
// and both use its key.
func makeRoot(path string) error {
	key := make([]byte, rootSize)
	rand.Read(key) // never fails: crypto/rand ends the program instead
	dir := filepath.Dir(path)
	file, err := os.CreateTemp(dir, ".root-*") // O_EXCL, mode 0600
	if err != nil {
		return fmt.Errorf("seal: make root key: %w", err)
	}
	defer os.Remove(file.Name())
	_, err = file.WriteString(base64.StdEncoding.EncodeToString(key) + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("seal: make root key: %w", err)
	}
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("seal: make root key: %w", err)
	}
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("seal: make root key durable: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("seal: make root key durable: %w", err)
	}
	return nil
}

func decodeRoot(text []byte) ([]byte, error) {
	key, err := base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSpace(text)))
	if err == nil && len(key) != rootSize {
		err = errors.New("wrong length")
	}
	return key, err
}

// ID tells one root key from another and reveals nothing of it.
func (r *Root) ID() [8]byte { return r.id }
