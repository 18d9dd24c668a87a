package blob_test

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"

	"verbale/internal/blob"
	"verbale/internal/blob/blobtest"
	"verbale/internal/blob/s3test"
	"verbale/internal/seal"
)

func TestDisk(t *testing.T) {
	t.Parallel()
	blobtest.Run(t, func(t *testing.T, keys *seal.Keyset) blobtest.Place {
		dir := t.TempDir()
		d, err := blob.OpenDisk(dir, keys, blobtest.MaxFile)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { d.Close() })
		return blobtest.Place{Store: d, Folder: dir}
	})
}

func TestS3(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	companies := &atomic.Int64{}
	blobtest.Run(t, func(t *testing.T, keys *seal.Keyset) blobtest.Place {
		return company(t, server, server.Open(t), keys, fmt.Sprintf("company-%d", companies.Add(1)))
	})
}

// company opens a company's files in a server's bucket.
func company(t testing.TB, server *s3test.Server, b *blob.Bucket, keys *seal.Keyset, name string) blobtest.Place {
	t.Helper()
	s, err := b.Company(name, keys, t.TempDir(), blobtest.MaxFile)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return blobtest.Place{Store: s, Folder: filepath.Join(server.Folder, "verbale", name)}
}
