package bill

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// S3 is what is needed of it. Nothing is listed.
type S3 interface {
	GetObject(context.Context, *s3.GetObjectInput, ...func(*s3.Options)) (*s3.GetObjectOutput, error)
}

// Remote finds the deliveries of a bill in S3. The address is that of a Manifest.json, or s3://bucket/prefix/name of a legacy report or a
// data export, whose manifests for the given months (YYYY-MM) are where AWS puts them. The months of which no manifest could be read are told,
// unless there is none at all, which is an error.
func Remote(ctx context.Context, client S3, address string, months []string) (ds []Delivery, passed []Passed, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.RawQuery != "" {
		return nil, nil, wrongf(address, "write it as s3://bucket/prefix/name", "this is no place in S3")
	}
	r := &remote{client: client, bucket: u.Host}
	key := strings.Trim(u.Path, "/")
	if isManifest(key) {
		d, err := r.delivery(ctx, key)
		if err != nil {
			return nil, nil, err
		}
		return []Delivery{*d}, nil, nil
	}
	name := path.Base(key)
	if key == "" {
		return nil, nil, wrongf(address, "write it as s3://bucket/prefix/name", "it names no report")
	}
	var tried []string
	var denied error
	for i, m := range months {
		if slices.Contains(months[:i], m) {
			continue
		}
		at, err := time.Parse("2006-01", m)
		if err != nil {
			return nil, nil, wrongf(address, "write months as 2026-03", "%q is no month", m)
		}
		export := key + "/metadata/BILLING_PERIOD=" + m + "/" + name + "-Manifest.json"
		report := key + "/" + at.Format("20060102") + "-" + at.AddDate(0, 1, 0).Format("20060102") + "/" + name + "-Manifest.json"
		var d *Delivery
		var why error
		for _, k := range []string{export, report} {
			d, err = r.delivery(ctx, k)
			if err == nil {
				break
			}
			if _, none := errors.AsType[*types.NoSuchKey](err); none {
				tried = append(tried, k)
				continue
			}
			if api, ok := errors.AsType[smithy.APIError](err); ok && api.ErrorCode() == "AccessDenied" { // as S3 says of what is not there, to those who may not list
				why = err
				continue
			}
			return nil, nil, err
		}
		if d == nil {
			passed = append(passed, Passed{Period: m, At: []string{r.at(export), r.at(report)}, Denied: why})
			denied = cmp.Or(denied, why)
			continue
		}
		ds = append(ds, *d)
	}
	if len(ds) == 0 && denied != nil {
		return nil, nil, denied
	}
	if len(ds) == 0 {
		return nil, nil, wrongf(address, "name the export as s3://bucket/prefix/name, and months that were delivered with --month", "there is no manifest at %s", strings.Join(tried, ", nor at "))
	}
	return ds, passed, nil
}

// Passed is a month that was asked for and of which no manifest could be read.
type Passed struct {
	Period string
	// At are the addresses where its manifest would be.
	At []string
	// Denied is what S3 said where it may lie there and not be read, nil where it surely does not.
	Denied error
}

// String says the month and why it was passed over.
func (p Passed) String() string {
	if p.Denied != nil {
		return p.Period + " was passed over: it was not delivered, or may not be read: access denied to " + strings.Join(p.At, " or ")
	}
	return p.Period + " was passed over: there is no manifest at " + strings.Join(p.At, ", nor at ")
}

type remote struct {
	client S3
	bucket string
}

// at is the address of a key.
func (r *remote) at(key string) string { return "s3://" + r.bucket + "/" + key }

// fetches is how many objects come at once.
const fetches = 4

func (r *remote) delivery(ctx context.Context, key string) (*Delivery, error) {
	m, written, err := r.manifest(ctx, key)
	if err != nil {
		return nil, err
	}
	origins := map[string]string{}
	d := &Delivery{Name: r.at(key), Period: m.period, Assembly: m.assembly, origins: origins}
	if m.bucket != "" && m.bucket != r.bucket {
		// A manifest must not have us read elsewhere. Bills are often copied to another bucket, with it.
		d.Notes = append(d.Notes, fmt.Sprintf("the manifest is of bucket %s; its files are read from %s, where it lies", m.bucket, r.bucket))
	}
	d.load = func(ctx context.Context, dir string, tell func(Progress)) ([]string, func(), error) {
		files, err := r.fetch(ctx, m, r.latest(m, written), dir, origins, tell)
		if err == nil {
			err = r.still(ctx, key, m)
		}
		done := func() {
			for _, f := range files {
				_ = os.Remove(f)
			}
		}
		if err != nil {
			done()
			return nil, nil, err
		}
		return files, done, nil
	}
	return d, nil
}

// manifest reads one, and when it was written.
func (r *remote) manifest(ctx context.Context, key string) (m manifest, written *time.Time, err error) {
	o, err := r.get(ctx, key)
	if err != nil {
		return manifest{}, nil, err
	}
	text, err := io.ReadAll(io.LimitReader(o.body, maxManifest))
	if err = errors.Join(err, o.body.Close()); err != nil {
		return manifest{}, nil, r.fail(key, err)
	}
	m, err = readManifest(key, text)
	return m, o.modified, err
}

// latest is when a file of the manifest can have been written at the latest, nil where that is not known. AWS writes the manifest after the files, by one
// clock, which is S3's. In another bucket than the manifest's own the times are those of copies, made in any order.
func (r *remote) latest(m manifest, written *time.Time) *time.Time {
	if m.bucket != r.bucket {
		return nil
	}
	return written
}

const deliveringHint = "AWS is delivering another version of the month: try again when it is through; where the files were rewritten by others, copy them here and import the folder"

// still says whether the manifest is of the version of which the files were fetched: files are often overwritten in their place.
func (r *remote) still(ctx context.Context, key string, m manifest) error {
	now, _, err := r.manifest(ctx, key)
	if err != nil {
		return err
	}
	if now.assembly != m.assembly || !slices.Equal(now.keys, m.keys) {
		return wrongf(r.at(key), deliveringHint, "it was replaced while its files were fetched: it is of %s, and was of %s", now.assembly, m.assembly)
	}
	return nil
}

// fetch brings the files of a month onto the disk. None that is overwritten in its place may have been written after
// the latest time, where there is one.
func (r *remote) fetch(ctx context.Context, m manifest, latest *time.Time, dir string, origins map[string]string, tell func(Progress)) ([]string, error) {
	files := make([]string, len(m.keys))
	var done, all atomic.Int64
	var telling sync.Mutex // those who are told expect one word at a time
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(fetches)
	for i, key := range m.keys {
		form := formOf(key)
		if form == "" {
			return nil, wrongf(r.at(key), "", "this is not the name of a bill")
		}
		files[i] = filepath.Join(dir, fmt.Sprintf("fetched-%d.%s", i, form))
		origins[files[i]] = r.at(key)
		group.Go(func() error {
			o, err := r.get(ctx, key)
			if err != nil {
				return err
			}
			defer func() { _ = o.body.Close() }()
			overwritten := !strings.Contains(key, m.assembly) // what has its version in its name is of that version
			if overwritten && latest != nil && o.modified != nil && o.modified.After(*latest) {
				return wrongf(r.at(key), deliveringHint, "it was written at %s, after its manifest, which is of %s", o.modified.UTC().Format(time.RFC3339), latest.UTC().Format(time.RFC3339))
			}
			all.Add(o.size)
			f, err := os.OpenFile(files[i], os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
			if err != nil {
				return r.fail(key, err)
			}
			n, err := io.Copy(&teller{f, func(n int) {
				telling.Lock()
				defer telling.Unlock()
				tell(Progress{Period: m.period, Stage: "fetching", Done: done.Add(int64(n)), All: all.Load()})
			}}, o.body)
			if err == nil && n != o.size {
				err = fmt.Errorf("%d of %d bytes came", n, o.size)
			}
			if err = errors.Join(err, f.Close()); err != nil {
				return r.fail(key, err)
			}
			return nil
		})
	}
	return files, group.Wait()
}

type teller struct {
	io.Writer
	tell func(int)
}

// Write implements io.Writer.
func (t *teller) Write(p []byte) (int, error) {
	n, err := t.Writer.Write(p)
	t.tell(n)
	return n, err
}

// An object is one of S3's, as it was when it was asked for.
type object struct {
	body io.ReadCloser
	size int64
	// modified is nil where it was not said.
	modified *time.Time
}

func (r *remote) get(ctx context.Context, key string) (object, error) {
	out, err := r.client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(r.bucket), Key: aws.String(key)})
	if err != nil {
		return object{}, r.fail(key, err)
	}
	return object{out.Body, aws.ToInt64(out.ContentLength), out.LastModified}, nil
}

func (r *remote) fail(key string, err error) error {
	hint := "it takes s3:GetObject on the bucket's objects, and kms:Decrypt where a key encrypts them"
	if _, none := errors.AsType[*types.NoSuchBucket](err); none {
		hint = "look at the name of the bucket, and at the credentials' account"
	}
	return &estate.Error{Op: "s3:GetObject", On: r.at(key), Err: err, Hint: hint}
}
