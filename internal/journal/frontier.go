package journal

import (
	"crypto/sha256"
	"errors"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// Frontier is all that must be remembered of a tree to go on appending to it:
// its size and the roots of its complete subtrees, largest first, one for each
// one bit of the size. An append costs one hash on average.
type Frontier struct {
	Size  int64
	Roots []Hash
}

// Append adds a leaf.
func (f *Frontier) Append(leaf Hash) {
	for n := f.Size; n&1 == 1; n >>= 1 {
		last := len(f.Roots) - 1
		leaf = tlog.NodeHash(f.Roots[last], leaf)
		f.Roots = f.Roots[:last]
	}
	f.Roots = append(f.Roots, leaf)
	f.Size++
}

// Root is the tree's root; of no leaves it is SHA-256 of nothing (RFC 6962).
func (f *Frontier) Root() Hash {
	if len(f.Roots) == 0 {
		return sha256.Sum256(nil)
	}
	root := f.Roots[len(f.Roots)-1]
	for i := len(f.Roots) - 2; i >= 0; i-- {
		root = tlog.NodeHash(f.Roots[i], root)
	}
	return root
}

// Clone copies the frontier, so that an append can be taken back.
func (f *Frontier) Clone() Frontier {
	return Frontier{Size: f.Size, Roots: append(make([]Hash, 0, len(f.Roots)+2), f.Roots...)}
}

// MarshalRoots writes the roots one after the other.
func (f *Frontier) MarshalRoots() []byte {
	b := make([]byte, 0, len(f.Roots)*tlog.HashSize)
	for _, r := range f.Roots {
		b = append(b, r[:]...)
	}
	return b
}

// UnmarshalFrontier reads what MarshalRoots wrote.
func UnmarshalFrontier(size int64, roots []byte) (Frontier, error) {
	f := Frontier{Size: size}
	if size < 0 || len(roots) != bits.OnesCount64(uint64(size))*tlog.HashSize {
		return f, errors.New("journal: the frontier does not fit its size")
	}
	for len(roots) > 0 {
		f.Roots = append(f.Roots, Hash(roots[:tlog.HashSize]))
		roots = roots[tlog.HashSize:]
	}
	return f, nil
}
