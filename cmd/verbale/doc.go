// Command verbale is the program: a file a subcommand, and the only place
// where the rooms of the house are wired together.
//
// An administrative command is one operation on the house. Where a server runs
// on the data directory the operation is sent to it through a socket in that
// directory; where none runs the command opens the directory itself and does
// the same there. See operation.go.
package main
