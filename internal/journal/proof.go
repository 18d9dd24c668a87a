package journal

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

const proofMagic = "c2sp.org/tlog-proof@v1"

// Proof is an inclusion proof with the signed checkpoint it leads to, as a
// C2SP tlog-proof file.
type Proof struct {
	Index      int64 // from 0, as the specification has it: the entry's number less one
	Hashes     []Hash
	Checkpoint []byte // the signed note
}

// Marshal writes the proof file.
func (p Proof) Marshal() []byte {
	var b strings.Builder
	b.WriteString(proofMagic + "\nindex " + strconv.FormatInt(p.Index, 10) + "\n")
	for _, h := range p.Hashes {
		b.WriteString(base64.StdEncoding.EncodeToString(h[:]) + "\n")
	}
	b.WriteString("\n")
	b.Write(p.Checkpoint)
	return []byte(b.String())
}

var errProof = errors.New("the proof cannot be read")

// ParseProof reads a proof file. An "extra" line is allowed and passed over.
func ParseProof(file []byte) (p Proof, err error) {
	head, checkpoint, ok := strings.Cut(string(file), "\n\n")
	if !ok {
		return p, errProof
	}
	p.Checkpoint = []byte(checkpoint)
	lines := strings.Split(head, "\n")
	if lines[0] != proofMagic {
		return p, errProof
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return p, errProof
	}
	index, ok := strings.CutPrefix(lines[0], "index ")
	if !ok {
		return p, errProof
	}
	if p.Index, err = strconv.ParseInt(index, 10, 64); err != nil || p.Index < 0 {
		return p, errProof
	}
	if len(lines) > 64 { // a tree of 2^63 leaves is 63 high
		return p, errProof
	}
	for _, line := range lines[1:] {
		h, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(h) != tlog.HashSize {
			return p, errProof
		}
		p.Hashes = append(p.Hashes, Hash(h))
	}
	return p, nil
}

// Check verifies that a leaf stands in the tree of the checkpoint, and that
// the checkpoint is signed by the key.
func (p Proof) Check(leaf Hash, key string) (Checkpoint, error) {
	c, err := OpenCheckpoint(p.Checkpoint, key)
	if err != nil {
		return c, err
	}
	if err := tlog.CheckRecord(p.Hashes, c.Size, c.Root, p.Index, leaf); err != nil {
		return c, errors.New("the entry as written here is not in the signed tree")
	}
	return c, nil
}
