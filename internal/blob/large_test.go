package blob_test

import (
	"bytes"
	"context"
	"io"
	"syscall"
	"testing"

	"verbale/internal/blob"
	"verbale/internal/blob/blobtest"
	"verbale/internal/blob/s3test"
)

// A large file, in and out, and how much memory the process had at most:
//
//	go test ./internal/blob -run '^$' -bench Large -benchtime 3x
func BenchmarkLarge(b *testing.B) {
	const size = 256 << 20
	keys := blobtest.Keys(b, "acme")
	for _, kind := range []string{"disk", "s3"} {
		var s blob.Store
		var err error
		if kind == "disk" {
			s, err = blob.OpenDisk(b.TempDir(), keys, size)
		} else {
			s, err = s3test.Start(b).Open(b).Company("acme", keys, b.TempDir(), size)
		}
		if err != nil {
			b.Fatal(err)
		}
		var sum blob.Sum
		seed := byte(0)
		run := func(name string, f func() error) {
			b.Run(kind+"/"+name, func(b *testing.B) {
				b.SetBytes(size)
				for b.Loop() {
					if err := f(); err != nil {
						b.Fatal(err)
					}
				}
				var used syscall.Rusage
				if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(used.Maxrss)/1024, "peak-MiB")
			})
		}
		run("put", func() (err error) {
			seed++
			sum, _, err = s.Put(context.Background(), io.LimitReader(&counting{seed: seed}, size))
			return err
		})
		run("put again", func() error {
			_, _, err := s.Put(context.Background(), io.LimitReader(&counting{seed: seed}, size))
			return err
		})
		run("read", func() error {
			r, err := s.Open(context.Background(), sum)
			if err != nil {
				return err
			}
			defer r.Close()
			_, err = io.Copy(io.Discard, r)
			return err
		})
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// counting are bytes without end that cost nothing to make.
type counting struct {
	seed  byte
	block []byte
}

func (c *counting) Read(p []byte) (int, error) {
	if c.block == nil {
		c.block = bytes.Repeat(blobtest.Contents(1<<10, c.seed), 32)
	}
	return copy(p, c.block), nil
}
