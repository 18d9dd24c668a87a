//go:build race

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// withoutRace builds this very program without the race detector, under which
// SQLite, translated to Go, takes many times as long: for the many processes
// that the tests start. Where goroutines of a server are to meet, the program
// is taken as it is tested (see TestScripts).
func init() {
	withoutRace = func(into string) error {
		build := exec.Command("go", "test", "-c", "-race=false", "-o", filepath.Join(into, "verbale"), ".")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("the program does not build: %w\n%s", err, out)
		}
		return os.Setenv("PATH", into+string(filepath.ListSeparator)+os.Getenv("PATH"))
	}
}
