package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"time"
)

// w9 takes a backup of the large company, and writes as many bytes plainly.
func (r *run) w9(ctx context.Context) error {
	to := r.folder + "/backup.tar"
	began := time.Now()
	backup := exec.CommandContext(ctx, r.server.program, "backup", "--company", "bench", "--data", r.server.data, "--to", to)
	backup.Dir, backup.Env = r.folder, r.server.environment()
	if said, err := backup.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, said)
	}
	took := time.Since(began)
	made, err := os.Stat(to)
	if err != nil {
		return err
	}
	bare, err := writePlainly(r.folder+"/plain", made.Size())
	if err != nil {
		return err
	}
	size := float64(made.Size()) / (1 << 20)
	r.report.Scale.W9 = W9{Bytes: made.Size(), Rate: size / took.Seconds(), Bare: size / bare.Seconds()}
	return os.Remove(to)
}

// writePlainly writes bytes of which none are like others, so that nothing
// below can spare itself the work, and waits for the disk. What it takes to
// make them is not counted.
func writePlainly(path string, size int64) (took time.Duration, err error) {
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer os.Remove(path)
	defer file.Close()
	block, random := make([]byte, 1<<20), rand.NewChaCha8([32]byte{})
	for left := size; left > 0; left -= int64(len(block)) {
		random.Read(block)
		began := time.Now()
		if _, err := file.Write(block[:min(int64(len(block)), left)]); err != nil {
			return 0, err
		}
		took += time.Since(began)
	}
	began := time.Now()
	err = file.Sync()
	return max(took+time.Since(began), 1), err
}
