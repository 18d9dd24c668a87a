package blob

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"verbale/internal/problem"
	"verbale/internal/seal"
)

// S3Options say where a bucket is and who we are there.
type S3Options struct {
	Endpoint    string // https://s3.example, or http:// inside one's own house
	Region      string
	Key, Secret string
	Bucket      string
	Prefix      string // of all names in the bucket, or empty
	PathStyle   bool   // https://host/bucket rather than https://bucket.host
}

// The bounds of what is asked of S3. None of them bounds a whole large file,
// which may take its time as long as it moves.
const (
	connectTime = 5 * time.Second
	answerTime  = 30 * time.Second // until an answer begins, or goes on
	attempts    = 3
	pause       = 200 * time.Millisecond // before another attempt
	slowest     = 256 << 10              // bytes a second; what is slower is given up
	partSize    = 16 << 20               // of an upload; it is read from a file, not held
	partsAtOnce = 2
)

// Bucket is where many companies' files lie, each under its own name.
type Bucket struct {
	client minio.Core
	once   minio.Core // repeats nothing by itself; what has a body goes through it
	name   string
	prefix string
	stall  time.Duration
}

// OpenBucket makes the client; it asks nothing yet, which Check does.
func OpenBucket(o S3Options) (*Bucket, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return nil, problem.New(problem.Invalid, "blobs.endpoint", "The address of S3 must look like https://s3.example.com, with no path.")
	}
	transport, err := minio.DefaultTransport(u.Scheme == "https")
	if err != nil {
		return nil, err
	}
	transport.DialContext = (&net.Dialer{Timeout: connectTime, KeepAlive: answerTime}).DialContext
	transport.ResponseHeaderTimeout = answerTime
	lookup := minio.BucketLookupDNS
	if o.PathStyle {
		lookup = minio.BucketLookupPath
	}
	options := minio.Options{
		Creds: credentials.NewStaticV4(o.Key, o.Secret, ""), Secure: u.Scheme == "https", Transport: transport,
		Region: o.Region, BucketLookup: lookup, MaxRetries: attempts,
	}
	client, err := minio.NewCore(u.Host, &options)
	options.MaxRetries = 1
	once, errOnce := minio.NewCore(u.Host, &options)
	if err := errors.Join(err, errOnce); err != nil {
		return nil, problem.Newf(problem.Invalid, "blobs.endpoint", "S3 cannot be used with these options: %v.", err)
	}
	return &Bucket{client: *client, once: *once, name: o.Bucket, prefix: strings.Trim(o.Prefix, "/"), stall: answerTime}, nil
}

// Location is the bucket as an operator writes it.
func (b *Bucket) Location() string { return "s3://" + path.Join(b.name, b.prefix) }

// Company gives the files of a company, which lie under its name. Those that
// arrive are first sealed into the directory, which no other process uses.
func (b *Bucket) Company(name string, keys *seal.Keyset, dir string, max int64) (*S3, error) {
	dir = filepath.Join(dir, arriving)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o700)); err != nil {
		return nil, err
	}
	spool, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	s := &S3{bucket: b, folder: path.Join(b.prefix, name) + "/", spool: spool, max: max, step: func(string) {}}
	s.vault = vault{shelf: s, keys: keys}
	return s, nil
}

// upload puts an object. The client's own repetition would wind back a body
// that its last attempt may still be reading from, so each gets its own.
func (b *Bucket) upload(ctx context.Context, key string, body io.ReaderAt, size int64) (err error) {
	for attempt := range attempts {
		_, err = b.once.Client.PutObject(ctx, b.name, key, io.NewSectionReader(body, 0, size), size,
			minio.PutObjectOptions{PartSize: partSize, NumThreads: partsAtOnce})
		if err = explain(ctx, err); !errors.Is(err, errUnavailable) || ctx.Err() != nil {
			return err
		}
		select {
		case <-time.After(time.Duration(attempt+1) * pause):
		case <-ctx.Done():
		}
	}
	return err
}

// S3's own words for what is wrong, as far as it changes what is to be done.
var (
	errUnavailable = problem.New(problem.Unavailable, "blobs.unavailable", "The place where the server keeps its files does not answer. Try again in a minute; if that does not help, tell the server's administrator.")
	errRefused     = problem.New(problem.Unavailable, "blobs.refused", "S3 refuses the server's key. Correct --s3-key and --s3-secret, or give the key the right to read, write, list and delete in the bucket.")
	errStranger    = problem.New(problem.Unavailable, "blobs.untrusted", "S3 shows a certificate that this machine does not trust, or one for another name. Correct --s3-endpoint, or put the certificate's authority among those that this machine trusts (SSL_CERT_FILE names a file of them).")
	errNoBucket    = problem.New(problem.Unavailable, "blobs.bucket_missing", "The bucket is not there. Make it, or correct the name after s3:// in --blobs.")
	errUntrue      = problem.New(problem.Unavailable, "blobs.untrue", "S3 does not give back what was written to it, so the file was not taken. Tell the server's administrator.")
)

// explain turns what the client says into what is to be done. Who stopped
// waiting is told only that.
func explain(ctx context.Context, err error) error {
	if err == nil || problem.Of(err) != nil {
		return err
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return ctx.Err()
	}
	kind := errUnavailable
	switch codeOf(err) {
	case "NoSuchKey", "NoSuchUpload":
		kind = ErrNotFound
	case "NoSuchBucket":
		kind = errNoBucket
	case "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AccountProblem", "ExpiredToken", "InvalidTokenId":
		kind = errRefused
	case "QuotaExceeded", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "InsufficientCapacity", "EntityTooLarge":
		kind = ErrNoSpace
	}
	if _, is := errors.AsType[*tls.CertificateVerificationError](err); is {
		kind = errStranger
	}
	return &fault{kind, err}
}

func codeOf(err error) string {
	said, _ := errors.AsType[minio.ErrorResponse](err)
	return said.Code
}

// fault is a problem with S3's own words behind it, for the log.
type fault struct {
	*problem.Problem
	cause error
}

func (f *fault) Error() string   { return f.Problem.Error() + " (" + f.cause.Error() + ")" }
func (f *fault) Unwrap() []error { return []error{f.Problem, f.cause} }
