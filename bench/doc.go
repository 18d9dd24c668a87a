// Package bench measures a Verbale server from outside, as its clients meet
// it, and beside each figure the bare limit of the same machine in the same
// run: what SQLite's group commit and a plain WebSocket fan-out reach with
// nothing of Verbale around them. README.md says how and why.
package bench
