package journal

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// TileHeight and TileWidth are fixed by tlog-tiles: 256 hashes a tile.
const (
	TileHeight = 8
	TileWidth  = 1 << TileHeight
)

// A Tile is a run of up to 256 hashes of one level of the tree.
type Tile struct {
	Level int
	N     int64
	Data  []byte // width hashes of 32 bytes
}

// Width is how many hashes the tile has; 256 is full.
func (t Tile) Width() int { return len(t.Data) / tlog.HashSize }

// Edge is the right-hand edge of the tiles of a tree: for each level the tile
// that is still growing. It turns new leaves into tiles, without reading the
// rest of the tree.
type Edge struct {
	Size   int64
	levels [][]byte
}

// TileReader gives the tile at a level and place with as many hashes as there
// are; missing tiles are an error.
type TileReader interface {
	ReadTile(level int, n int64) ([]byte, error)
}

// LoadEdge reads the growing tiles of a tree of the given size.
func LoadEdge(size int64, r TileReader) (*Edge, error) {
	e := &Edge{Size: size}
	for level, n := 0, size; n > 0; level, n = level+1, n>>TileHeight {
		width := int(n & (TileWidth - 1))
		if width == 0 {
			e.levels = append(e.levels, nil)
			continue
		}
		data, err := r.ReadTile(level, n>>TileHeight)
		if err != nil {
			return nil, err
		}
		if len(data) < width*tlog.HashSize {
			return nil, fmt.Errorf("journal: tile %d/%d has %d bytes, the tree of %d needs %d", level, n>>TileHeight, len(data), size, width*tlog.HashSize)
		}
		e.levels = append(e.levels, append([]byte(nil), data[:width*tlog.HashSize]...))
	}
	return e, nil
}

// Append adds a leaf and calls full with each tile that became full by it.
func (e *Edge) Append(leaf Hash, full func(Tile) error) error {
	n := e.Size
	e.Size++
	for level := 0; ; level++ {
		if level == len(e.levels) {
			e.levels = append(e.levels, nil)
		}
		e.levels[level] = append(e.levels[level], leaf[:]...)
		if len(e.levels[level]) < TileWidth*tlog.HashSize {
			return nil
		}
		if err := full(Tile{Level: level, N: n >> TileHeight, Data: e.levels[level]}); err != nil {
			return err
		}
		leaf = tileRoot(e.levels[level])
		e.levels[level] = nil
		n >>= TileHeight
	}
}

// Growing calls f with each tile that is not full.
func (e *Edge) Growing(f func(Tile) error) error {
	for level, data := range e.levels {
		if len(data) == 0 {
			continue
		}
		if err := f(Tile{Level: level, N: e.Size >> (TileHeight * (level + 1)), Data: data}); err != nil {
			return err
		}
	}
	return nil
}

func tileRoot(data []byte) Hash {
	hashes := make([]Hash, len(data)/tlog.HashSize)
	for i := range hashes {
		hashes[i] = Hash(data[i*tlog.HashSize:])
	}
	for len(hashes) > 1 {
		for i := range len(hashes) / 2 {
			hashes[i] = tlog.NodeHash(hashes[2*i], hashes[2*i+1])
		}
		hashes = hashes[:len(hashes)/2]
	}
	return hashes[0]
}

// hashReader lets tlog's proofs read our tiles.
type hashReader struct{ tiles TileReader }

func (r hashReader) ReadHashes(indexes []int64) ([]Hash, error) {
	out := make([]Hash, len(indexes))
	cache := map[[2]int64][]byte{}
	for i, index := range indexes {
		t := tlog.TileForIndex(TileHeight, index)
		at := [2]int64{int64(t.L), t.N}
		data, ok := cache[at]
		if !ok {
			var err error
			if data, err = r.tiles.ReadTile(t.L, t.N); err != nil {
				return nil, err
			}
			cache[at] = data
		}
		t.W = len(data) / tlog.HashSize
		h, err := tlog.HashFromTile(t, data, index)
		if err != nil {
			return nil, fmt.Errorf("journal: reading tile %d/%d: %w", t.L, t.N, err)
		}
		out[i] = h
	}
	return out, nil
}

// RootOfTiles computes the root of the first size leaves from the tiles.
func RootOfTiles(size int64, tiles TileReader) (Hash, error) {
	return tlog.TreeHash(size, hashReader{tiles})
}

// Inclusion proves that entry seq is in the tree of the given size.
func Inclusion(size, seq int64, tiles TileReader) ([]Hash, error) {
	if seq < 1 || seq > size {
		return nil, errors.New("journal: the entry is not in a tree of that size")
	}
	return tlog.ProveRecord(size, seq-1, hashReader{tiles})
}

// Consistency proves that the tree of size newer continues the one of older.
func Consistency(older, newer int64, tiles TileReader) ([]Hash, error) {
	if older < 1 || older > newer {
		return nil, errors.New("journal: no consistency proof between those sizes")
	}
	return tlog.ProveTree(newer, older, hashReader{tiles})
}

// CheckConsistency verifies a proof made by Consistency.
func CheckConsistency(proof []Hash, older, newer int64, olderRoot, newerRoot Hash) error {
	return tlog.CheckTree(proof, newer, newerRoot, older, olderRoot)
}
