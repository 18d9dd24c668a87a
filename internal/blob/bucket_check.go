package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"path"
	"time"

	"github.com/minio/minio-go/v7"

	"verbale/internal/problem"
)

var (
	errLies    = problem.New(problem.Unavailable, "blobs.untrue", "S3 does not give back what was written to it, so it cannot keep files. Use another one, or look at what stands between it and this server.")
	errTooWide = problem.New(problem.Unavailable, "blobs.untrue", "S3 does not do what it is asked to: it lacks ranges, listings, copies or uploads in parts, or does them wrongly. Use another one.")
)

// Check does once, with a few bytes, all that will be asked of the bucket, and
// refuses one that is not there, not ours, or not true. It leaves nothing.
func (b *Bucket) Check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*answerTime)
	defer cancel()
	p := probe{b, path.Join(b.prefix, ".probe-"+rand.Text()), []byte(rand.Text() + rand.Text())}
	// Best effort: nobody looks for it, and it is a few bytes.
	defer b.client.RemoveObject(context.WithoutCancel(ctx), b.name, p.key, minio.RemoveObjectOptions{})
	for _, step := range []func(context.Context) error{p.put, p.read, p.readPart, p.copy, p.read, p.list, p.remove, p.putInParts, p.read, p.remove} {
		if err := step(ctx); err != nil {
			return b.explainCheck(ctx, err)
		}
	}
	return nil
}

func (b *Bucket) explainCheck(ctx context.Context, err error) error {
	err = explain(ctx, err)
	if said := codeOf(err); errors.Is(err, errUnavailable) && said != "" {
		return problem.Newf(problem.Unavailable, "blobs.refused", "S3 at %s refuses what the server must do there (%s). Look at the bucket's rules and at the key's rights.", b.client.EndpointURL(), said)
	} else if errors.Is(err, errUnavailable) {
		return problem.Newf(problem.Unavailable, errUnavailable.Code, "S3 does not answer at %s. Look whether it runs, and at --s3-endpoint.", b.client.EndpointURL())
	}
	return err
}

// probe is a small object that is written and read at the start.
type probe struct {
	*Bucket
	key     string
	content []byte
}

func (p probe) put(ctx context.Context) error {
	return p.upload(ctx, p.key, bytes.NewReader(p.content), int64(len(p.content)))
}

func (p probe) putInParts(ctx context.Context) error {
	id, err := p.client.NewMultipartUpload(ctx, p.name, p.key, minio.PutObjectOptions{})
	if err != nil {
		return err
	}
	part, err := p.once.PutObjectPart(ctx, p.name, p.key, id, 1, bytes.NewReader(p.content), int64(len(p.content)), minio.PutObjectPartOptions{})
	if err != nil {
		return errors.Join(err, p.client.AbortMultipartUpload(ctx, p.name, p.key, id))
	}
	_, err = p.client.CompleteMultipartUpload(ctx, p.name, p.key, id, []minio.CompletePart{{PartNumber: 1, ETag: part.ETag}}, minio.PutObjectOptions{})
	return err
}

func (p probe) get(ctx context.Context, from, to int64) ([]byte, error) {
	var options minio.GetObjectOptions
	if to > 0 {
		if err := options.SetRange(from, to); err != nil {
			return nil, err
		}
	}
	body, _, _, err := p.client.GetObject(ctx, p.name, p.key, options)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(io.LimitReader(body, 1<<10))
}

func (p probe) read(ctx context.Context) error {
	got, err := p.get(ctx, 0, 0)
	if errors.Is(explain(ctx, err), ErrNotFound) || err == nil && !bytes.Equal(got, p.content) {
		return errLies
	}
	return err
}

func (p probe) readPart(ctx context.Context) error {
	got, err := p.get(ctx, 10, 19)
	if err == nil && !bytes.Equal(got, p.content[10:20]) {
		return errTooWide
	}
	return err
}

func (p probe) copy(ctx context.Context) error {
	_, err := p.client.Client.CopyObject(ctx,
		minio.CopyDestOptions{Bucket: p.name, Object: p.key, ReplaceMetadata: true, UserMetadata: map[string]string{putAt: "1"}},
		minio.CopySrcOptions{Bucket: p.name, Object: p.key})
	return err
}

func (p probe) list(ctx context.Context) error {
	for found := range p.client.ListObjectsIter(ctx, p.name, minio.ListObjectsOptions{Prefix: p.key}) {
		if found.Err != nil {
			return found.Err
		}
		// A wrong clock there would make what was just put look old.
		if age := time.Since(found.LastModified); found.Key == p.key && age < time.Hour && age > -time.Hour {
			return nil
		}
	}
	return errTooWide
}

// remove sees to it that what is gone says so, and not that it is forbidden.
func (p probe) remove(ctx context.Context) error {
	if err := p.client.RemoveObject(ctx, p.name, p.key, minio.RemoveObjectOptions{}); err != nil {
		return err
	}
	switch _, err := p.get(ctx, 0, 0); {
	case err == nil:
		return errTooWide
	case codeOf(err) == "NoSuchKey":
		return nil
	default:
		return err
	}
}
