package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// program is the path of the built binary.
var program string

func TestMain(m *testing.M) {
	if program = os.Getenv("VERBALE_BIN"); program != "" {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "verbale-e2e-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "verbale")
	build := exec.Command("go", "build", "-o", program, "verbale/cmd/verbale")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "the program does not build: %v\n%s", err, out)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
}

// fromEnv is a number that the one who runs the tests may change.
func fromEnv(t testing.TB, name string, otherwise int64) int64 {
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatalf("%s is %q, not a number", name, text)
	}
	return n
}

// seeded gives randomness that a failure can be repeated with, as far as
// timing allows.
func seeded(t testing.TB) (*rand.Rand, int64) {
	seed := fromEnv(t, "VERBALE_SEED", time.Now().UnixNano()%1_000_000)
	t.Logf("VERBALE_SEED=%d", seed)
	return rand.New(rand.NewPCG(uint64(seed), 1)), seed
}

// ran is a command that has ended.
type ran struct {
	status   int
	out, err string
}

// command types a command.
func command(t testing.TB, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	c := exec.Command(program, args...)
	c.Dir = t.TempDir() // no verbale.toml of somebody's
	c.Env = engine(t, args)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if _, ended := err.(*exec.ExitError); err != nil && !ended {
		t.Fatalf("verbale %s: %v", strings.Join(args, " "), err)
	}
	return ran{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// must types a command that has to work, and decodes its JSON.
func must[T any](t testing.TB, args ...string) (answer T) {
	t.Helper()
	done := command(t, append(args, "--json")...)
	if done.status != 0 {
		t.Fatalf("verbale %s: exit status %d: %s", strings.Join(args, " "), done.status, done.err)
	}
	if err := json.Unmarshal([]byte(done.out), &answer); err != nil {
		t.Fatalf("verbale %s: %v in %s", strings.Join(args, " "), err, done.out)
	}
	return answer
}

// audit is what `verbale audit` says.
type audit struct {
	Entries     int64    `json:"entries"`
	Checkpoints int64    `json:"checkpoints"`
	Faults      []string `json:"faults"`
}

// mustBeClean audits a company and wants no fault.
func mustBeClean(t testing.TB, dir, company string) audit {
	t.Helper()
	found := must[audit](t, "audit", "--company", company, "--data", dir)
	if len(found.Faults) > 0 {
		t.Fatalf("the audit of %s is not clean: %q", company, found.Faults)
	}
	return found
}
