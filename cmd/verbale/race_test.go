//go:build race

package main

// Under the race detector only that runs in which several things happen at a
// time in one process. The files of other tests say "!race".
func init() { raced = true }
