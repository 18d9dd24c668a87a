package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Program is the program under test, as it is released: $VERBALE_BIN, or built
// once for all tests.
func Program(t testing.TB) string {
	t.Helper()
	return built(t, program)
}

// ProgramWithClock is the same, with a clock that the test sets. All of it has
// to be compiled anew for that, so only a long run does.
func ProgramWithClock(t testing.TB) string {
	t.Helper()
	if !Long() {
		return Program(t)
	}
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
		if given := os.Getenv("VERBALE_BIN"); given != "" {
			return brought("verbale", given)
		}
		return goBuild("verbale", "verbale/cmd/verbale")
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

// The servers that are no part of Verbale are built from a module of their own,
// so that their dependencies are none of Verbale's.
var (
	natsServer = sync.OnceValues(func() (string, error) {
		return buildTool("nats-server", "github.com/nats-io/nats-server/v2")
	})
	versitygw = sync.OnceValues(func() (string, error) {
		if given := os.Getenv("VERBALE_TEST_S3"); given != "" {
			return brought("versitygw", given)
		}
		return buildTool("versitygw", "github.com/versity/versitygw/cmd/versitygw")
	})
)

func buildTool(name, from string) (string, error) {
	module, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	tools := filepath.Join(filepath.Dir(strings.TrimSpace(string(module))), "e2e", "tools")
	return goBuild(name, "-C", tools, "-trimpath", from)
}

// brought takes a program that was built before into the run's directory: who
// runs it on a host may not be able to read it where it is.
func brought(name, from string) (string, error) {
	text, err := os.ReadFile(from)
	path := filepath.Join(os.Getenv(within), name)
	return path, errors.Join(err, os.WriteFile(path, text, 0o755))
}

// goBuild builds a program into the run's directory.
func goBuild(name string, args ...string) (string, error) {
	path := filepath.Join(os.Getenv(within), name)
	args = append(args[:len(args)-1:len(args)-1], "-o", path, args[len(args)-1])
	build := exec.Command("go", append([]string{"build"}, args...)...) // -C has to be the first
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s does not build: %w\n%s", name, err, out)
	}
	return path, nil
}
