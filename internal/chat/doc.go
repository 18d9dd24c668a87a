// Package chat is conversations, their members and messages, marks of what was
// delivered and read, attachments, and the events by which clients follow all
// of it.
//
// Every change is a function that runs inside store.Write: it asks org whether
// it may be done, enters it, and changes the views in the same transaction.
// The text of a message lives in its entry alone, sealed; the views hold
// numbers.
package chat
