package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReceiptFormat names the receipt file's form.
const ReceiptFormat = "verbale-receipt/1"

// Receipt is one entry laid open, with all that is needed to verify it with no
// server: the salt, the exact body, the proof and the signed checkpoint. An
// export is receipts one after the other.
type Receipt struct {
	Format  string      `json:"format"`
	Key     string      `json:"key"` // the register's public key, as a note verifier key
	Entry   Disclosed   `json:"entry"`
	Context []Disclosed `json:"context,omitempty"` // the entries that say who the people in it are
}

// Disclosed is an entry with what the tree only commits to.
type Disclosed struct {
	Header
	Salt  []byte `json:"salt"`
	Body  string `json:"body"`  // the exact bytes that were committed to
	Proof string `json:"proof"` // a tlog-proof file
}

// Finding is what verifying a receipt established.
type Finding struct {
	Receipt    Receipt
	Checkpoint Checkpoint
}

// Refusal says which entry of a file does not hold, and why.
type Refusal struct {
	Seq int64
	Err error
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("entry %d does not hold: %v", r.Seq, r.Err)
}

func (r *Refusal) Unwrap() error { return r.Err }

// Verify checks every entry of the receipt against its key, or against the
// given one when key is not empty: then the receipt's own is not trusted.
func (r Receipt) Verify(key string) (Checkpoint, error) {
	if r.Format != ReceiptFormat {
		return Checkpoint{}, errors.New("this is not a receipt that this version can read")
	}
	if key == "" {
		key = r.Key
	}
	for _, d := range r.Context {
		if _, err := d.verify(key); err != nil {
			return Checkpoint{}, &Refusal{d.Seq, err}
		}
	}
	c, err := r.Entry.verify(key)
	if err != nil {
		return c, &Refusal{r.Entry.Seq, err}
	}
	return c, nil
}

func (d Disclosed) verify(key string) (Checkpoint, error) {
	if len(d.Salt) != len(Salt{}) {
		return Checkpoint{}, errors.New("its salt is not 32 bytes")
	}
	if !ValidKind(d.Kind) {
		return Checkpoint{}, errors.New("its kind is not one")
	}
	proof, err := ParseProof([]byte(d.Proof))
	if err != nil {
		return Checkpoint{}, err
	}
	if proof.Index != d.Seq-1 {
		return Checkpoint{}, errors.New("its proof is of another number")
	}
	return proof.Check(LeafHash(d.Header, Commit(Salt(d.Salt), []byte(d.Body))), key)
}

// maxReceipt bounds one receipt of a file: a body of 60,000 bytes may grow
// sixfold when escaped, and the proofs are small.
const maxReceipt = 1 << 20

// VerifyFile checks a receipt or an export: receipts one after the other. It
// stops at the first that does not hold. Found is called for each that does.
func VerifyFile(file io.Reader, key string, found func(Finding)) (count int, err error) {
	capped := &cappedReader{r: file}
	dec := json.NewDecoder(capped)
	dec.DisallowUnknownFields()
	signer := key
	for {
		capped.left = maxReceipt
		var r Receipt
		if err := dec.Decode(&r); err == io.EOF && count > 0 {
			return count, nil
		} else if err != nil {
			if count > 0 {
				return count, fmt.Errorf("after %d receipts that hold, the file cannot be read on", count)
			}
			return 0, errors.New("this file is neither a receipt nor an export")
		}
		if signer == "" {
			signer = r.Key // one file, one register
		}
		c, err := r.Verify(signer)
		if err != nil {
			return count, err
		}
		count++
		found(Finding{Receipt: r, Checkpoint: c})
	}
}

// cappedReader keeps one receipt from filling the memory.
type cappedReader struct {
	r    io.Reader
	left int
}

func (c *cappedReader) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errors.New("a receipt is longer than 1 MiB")
	}
	n, err := c.r.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// Marshal writes the receipt on one line, so that receipts make an export.
func (r Receipt) Marshal() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
