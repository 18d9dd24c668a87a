package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"verbale/internal/blob"
	"verbale/internal/problem"
	"verbale/internal/store"
)

// bucket gives the bucket that the options name, or nil for the data directory.
func (p place) bucket() (*blob.Bucket, error) {
	if p.Blobs == "" {
		return nil, nil
	}
	rest, ok := strings.CutPrefix(p.Blobs, "s3://")
	name, prefix, _ := strings.Cut(rest, "/")
	if !ok || name == "" {
		return nil, usage("--blobs %q must look like s3://bucket or s3://bucket/prefix.", p.Blobs)
	}
	if p.S3.Key == "" || p.S3.Secret == "" {
		return nil, usage("With --blobs both --s3-key and --s3-secret are needed; the secret best in the environment (VERBALE_S3_SECRET).")
	}
	b, err := blob.OpenBucket(blob.S3Options{
		Endpoint: p.S3.Endpoint, Region: p.S3.Region, Key: p.S3.Key, Secret: p.S3.Secret,
		Bucket: name, Prefix: prefix, PathStyle: p.S3.PathStyle,
	})
	if said := problem.Of(err); said != nil {
		return nil, usage("%s", said.Detail+" (--s3-endpoint)")
	}
	return b, err
}

// placeFile remembers in the data directory where its files are, so that a
// start that forgot --blobs does not serve companies without their files.
const placeFile = "blobs"

func checkPlace(data string, b *blob.Bucket) error {
	want := ""
	if b != nil {
		want = b.Location()
	}
	path := filepath.Join(data, placeFile)
	text, err := os.ReadFile(path)
	have := strings.TrimSpace(string(text))
	switch {
	case errors.Is(err, fs.ErrNotExist) && want == "":
		return nil
	case errors.Is(err, fs.ErrNotExist):
		if kept, _ := filepath.Glob(filepath.Join(data, "tenants", "*", filesName)); len(kept) > 0 {
			return problem.Newf(problem.Invalid, "blobs.elsewhere", "The files of this data directory are in it, not in %s. Leave --blobs away; or make a backup of each company and restore it into a new data directory with --blobs.", want)
		}
		return os.WriteFile(path, []byte(want+"\n"), 0o600)
	case err != nil:
		return noRoom(err)
	case have != want:
		return problem.Newf(problem.Invalid, "blobs.elsewhere", "The files of this data directory are in %s. Give --blobs %s and the options of that S3.", have, have)
	}
	return nil
}

// openFiles opens the files of a company: in the bucket, or beside its
// database.
func openFiles(b *blob.Bucket, tenant *store.Tenant) (blob.Store, error) {
	if b != nil {
		return b.Company(tenant.Name(), tenant.Keys(), tenant.Dir(), maxFile)
	}
	return blob.OpenDisk(filepath.Join(tenant.Dir(), filesName), tenant.Keys(), maxFile)
}

// lookAtBucket is the doctor's look at S3.
func lookAtBucket(ctx context.Context, p place) []finding {
	b, err := p.bucket()
	if err != nil || b == nil {
		return nil // what is typed wrongly has been said
	}
	if err := b.Check(ctx); err != nil {
		text := err.Error()
		if said := problem.Of(err); said != nil {
			text = said.Detail
		}
		return []finding{{fault, "files", text, "Until then no file can be sent or opened; messages go on."}}
	}
	return []finding{{fine, "files", b.Location() + " takes files and gives them back.", ""}}
}

// moveFiles takes a company's files into a bucket, sealed as they are, and
// removes them where they were.
func moveFiles(ctx context.Context, from blob.Store, to *blob.Bucket, tenant *store.Tenant) error {
	into, err := to.Company(tenant.Name(), tenant.Keys(), tenant.Dir(), maxFile)
	if err != nil {
		return err
	}
	defer into.Close()
	err = from.Walk(ctx, func(item blob.Item) error {
		sealed, err := from.Sealed(ctx, item.Name)
		if err != nil {
			return err
		}
		defer sealed.Close()
		return into.Settle(ctx, item.Sum, sealed.SectionReader)
	})
	if err != nil {
		return err
	}
	return os.RemoveAll(filepath.Join(tenant.Dir(), filesName))
}
