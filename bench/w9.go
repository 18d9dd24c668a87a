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

// writePlainly writes bytes that cannot be compressed, and waits for the disk.
func writePlainly(path string, size int64) (time.Duration, error) {
	block := make([]byte, 1<<20)
	for i := range block {
		block[i] = byte(rand.Uint32())
	}
	began := time.Now()
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer os.Remove(path)
	defer file.Close()
	for at := int64(0); at < size; at += int64(len(block)) {
		if _, err := file.Write(block[:min(int64(len(block)), size-at)]); err != nil {
			return 0, err
		}
	}
	err = file.Sync()
	return max(time.Since(began), 1), err
}
