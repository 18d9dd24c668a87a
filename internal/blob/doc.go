// Package blob keeps the contents of files, found by the SHA-256 of what is in
// them, so that the same file sent twice is kept once.
//
// On the disk there is only ciphertext under a name that is a keyed hash:
// neither the contents nor the fact that two companies hold the same file can
// be seen there. A reader may begin anywhere (video needs it) and gets genuine
// bytes or an error, never false bytes.
package blob
