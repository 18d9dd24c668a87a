package lab_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"verbale/e2e/lab"
)

func TestAFullDiskTakesNothingUntilItIsFreed(t *testing.T) {
	t.Parallel()
	disk := lab.New(t).Host("a").Disk("small", 2)
	write := func() error {
		return os.WriteFile(filepath.Join(disk.Dir, "file"), make([]byte, 100_000), 0o600)
	}
	disk.Fill(t, 8192)
	if write() == nil {
		t.Error("a full disk took a file")
	}
	disk.Free(t)
	if err := write(); err != nil {
		t.Errorf("a disk with room took no file: %v", err)
	}
}

func TestASlowDiskKeepsWhoWaitsForItAndWhoIsStartedLater(t *testing.T) {
	t.Parallel()
	h := lab.New(t).Host("a")
	p := h.Run("writes", nil, "/bin/sh", "-c", "while echo .; do dd if=/dev/zero of=file bs=1 count=1 conv=fdatasync 2>/dev/null; done")
	writes := func() int { return strings.Count(p.Log(), ".") }
	lab.Until(t, 10*time.Second, "it writes", func() bool { return writes() > 3 })
	fast := p.SlowDisk(t, 500*time.Millisecond)
	before := writes()
	<-time.After(2 * time.Second)
	if n := writes() - before; n > 6 {
		t.Errorf("%d writes in two seconds, each of which takes half a second", n)
	}
	fast()
	before = writes()
	lab.Until(t, 10*time.Second, "it is quick again", func() bool { return writes() > before+20 })
}

func TestAClockCanBeSetWhileItsProgramRuns(t *testing.T) {
	t.Parallel()
	if !lab.Long() {
		t.Skip("a program with such a clock is compiled for long runs: make faults")
	}
	h := lab.New(t).Host("a")
	clock := h.Clock("a")
	node := h.Verbale(lab.ProgramWithClock(t), h.Dir("data"), clock.Env())
	node.MustBeReady(t)
	for _, by := range []time.Duration{0, time.Hour, -time.Hour, 0} {
		clock.Set(t, by)
		lab.Until(t, 10*time.Second, "the program's clock is so: "+by.String(), func() bool {
			answer, err := http.Get(node.URL + "/healthz")
			if err != nil {
				return false
			}
			answer.Body.Close()
			told, err := http.ParseTime(answer.Header.Get("Date"))
			return err == nil && time.Until(told.Add(-by)).Abs() < 5*time.Second
		})
	}
}
