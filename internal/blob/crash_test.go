package blob

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"verbale/internal/seal"
)

// With these set, the test program is a server that is killed while it takes
// a file.
const (
	killAt  = "VERBALE_TEST_KILL_AT"
	killDir = "VERBALE_TEST_KILL_DIR"
)

func TestMain(m *testing.M) {
	if step := os.Getenv(killAt); step != "" {
		if os.Getenv(KillS3) != "" {
			TakeIntoS3AndDie(os.Getenv(killDir), step)
		} else {
			takeAndDie(os.Getenv(killDir), step)
		}
		os.Exit(3) // the step was never reached
	}
	os.Exit(m.Run())
}

// Doomed is the test program as a server that dies at a step.
func Doomed(dir, step string, env ...string) *exec.Cmd {
	server := exec.Command(os.Args[0])
	server.Env = append(append(os.Environ(), killAt+"="+step, killDir+"="+dir), env...)
	return server
}

// MakeCrashKeys makes the keys that both lives of the server have.
func MakeCrashKeys(t testing.TB, dir string) {
	t.Helper()
	root, err := seal.LoadRoot(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	_, wrapped, err := root.NewKeyset("acme")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "keyset"), wrapped, 0o600); err != nil {
		t.Fatal(err)
	}
}

// CrashKeys opens them.
func CrashKeys(dir string) *seal.Keyset {
	root, err := seal.LoadRoot(filepath.Join(dir, "root.key"))
	if err != nil {
		panic(err)
	}
	wrapped, err := os.ReadFile(filepath.Join(dir, "keyset"))
	if err != nil {
		panic(err)
	}
	k, err := root.OpenKeyset("acme", wrapped)
	if err != nil {
		panic(err)
	}
	return k
}

// Die is what a power cut does.
func Die() {
	syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {} // nothing more happens here
}

func takeAndDie(dir, step string) {
	d, err := OpenDisk(filepath.Join(dir, "blobs"), CrashKeys(dir), 10<<20)
	if err != nil {
		panic(err)
	}
	d.step = func(at string) {
		if at == step {
			Die()
		}
	}
	d.Put(context.Background(), bytes.NewReader(contents(300_000, 1)))
}

func TestKilledAtAnyStepLeavesTheWholeFileOrNothing(t *testing.T) {
	t.Parallel()
	b := contents(300_000, 1)
	for _, step := range []string{"created", "written", "complete", "durable", "named"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			MakeCrashKeys(t, dir)
			server := Doomed(dir, step)
			out, err := server.CombinedOutput()
			status, _ := server.ProcessState.Sys().(syscall.WaitStatus)
			if err == nil || !status.Signaled() {
				t.Fatalf("it was not killed: %v\n%s", err, out)
			}
			blobs := filepath.Join(dir, "blobs")
			if left := stored(t, blobs); len(left) != 1 {
				t.Fatalf("the killed server left %v", left)
			}
			d := openDisk(t, blobs, CrashKeys(dir))
			whole := step == "named"
			if files := stored(t, blobs); (len(files) == 1) != whole {
				t.Errorf("after the next start there is %v", files)
			}
			items := 0
			if err := d.Walk(t.Context(), func(item Item) error {
				items++
				if got, err := get(d, item.Sum); err != nil || !bytes.Equal(got, b) {
					t.Errorf("a part of a file under its name: %v", err)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if (items == 1) != whole {
				t.Errorf("%d files", items)
			}
			put(t, d, b) // the sender tries again
		})
	}
}
