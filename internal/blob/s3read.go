package blob

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"verbale/internal/seal"
)

// How much is asked for at once. What is asked for is streamed, not held; a
// reader that goes on gets more at a time, one that jumps about wastes little.
const (
	firstWindow = 256 << 10
	maxWindow   = 16 << 20
)

// open is of shelf. One request brings the length, the times and the tail,
// which of a small file is all of it.
func (s *S3) open(ctx context.Context, name string, tail int64) (object, error) {
	o := &remote{ctx: ctx, bucket: s.bucket, key: s.folder + name, window: firstWindow}
	header, err := o.fetchTail(max(tail, 1))
	if err != nil {
		return object{}, err
	}
	written, err := http.ParseTime(header.Get("Last-Modified"))
	if err != nil {
		return object{}, explain(ctx, fmt.Errorf("blob: open: an answer without a time: %w", err))
	}
	if again, err := strconv.ParseInt(header.Get("X-Amz-Meta-"+putAt), 10, 64); err == nil && time.Unix(again, 0).After(written) {
		written = time.Unix(again, 0)
	}
	return object{ReaderAt: o, Closer: o, size: o.size, written: written}, nil
}

// remote is an object in the bucket that is read here and there. It is for one
// goroutine.
type remote struct {
	ctx    context.Context
	bucket *Bucket
	key    string
	size   int64
	head   []byte // its first bytes, which are asked for twice
	tail   []byte // its last bytes

	body   io.ReadCloser // what is being streamed, or nil
	cancel func()        // ends it
	at     int64         // where its next byte belongs
	left   int64         // how many bytes were asked for and have not come
	window int64
}

// fetchTail reads the last bytes, and learns the length by it.
func (o *remote) fetchTail(tail int64) (http.Header, error) {
	ctx, cancel := context.WithTimeout(o.ctx, o.bucket.stall)
	defer cancel()
	var options minio.GetObjectOptions
	if err := options.SetRange(0, -tail); err != nil {
		return nil, err
	}
	body, _, header, err := o.bucket.client.GetObject(ctx, o.bucket.name, o.key, options)
	if codeOf(err) == "InvalidRange" {
		return nil, ErrDamaged // it is empty
	}
	if err != nil {
		return nil, explain(o.ctx, fmt.Errorf("blob: open: %w", err))
	}
	defer body.Close()
	if o.tail, err = io.ReadAll(io.LimitReader(body, tail+1)); err != nil {
		return nil, explain(o.ctx, fmt.Errorf("blob: open: %w", err))
	}
	o.size = int64(len(o.tail))
	if said := header.Get("Content-Range"); said != "" {
		_, total, _ := strings.Cut(said, "/")
		if o.size, err = strconv.ParseInt(total, 10, 64); err != nil || o.size < int64(len(o.tail)) {
			return nil, explain(o.ctx, fmt.Errorf("blob: open: a range that is none"))
		}
	} else if o.size > tail {
		return nil, explain(o.ctx, fmt.Errorf("blob: open: this S3 gives no ranges"))
	}
	return header, nil
}

// ReadAt implements io.ReaderAt. A stream that breaks is begun again where it
// was, as long as it goes on at all.
func (o *remote) ReadAt(p []byte, off int64) (n int, err error) {
	if off >= o.size {
		return 0, io.EOF
	}
	if begin := o.size - int64(len(o.tail)); off >= begin {
		if n = copy(p, o.tail[off-begin:]); n < len(p) {
			err = io.EOF
		}
		return n, err
	}
	if off == 0 && len(p) <= len(o.head) {
		return copy(p, o.head), nil
	}
	for failed := 0; n < len(p) && off+int64(n) < o.size; {
		if err := o.ready(off + int64(n)); err != nil {
			return n, explain(o.ctx, fmt.Errorf("blob: read: %w", err))
		}
		got, err := o.pull(p[n:])
		if n += got; got > 0 {
			failed = 0
		} else if failed++; failed == attempts || o.ctx.Err() != nil {
			return n, explain(o.ctx, fmt.Errorf("blob: read: %w", err))
		}
	}
	if off == 0 && o.head == nil {
		o.head = bytes.Clone(p[:min(n, seal.StreamHeaderSize)])
	}
	if n < len(p) {
		err = io.EOF
	}
	return n, err
}

// ready makes the stream stand at a place.
func (o *remote) ready(from int64) error {
	if o.body != nil && o.at == from && o.left > 0 {
		return nil
	}
	return o.begin(from)
}

// pull takes what comes. A stream that stands still is cut; one that nobody
// reads from may stand.
func (o *remote) pull(p []byte) (int, error) {
	still := time.AfterFunc(o.bucket.stall, o.cancel)
	n, err := o.body.Read(p[:min(int64(len(p)), o.left)])
	still.Stop()
	o.at, o.left = o.at+int64(n), o.left-int64(n)
	if n == 0 {
		o.end()
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
	}
	return n, err
}

func (o *remote) begin(from int64) error {
	if o.body != nil && o.at == from {
		o.window = min(2*o.window, maxWindow)
	} else {
		o.window = firstWindow
	}
	o.end()
	length := min(o.window, o.size-from)
	var options minio.GetObjectOptions
	if err := options.SetRange(from, from+length-1); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(o.ctx)
	still := time.AfterFunc(attempts*o.bucket.stall, cancel)
	body, _, header, err := o.bucket.client.GetObject(ctx, o.bucket.name, o.key, options)
	still.Stop()
	if err == nil && !strings.HasPrefix(header.Get("Content-Range"), fmt.Sprintf("bytes %d-", from)) {
		body.Close()
		err = fmt.Errorf("blob: another range than was asked for")
	}
	if err != nil {
		cancel()
		return err
	}
	o.body, o.cancel, o.at, o.left = body, cancel, from, length
	return nil
}

// end lets go of the stream.
func (o *remote) end() {
	if o.body != nil {
		o.cancel()
		o.body.Close()
		o.body = nil
	}
}

// Close implements io.Closer.
func (o *remote) Close() error {
	o.end()
	return nil
}
