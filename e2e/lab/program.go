package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// Program is the program under test, as it is released: $VERBALE_BIN, or built
// once for all tests.
func Program(t testing.TB) string {
	t.Helper()
	return built(t, program)
}

// ProgramWithClock is the same, with a clock that the test sets.
func ProgramWithClock(t testing.TB) string {
	t.Helper()
	return built(t, programWithClock)
}

func built(t testing.TB, build func() (string, error)) string {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var (
	program = sync.OnceValues(func() (string, error) {
		given := os.Getenv("VERBALE_BIN")
		if given == "" {
			return goBuild("verbale", "verbale/cmd/verbale")
		}
		// Who runs it on a host may not be able to read it where it is.
		text, err := os.ReadFile(given)
		path := filepath.Join(os.Getenv(within), "verbale")
		return path, errors.Join(err, os.WriteFile(path, text, 0o755))
	})
	programWithClock = sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp(os.Getenv(within), "clock-*")
		if err != nil {
			return "", err
		}
		overlay, err := clockOverlay(dir)
		if err != nil {
			return "", err
		}
		return goBuild("verbale-with-clock", "-trimpath", "-overlay", overlay, "verbale/cmd/verbale")
	})
)

// goBuild builds a program into the run's directory.
func goBuild(name string, args ...string) (string, error) {
	path := filepath.Join(os.Getenv(within), name)
	build := exec.Command("go", append([]string{"build", "-o", path}, args...)...)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s does not build: %w\n%s", name, err, out)
	}
	return path, nil
}
