// Package store is one company's database and the only door to it. Write runs
// commands in the company's writer, many to one durable commit (group commit):
// each enters what happened into the register and changes the views in the
// same transaction. Read gives a consistent snapshot.
//
// What was acknowledged survives a crash at any moment: an answer is given
// only after the commit has reached the disk. What was not acknowledged may or
// may not be there afterwards, but nobody has been shown it, and the client's
// key makes its repeat harmless.
//
// The SQL text of all rooms is portable and names no company; what differs
// between engines is in the files that are named after one.
package store
