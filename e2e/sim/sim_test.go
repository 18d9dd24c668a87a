package sim

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"testing"
	"time"

	"verbale/e2e/history"
)

var (
	schedules = flag.Int("schedules", 300, "how many schedules to run")
	firstSeed = flag.Uint64("seed", 1, "the seed of the first")
	budget    = flag.Duration("budget", 10*time.Second, "begin no further schedule after so long; 0 is never")
)

// raced says that the race detector is on.
var raced bool

// workdir is where the databases are: in memory if there is such a place,
// where a durable commit costs no disk.
var workdir string

func TestMain(m *testing.M) {
	flag.Parse()
	// With two goroutines really at the same time, connections to SQLite may
	// meet at a lock of its files or not, and wait in simulated time.
	runtime.GOMAXPROCS(1)
	if raced {
		*schedules = min(*schedules, 3)
	}
	// What a crash cuts short is logged by whatever was cut short.
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	where := "/dev/shm"
	if info, err := os.Stat(where); err != nil || !info.IsDir() {
		where = ""
	}
	var err error
	if workdir, err = os.MkdirTemp(where, "verbale-sim-*"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(workdir)
	os.Exit(status)
}

// seeds are those to run, as far as the budget goes.
func seeds(yield func(uint64) bool) {
	began := time.Now()
	for seed := *firstSeed; seed < *firstSeed+uint64(*schedules); seed++ {
		if *budget > 0 && time.Since(began) > *budget || !yield(seed) {
			return
		}
	}
}

// These tests do not run beside each other: what is random in the product is
// made to follow the seed, and that is one source for the whole process.

func TestNoScheduleLosesDoublesInventsOrReordersAnything(t *testing.T) {
	began := time.Now()
	var runs, steps, crashes, messages, shown, checkpoints int
	var cuts int64
	for seed := range seeds {
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			out := run(t, seed, none)
			v := history.Check(out.records)
			if out.err != nil {
				t.Error(out.err)
			}
			if out.err != nil || !v.OK() {
				kept, err := history.Keep(out.records)
				t.Fatalf("%sThe history is in %s (%v); to run this schedule again:\n  make simulate SCHEDULES=1 SEED=%d", v, kept, err, seed)
			}
			runs, steps, crashes, cuts = runs+1, steps+out.steps, crashes+out.crashes, cuts+out.cuts
			messages, shown, checkpoints = messages+v.Messages, shown+v.Shown, checkpoints+v.Checkpoints
		})
	}
	took := time.Since(began)
	t.Logf("%d schedules in %v (%v each): %d steps, %d messages, shown %d times, %d checkpoints, %d crashes, %d slow readers cut",
		runs, took.Round(time.Millisecond), (took / time.Duration(max(1, runs))).Round(time.Microsecond), steps, messages, shown, checkpoints, crashes, cuts)
	if runs >= 250 && (crashes == 0 || cuts == 0 || checkpoints == 0 || shown < messages) {
		t.Error("there was hardly any trouble")
	}
}

func written(t *testing.T, records []history.Record) []byte {
	var file bytes.Buffer
	if err := history.Write(&file, records); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func TestTheSameSeedGivesTheSameHistoryByteForByte(t *testing.T) {
	runs := 0
	for seed := range seeds {
		if runs++; runs > 50 {
			return
		}
		first := written(t, run(t, seed, none).records)
		if again := written(t, run(t, seed, none).records); !bytes.Equal(first, again) {
			t.Errorf("seed %d gives two histories", seed)
		}
	}
}
