package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/minio/minio-go/v7"
)

// S3 keeps one company's files in a bucket. Nobody else is ever given an
// address in it: what people download comes through the server.
type S3 struct {
	vault
	bucket *Bucket
	folder string // "prefix/acme/"
	spool  *os.Root
	max    int64
	step   func(name string) // called where a crash would matter
}

var _ Store = (*S3)(nil)

// Put implements Store. The order is: seal into a local file that has no name
// any more, so that a crash frees it; upload it under its final name, which
// appears there whole or not at all; read all of it back. A crash before the
// end leaves a file that nobody was told of, or parts of an upload, and Tidy
// and the sweep remove both.
func (s *S3) Put(ctx context.Context, r io.Reader) (sum Sum, size int64, err error) {
	file, err := s.temporary()
	if err != nil {
		return sum, 0, fmt.Errorf("blob: put: %w", noSpace(err))
	}
	defer file.Close()
	s.step("created")
	if sum, size, err = sealTo(ctx, file, r, s.keys, s.max, s.step); err != nil {
		return Sum{}, 0, fmt.Errorf("blob: put: %w", noSpace(err))
	}
	s.step("complete")
	sealed, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		err = s.Settle(ctx, sum, io.NewSectionReader(file, 0, sealed))
	}
	if err != nil {
		return Sum{}, 0, err
	}
	return sum, size, nil
}

// temporary makes a file whose name is gone as soon as it is open.
func (s *S3) temporary() (*os.File, error) {
	name := rand.Text()
	file, err := s.spool.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := s.spool.Remove(name); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Settle puts a sealed file under its name. Contents that lie there whole are
// left as they are, since somebody may be reading them; others are replaced.
// Either way what lies there in the end was read to its end and is what it
// should be: neither S3's word for it nor its ETag is trusted.
func (s *S3) Settle(ctx context.Context, sum Sum, sealed *io.SectionReader) error {
	size := sealed.Size()
	free, err := s.settled.hold(ctx, s.Name(sum))
	if err != nil {
		return err
	}
	defer free()
	ctx, cancel := context.WithTimeout(ctx, patience(size))
	defer cancel()
	switch whole, err := s.whole(ctx, sum); {
	case err != nil:
		return err
	case whole:
		return s.touch(ctx, sum)
	}
	s.step("durable")
	name := s.folder + s.Name(sum)
	if err := s.bucket.upload(ctx, name, sealed, size); err != nil {
		return fmt.Errorf("blob: put: %w", err)
	}
	s.step("named")
	whole, err := s.whole(ctx, sum)
	if err == nil && !whole {
		err = errors.Join(errUntrue, s.Delete(ctx, sum))
	}
	return err
}

// patience is how long a file of a length may take altogether.
func patience(size int64) time.Duration {
	return 2*answerTime + time.Duration(size/slowest)*time.Second
}

// whole says whether what lies under a sum's name opens from beginning to end
// to just these contents.
func (s *S3) whole(ctx context.Context, sum Sum) (bool, error) {
	r, err := s.Open(ctx, sum)
	if err == nil {
		defer r.Close()
		h := sha256.New()
		if _, err = io.Copy(h, r); err == nil {
			return Sum(h.Sum(nil)) == sum, nil
		}
	}
	if errors.Is(err, ErrNotFound) || errors.Is(err, ErrDamaged) {
		return false, nil
	}
	return false, err
}

// putAt is the metadata that says when contents were last put again, in
// seconds: not every S3 counts a copy onto itself as a change.
const putAt = "Put-At"

// touch notes that contents were put again, so that no sweep takes them for
// old, without writing a byte of them.
func (s *S3) touch(ctx context.Context, sum Sum) error {
	name := s.folder + s.Name(sum)
	_, err := s.bucket.client.Client.CopyObject(ctx,
		minio.CopyDestOptions{Bucket: s.bucket.name, Object: name, ReplaceMetadata: true, UserMetadata: map[string]string{putAt: fmt.Sprint(time.Now().Unix())}},
		minio.CopySrcOptions{Bucket: s.bucket.name, Object: name})
	if err != nil {
		return explain(ctx, fmt.Errorf("blob: put: %w", err))
	}
	_, err = s.Stat(ctx, sum)
	return err
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, sum Sum) error { return s.remove(ctx, s.Name(sum)) }

func (s *S3) remove(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	err := s.bucket.client.RemoveObject(ctx, s.bucket.name, s.folder+name, minio.RemoveObjectOptions{})
	if err = explain(ctx, err); errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Collect implements Store. It holds up the company's writer, so it has little
// time; what it does not get done waits for the next sweep.
func (s *S3) Collect(ctx context.Context, name string, since time.Time) (bool, error) {
	taken, free := s.settled.try(name)
	if taken != nil {
		return false, nil
	}
	defer free()
	ctx, cancel := context.WithTimeout(ctx, connectTime)
	defer cancel()
	o, err := s.open(ctx, name, sealedFooterSize)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := o.Close(); err != nil || !o.written.Before(since) {
		return false, err
	}
	return true, s.remove(ctx, name)
}

// list is of shelf.
func (s *S3) list(ctx context.Context, f func(Lying) error) error {
	for found := range s.bucket.client.ListObjectsIter(ctx, s.bucket.name, minio.ListObjectsOptions{Prefix: s.folder, Recursive: true}) {
		if found.Err != nil {
			return explain(ctx, fmt.Errorf("blob: list: %w", found.Err))
		}
		if err := f(Lying{Name: found.Key[len(s.folder):], Size: found.Size, Written: found.LastModified}); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Tidy implements Store: parts of uploads that a crash left take room, and are
// in no listing.
func (s *S3) Tidy(ctx context.Context, before time.Time) (tidied int, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for left := range s.bucket.client.ListIncompleteUploads(ctx, s.bucket.name, s.folder, true) {
		if left.Err != nil {
			return tidied, explain(ctx, fmt.Errorf("blob: tidy: %w", left.Err))
		}
		if !left.Initiated.Before(before) {
			continue
		}
		if err := explain(ctx, s.bucket.client.AbortMultipartUpload(ctx, s.bucket.name, left.Key, left.UploadID)); err != nil && !errors.Is(err, ErrNotFound) {
			return tidied, err
		}
		tidied++
	}
	return tidied, nil
}

func (s *S3) location(name string) string { return "s3://" + s.bucket.name + "/" + s.folder + name }

// Close implements Store.
func (s *S3) Close() error { return s.spool.Close() }
