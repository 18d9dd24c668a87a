//go:build race

package sim

// Under the race detector a schedule takes many times as long, and since one
// goroutine goes on at a time there is little for it to see.
func init() { raced = true }
