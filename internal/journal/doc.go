// Package journal is the register: what an entry is, how it is committed to,
// the Merkle tree over all entries, its signed checkpoints, and the receipts
// by which anybody can verify an entry with no server at hand. It knows no
// database and keeps no state.
//
// The leaf of an entry commits to its header and to HMAC-SHA-256(salt, body).
// The body can therefore be destroyed (with its salt) and the tree still
// verifies, while nothing can be guessed back from the commitment.
//
// Hashing is RFC 6962; tiles and their paths are C2SP tlog-tiles
// (https://c2sp.org/tlog-tiles), checkpoints C2SP tlog-checkpoint signed
// notes, proofs C2SP tlog-proof.
package journal
