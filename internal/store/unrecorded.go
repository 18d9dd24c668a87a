package store

// unrecorded names the tables not of record: what is derived from the register
// and can be made again, and what is too small or too fleeting to be an entry.
// A command that changes only these need not enter anything.
var unrecorded = map[string]bool{
	"tile":                 true, // the tree's tiles, from the entries
	"checkpoint":           true, // the tree's signed roots
	"follower":             true, // how far each follower has come
	"lease":                true, // which node does a work
	"mark":                 true, // delivered and read marks between bursts
	"device_use":           true, // when a device was last seen
	"message_index":        true, // the search index
	"message_index_recent": true, // and what it does not have yet
	"attempt":              true, // failed sign-ins of late
	"ceremony_done":        true, // passkey ceremonies completed of late
	"backed_up":            true, // when the last backup was made
}
