package blob_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"verbale/internal/blob"
	"verbale/internal/blob/blobtest"
	"verbale/internal/blob/s3test"
	"verbale/internal/problem"
)

func TestS3IsLookedAtBeforeItIsUsed(t *testing.T) {
	t.Parallel()
	server := s3test.Start(t)
	open := func(change func(*blob.S3Options)) *blob.Bucket {
		o := server.Options()
		change(&o)
		b, err := blob.OpenBucket(o)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	code := func(err error) string {
		if p := problem.Of(err); p != nil {
			return p.Code
		}
		return ""
	}
	good := open(func(*blob.S3Options) {})
	if err := good.Check(t.Context()); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for name, c := range map[string]struct {
		want   string
		change func(*blob.S3Options)
	}{
		"no bucket":      {"blobs.bucket_missing", func(o *blob.S3Options) { o.Bucket = "elsewhere" }},
		"wrong secret":   {"blobs.refused", func(o *blob.S3Options) { o.Secret = "another" }},
		"wrong key":      {"blobs.refused", func(o *blob.S3Options) { o.Key = "another" }},
		"nobody listens": {"blobs.unavailable", func(o *blob.S3Options) { o.Endpoint = "http://127.0.0.1:1" }},
	} {
		if err := open(c.change).Check(t.Context()); code(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, door := range map[string]s3test.Door{
		"flips a byte of what is read": s3test.Answer(func(r *http.Request, _ http.Header, body []byte) []byte {
			if r.Method == http.MethodGet && len(body) > 0 && !r.URL.Query().Has("list-type") {
				body[0] ^= 1
			}
			return body
		}),
		"keeps nothing": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodPut {
				w.Header().Set("ETag", `"d41d8cd98f00b204e9800998ecf8427e"`)
				return
			}
			next.ServeHTTP(w, r)
		},
		"removes nothing": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodDelete {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			next.ServeHTTP(w, r)
		},
		"joins parts wrongly": after(server.Folder, func(path string) error { return os.WriteFile(path, []byte("other"), 0o600) }),
	} {
		server.Door(door)
		if err := good.Check(t.Context()); code(err) != "blobs.untrue" {
			t.Errorf("%s: %v", name, err)
		}
		server.Door(nil)
		os.RemoveAll(filepath.Join(server.Folder, "verbale"))
	}
	if err := good.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if left := blobtest.Stored(t, filepath.Join(server.Folder, "verbale")); len(left) != 0 {
		t.Errorf("the looks left %v", left)
	}
}

func TestS3OptionsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"", "s3.example.com", "ftp://s3.example.com", "https://s3.example.com/path", "https://"} {
		if _, err := blob.OpenBucket(blob.S3Options{Endpoint: endpoint, Bucket: "files"}); problem.Of(err) == nil {
			t.Errorf("%q was taken: %v", endpoint, err)
		}
	}
}
