package blob_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"verbale/internal/blob"
	"verbale/internal/blob/blobtest"
	"verbale/internal/blob/s3test"
)

const large = 40 << 20 // an upload in parts

func init() { blob.TakeIntoS3AndDie = takeAndDie }

// takeAndDie is the server that is killed while it takes a file.
func takeAndDie(dir, step string) {
	b, err := blob.OpenBucket(blob.S3Options{Endpoint: os.Getenv(blob.KillS3), Region: s3test.Region, Key: s3test.Key, Secret: s3test.Secret, Bucket: s3test.Bucket, Prefix: "verbale", PathStyle: true})
	if err != nil {
		panic(err)
	}
	s, err := b.Company("acme", blob.CrashKeys(dir), dir, large)
	if err != nil {
		panic(err)
	}
	size := 300_000
	if step == "parts" {
		size = large
	}
	s.Step(func(at string) {
		if at == step {
			blob.Die()
		}
	})
	s.Put(context.Background(), bytes.NewReader(blobtest.Contents(size, 1)))
}

func died(t *testing.T, server *exec.Cmd, err error) {
	t.Helper()
	status, _ := server.ProcessState.Sys().(syscall.WaitStatus)
	if err == nil || !status.Signaled() {
		t.Fatalf("it was not killed: %v", err)
	}
}

func TestS3KilledAtAnyStepLeavesTheWholeFileOrNothing(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"created", "written", "complete", "durable", "named"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			server, dir := s3test.Start(t), t.TempDir()
			blob.MakeCrashKeys(t, dir)
			doomed := blob.Doomed(dir, step, blob.KillS3+"="+server.URL)
			died(t, doomed, doomed.Run())
			if left := blobtest.Stored(t, filepath.Join(dir, "arriving")); len(left) != 0 {
				t.Errorf("left on the disk: %v", left)
			}
			place := company(t, server, server.Open(t), blob.CrashKeys(dir), "acme")
			b := blobtest.Contents(300_000, 1)
			if files := blobtest.Stored(t, place.Folder); (len(files) == 1) != (step == "named") {
				t.Errorf("in the bucket there is %v", files)
			}
			if err := place.Store.Walk(t.Context(), func(item blob.Item) error {
				if got, err := blobtest.Get(place.Store, item.Sum); err != nil || !bytes.Equal(got, b) {
					t.Errorf("a part of a file under its name: %v", err)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			blobtest.Put(t, place.Store, b) // the sender tries again
		})
	}
}

func TestS3PartsOfAnUploadThatDiedAreNoFileAndAreTidiedUp(t *testing.T) {
	t.Parallel()
	server, dir := s3test.Start(t), t.TempDir()
	blob.MakeCrashKeys(t, dir)
	doomed := blob.Doomed(dir, "parts", blob.KillS3+"="+server.URL)
	var once sync.Once
	reached := make(chan struct{})
	server.Door(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(w, r)
		if r.URL.Query().Get("partNumber") == "1" {
			once.Do(func() { close(reached) })
		}
	})
	if err := doomed.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { <-reached; doomed.Process.Kill() }()
	died(t, doomed, doomed.Wait())
	server.Door(nil)
	place := company(t, server, server.Open(t), blob.CrashKeys(dir), "acme")
	if err := place.Store.Walk(t.Context(), func(item blob.Item) error { t.Errorf("a file: %v", item); return nil }); err != nil {
		t.Fatal(err)
	}
	if n, err := place.Store.Tidy(t.Context(), time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("%d uploads that may still be going on were ended: %v", n, err)
	}
	for _, want := range []int{1, 0} {
		if n, err := place.Store.Tidy(t.Context(), time.Now().Add(time.Hour)); n != want || err != nil {
			t.Errorf("%d uploads tidied up, want %d: %v", n, want, err)
		}
	}
}
