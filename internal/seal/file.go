package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/tink-crypto/tink-go/v2/insecuresecretdataaccess"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/streamingaead"
	"github.com/tink-crypto/tink-go/v2/streamingaead/aesgcmhkdf"
)

// Files are Tink streaming AEAD: a header of one length byte, a salt and a
// nonce prefix, then segments of equal size, each sealed by itself under a key
// derived for this file. A segment of 64 KiB keeps a reader's memory small; its
// number and whether it is the last are in its nonce, so cutting, repeating
// and re-ordering are found.
const (
	segmentSize = 64 << 10
	saltSize    = 32
	prefixSize  = 7
	tagSize     = 16

	// StreamHeaderSize is the length of what precedes the first segment.
	StreamHeaderSize = 1 + saltSize + prefixSize
)

// ErrFile says that a sealed file was changed, cut, or is not the one asked for.
var ErrFile = errors.New("seal: the file does not open: it was changed or is not the one asked for")

func addFileKey(manager *keyset.Manager) (uint32, error) {
	parameters, err := aesgcmhkdf.NewParameters(aesgcmhkdf.ParametersOpts{
		KeySizeInBytes: 32, DerivedKeySizeInBytes: saltSize, HKDFHashType: aesgcmhkdf.SHA256, SegmentSizeInBytes: segmentSize,
	})
	if err != nil {
		return 0, err
	}
	return manager.AddNewKeyFromParameters(parameters)
}

func (k *Keyset) useFiles(handle *keyset.Handle) (err error) {
	for i := range handle.Len() {
		entry, err := handle.Entry(i)
		if err != nil {
			return err
		}
		key, ok := entry.Key().(*aesgcmhkdf.Key)
		if !ok {
			return errors.New("seal: a file key of an unknown kind")
		}
		k.fileKeys = append(k.fileKeys, key)
	}
	k.files, err = streamingaead.New(handle)
	return err
}

// Encrypt seals what is written to it into w; Close writes the last segment
// and does not close w.
func (k *Keyset) Encrypt(w io.Writer, aad []byte) (io.WriteCloser, error) {
	return k.files.NewEncryptingWriter(w, aad)
}

// Decrypt opens a sealed stream from its beginning. Bytes are handed out only
// when their segment is whole and genuine; the end only when it is the end.
func (k *Keyset) Decrypt(r io.Reader, aad []byte) (io.Reader, error) {
	return k.files.NewDecryptingReader(r, aad)
}

// DecryptAt opens a sealed file of sealedSize bytes for reading from anywhere.
// The reader is for one goroutine.
func (k *Keyset) DecryptAt(r io.ReaderAt, sealedSize int64, aad []byte) (*FileReader, error) {
	var header [StreamHeaderSize]byte
	if _, err := r.ReadAt(header[:], 0); err != nil && err != io.EOF {
		return nil, fmt.Errorf("seal: read file: %w", err)
	}
	size := plainSize(sealedSize)
	if header[0] != StreamHeaderSize || size < 0 {
		return nil, ErrFile
	}
	for _, key := range k.fileKeys { // after a change of keys the older ones still open their files
		gcm, err := deriveFileKey(key, header[1:1+saltSize], aad)
		if err != nil {
			return nil, err
		}
		f := &FileReader{r: r, gcm: gcm, sealed: sealedSize, size: size, loaded: -1}
		copy(f.nonce[:], header[1+saltSize:])
		// The last segment alone proves key and length: it opens only if it is the last.
		if err = f.load(f.segments() - 1); err == nil {
			return f, nil
		}
		if !errors.Is(err, ErrFile) {
			return nil, err
		}
	}
	return nil, ErrFile
}

func deriveFileKey(key *aesgcmhkdf.Key, salt, aad []byte) (cipher.AEAD, error) {
	main := key.KeyBytes().Data(insecuresecretdataaccess.Token{})
	derived, err := hkdf.Key(sha256.New, main, salt, string(aad), 32)
	if err != nil {
		return nil, fmt.Errorf("seal: file key: %w", err)
	}
	block, err := aes.NewCipher(derived)
	if err != nil {
		return nil, fmt.Errorf("seal: file key: %w", err)
	}
	return cipher.NewGCM(block)
}

// plainSize is the length of what a sealed file of that many bytes holds, or
// negative when no file has that length.
func plainSize(sealed int64) int64 {
	segments := max(1, (sealed+segmentSize-1)/segmentSize)
	size := sealed - StreamHeaderSize - segments*tagSize
	if last := sealed - (segments-1)*segmentSize; segments > 1 && last < tagSize {
		return -1
	}
	return size
}

// FileReader reads a sealed file from anywhere, a segment at a time.
type FileReader struct {
	r            io.ReaderAt
	gcm          cipher.AEAD
	nonce        [12]byte // prefix, segment number, is it the last
	sealed, size int64
	at           int64
	loaded       int64 // the segment that is in plain, -1 for none
	plain        []byte
	buffer       []byte
}

// Size is the length of the file's contents.
func (f *FileReader) Size() int64 { return f.size }

// Seek sets where the next Read begins.
func (f *FileReader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += f.size
	}
	if offset < 0 {
		return 0, errors.New("seal: seek before the beginning")
	}
	f.at = offset
	return offset, nil
}

// Read opens the segment at the current place and gives what it holds.
func (f *FileReader) Read(p []byte) (int, error) {
	if f.at >= f.size {
		return 0, io.EOF
	}
	// The header takes the place of as many bytes of the first segment.
	within := f.at + StreamHeaderSize
	segment, offset := within/(segmentSize-tagSize), within%(segmentSize-tagSize)
	if segment == 0 {
		offset = f.at
	}
	if err := f.load(segment); err != nil {
		return 0, err
	}
	n := copy(p, f.plain[offset:])
	f.at += int64(n)
	return n, nil
}

func (f *FileReader) segments() int64 { return max(1, (f.sealed+segmentSize-1)/segmentSize) }

func (f *FileReader) load(segment int64) error {
	if segment == f.loaded {
		return nil
	}
	from, to := segment*segmentSize, min((segment+1)*segmentSize, f.sealed)
	if segment == 0 {
		from = StreamHeaderSize
	}
	if f.buffer == nil {
		f.buffer = make([]byte, min(segmentSize, f.sealed))
	}
	sealed := f.buffer[:to-from]
	if n, err := f.r.ReadAt(sealed, from); n < len(sealed) {
		if err == io.EOF {
			return ErrFile
		}
		return fmt.Errorf("seal: read file: %w", err)
	}
	binary.BigEndian.PutUint32(f.nonce[prefixSize:], uint32(segment))
	f.nonce[prefixSize+4] = 0
	if segment == f.segments()-1 {
		f.nonce[prefixSize+4] = 1
	}
	f.loaded = -1 // the buffer is overwritten from here on
	plain, err := f.gcm.Open(sealed[:0], f.nonce[:], sealed, nil)
	if err != nil {
		return ErrFile
	}
	f.plain, f.loaded = plain, segment
	return nil
}
