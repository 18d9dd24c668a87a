package history

import (
	"bytes"
	"cmp"
	"slices"

	"verbale/internal/journal"
)

// checkpoints wants all checkpoints that anybody saw to be of the one tree
// that the register's leaves give. A history without leaves can only show that
// two of the same size differ.
func (c *checker) checkpoints() {
	c.verdict.Checkpoints = len(c.trees)
	slices.SortStableFunc(c.trees, func(a, b int) int { return cmp.Compare(c.records[a].Size, c.records[b].Size) })
	for at := 1; at < len(c.trees); at++ {
		a, b := c.trees[at-1], c.trees[at]
		if c.records[a].Size == c.records[b].Size && !bytes.Equal(c.records[a].Root, c.records[b].Root) {
			c.broken(Forked, []Line{c.line(a), c.line(b)}, "Two checkpoints of %d entries have different roots.", c.records[a].Size)
		}
	}
	if c.leaves < 0 {
		return
	}
	var tree journal.Frontier
	left := c.trees
	agrees := func() {
		for ; len(left) > 0 && c.records[left[0]].Size <= tree.Size; left = left[1:] {
			if root := tree.Root(); !bytes.Equal(c.records[left[0]].Root, root[:]) {
				c.broken(Forked, []Line{c.line(left[0])}, "The checkpoint of %d entries is not of the register's tree.", c.records[left[0]].Size)
			}
		}
	}
	agrees()
	for _, leaf := range c.records[c.leaves].Leaves {
		if len(leaf) != len(journal.Hash{}) {
			c.broken(Unrecorded, []Line{c.line(c.leaves)}, "Leaf %d is no hash.", tree.Size+1)
			return
		}
		tree.Append(journal.Hash(leaf))
		agrees()
	}
	for _, i := range left {
		c.broken(Forked, []Line{c.line(i)}, "A checkpoint of %d entries was seen, and the register has %d.", c.records[i].Size, tree.Size)
	}
}
