// Package blob keeps the contents of files, found by the SHA-256 of what is in
// them, so that the same file sent twice is kept once; and removes those that
// nobody names any more.
//
// They lie on the disk or in S3. There is only ciphertext there, under a name
// that is a keyed hash: neither the contents nor the fact that two companies
// hold the same file can be seen. A reader may begin anywhere (video needs it)
// and gets genuine bytes or an error, never false bytes.
package blob
