package ledger_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// bucketServer is the variable that says where the S3 of these tests is, to the processes that they start too.
const bucketServer = "SAGEWARDEN_TEST_S3"

var buckets struct {
	sync.Once
	count int
}

// emptyBucket is the address of a ledger in a bucket of its own.
func emptyBucket(t *testing.T) string {
	t.Helper()
	buckets.Do(func() {
		server := httptest.NewServer(gofakes3.New(s3mem.New()).Server()) // until the process ends
		if err := os.Setenv(bucketServer, server.URL); err != nil {
			t.Fatal(err)
		}
	})
	buckets.count++
	name := "ledgers-" + strconv.Itoa(buckets.count)
	if _, err := client().CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name}); err != nil {
		t.Fatal(err)
	}
	return "s3://" + name + "/team/state"
}

func client() *s3.Client {
	return s3.New(s3.Options{Region: "us-east-1", BaseEndpoint: aws.String(os.Getenv(bucketServer)), UsePathStyle: true,
		Credentials: credentials.NewStaticCredentialsProvider("x", "x", "")})
}

func openS3(context.Context, string, string) (ledger.S3, error) { return client(), nil }

// A rig is a way to S3 on which things go wrong.
type rig struct {
	*s3.Client
	// put is asked about each object that is written, before and after.
	put func(in *s3.PutObjectInput, send func() error) error
}

func (r rig) PutObject(ctx context.Context, in *s3.PutObjectInput, options ...func(*s3.Options)) (out *s3.PutObjectOutput, err error) {
	return out, r.put(in, func() error {
		out, err = r.Client.PutObject(ctx, in, options...)
		return err
	})
}

func rigged(t *testing.T, address string, put func(in *s3.PutObjectInput, send func() error) error) *ledger.Ledger {
	t.Helper()
	env := environment()
	env.S3 = func(context.Context, string, string) (ledger.S3, error) { return rig{client(), put}, nil }
	l, err := ledger.Open(t.Context(), address, env)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// isHead reports whether it is the head that is written, not a page.
func isHead(in *s3.PutObjectInput) bool { return *in.Key == "team/state" }

// TestBucketAnswerLost: a commit whose answer is lost is made once, also where others commit before that is noticed, and also where it was lost on its way.
func TestBucketAnswerLost(t *testing.T) {
	lost := errors.New("connection reset")
	for name, trouble := range map[string]func(t *testing.T, send func() error, others func()) error{
		"on its way back": func(t *testing.T, send func() error, _ func()) error { return errors.Join(send(), lost) },
		"on its way":      func(*testing.T, func() error, func()) error { return lost },
		"on its way back, and others go on": func(t *testing.T, send func() error, others func()) error {
			if err := send(); err != nil {
				t.Error(err)
			}
			others()
			return lost
		},
		"on its way, and others go on": func(_ *testing.T, _ func() error, others func()) error {
			others()
			return lost
		},
		"others come first": func(_ *testing.T, send func() error, others func()) error {
			others()
			return send()
		},
	} {
		t.Run(name, func(t *testing.T) {
			address := emptyBucket(t)
			other, others := open(t, address), 0
			armed := false
			l := rigged(t, address, func(in *s3.PutObjectInput, send func() error) error {
				if !isHead(in) || !armed {
					return send()
				}
				armed = false
				return trouble(t, send, func() {
					for range 3 {
						others++
						if err := increment(t.Context(), other, "n"); err != nil {
							t.Error(err)
						}
					}
				})
			})
			for i := range 3 {
				armed = true
				if err := increment(t.Context(), l, "n"); err != nil {
					t.Fatal(err)
				}
				if n := counted(t, l, "n"); n != i+1+others {
					t.Errorf("%d after %d and %d of others", n, i+1, others)
				}
			}
		})
	}
}

// TestBucketHalfCommit: a commit that ends before its head is written is none, and is in nobody's way.
func TestBucketHalfCommit(t *testing.T) {
	address := emptyBucket(t)
	l := open(t, address)
	if err := increment(t.Context(), l, "n"); err != nil {
		t.Fatal(err)
	}
	refused := &smithy.GenericAPIError{Code: "AccessDenied"}
	half := rigged(t, address, func(in *s3.PutObjectInput, send func() error) error {
		if isHead(in) {
			return httpError{http.StatusForbidden, refused}
		}
		return send()
	})
	if err := increment(t.Context(), half, "n"); !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if n := counted(t, l, "n"); n != 1 {
		t.Error(n)
	}
	if err := increment(t.Context(), l, "n"); err != nil || counted(t, l, "n") != 2 {
		t.Error(err)
	}
}

type httpError struct {
	status int
	error
}

func (e httpError) HTTPStatusCode() int { return e.status }
func (e httpError) Unwrap() error       { return e.error }

func objects(t *testing.T, address string) (all []string) {
	t.Helper()
	bucket, _, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "/")
	pages := s3.NewListObjectsV2Paginator(client(), &s3.ListObjectsV2Input{Bucket: &bucket})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			all = append(all, *o.Key)
		}
	}
	return all
}

// TestBucketIsSwept: pages that others have taken the place of are deleted once nobody can be reading them, so that a ledger does not grow by being used.
func TestBucketIsSwept(t *testing.T) {
	address := emptyBucket(t)
	now := at
	env := environment()
	env.Now = func() time.Time { return now }
	l, err := ledger.Open(t.Context(), address, env)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		if err := increment(t.Context(), l, "n"); err != nil {
			t.Fatal(err)
		}
		if i == 7 { // a quarter of an hour
			if n := len(objects(t, address)); n != 1+2*8 {
				t.Errorf("%d objects: some are deleted that may be read", n)
			}
		}
		now = now.Add(2 * time.Minute)
	}
	if n := len(objects(t, address)); n > 1+2*9 {
		t.Errorf("%d objects: %v", n, objects(t, address))
	}
	counted(t, l, "n")
}

// TestBucketPages: however much there is, no page is large, and each is read only where it is asked for.
func TestBucketPages(t *testing.T) {
	address := emptyBucket(t)
	sizes := map[string]int{}
	l := rigged(t, address, func(in *s3.PutObjectInput, send func() error) error {
		body, err := io.ReadAll(in.Body)
		if err != nil {
			t.Error(err)
		}
		in.Body, sizes[*in.Key] = bytes.NewReader(body), len(body)
		return send()
	})
	big := json.RawMessage(`"` + strings.Repeat("x", 10<<10) + `"`)
	var want []string
	for i := range 30 {
		var c ledger.Change
		for j := range 40 {
			key := strconv.Itoa((i*37+j*101)%1200) + "-" + strconv.Itoa(i)
			c.Records = append(c.Records, ledger.Record{Sort: "s", Key: key, Body: big})
			c.Entries = append(c.Entries, ledger.Entry{At: at, Event: "e", Subject: key, Body: big})
			want = append(want, key)
		}
		if err := l.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for key, size := range sizes {
		if size > 270<<10 {
			t.Errorf("%s has %d bytes", key, size)
		}
	}
	slices.Sort(want)
	fresh := open(t, address)
	if got := keys(scan(t, fresh, "s", "")); got != strings.Join(want, " ") {
		t.Error("the records are not those that were written")
	}
	if tip, err := fresh.Verify(t.Context()); err != nil || tip.Number != int64(len(want)) {
		t.Error(tip, err)
	}
}

// TestBucketAltered: what was written is what is read, or nothing is.
func TestBucketAltered(t *testing.T) {
	address := emptyBucket(t)
	if err := increment(t.Context(), open(t, address), "n"); err != nil {
		t.Fatal(err)
	}
	bucket, _, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "/")
	for _, key := range objects(t, address) {
		if key == "team/state" {
			continue
		}
		if _, err := client().PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: &key, Body: strings.NewReader(`{"sort":"counter","key":"n","version":1,"body":7}` + "\n")}); err != nil {
			t.Fatal(err)
		}
	}
	l := open(t, address)
	if _, err := l.Get(t.Context(), "counter", "n"); err == nil || !strings.Contains(err.Error(), "is not what was written") {
		t.Error(err)
	}
	if _, err := l.Verify(t.Context()); err == nil || !strings.Contains(err.Error(), "is not what was written") {
		t.Error(err)
	}
	for _, key := range objects(t, address) {
		if key != "team/state" {
			if _, err := client().DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: &bucket, Key: &key}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := open(t, address).Get(t.Context(), "counter", "n"); err == nil || !strings.Contains(err.Error(), "is gone") {
		t.Error(err)
	}
}

func TestBucketAddress(t *testing.T) {
	address := emptyBucket(t)
	bucket, _, _ := strings.Cut(strings.TrimPrefix(address, "s3://"), "/")
	if _, err := client().PutObject(t.Context(), &s3.PutObjectInput{Bucket: &bucket, Key: aws.String("notes"), Body: strings.NewReader(`{"a":1}`)}); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]string{
		"s3://" + bucket + "/notes": "is no ledger",
		"s3://" + bucket:            "no bucket and key",
		"s3://" + bucket + "/a/":    "no bucket and key",
		address + "?kms=x":          "kms is none of what can be said of a bucket",
		"s3://no-such-bucket/a":     "NoSuchBucket",
	} {
		if _, err := ledger.Open(t.Context(), place, environment()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", place, err)
		}
	}
	var profile, region string
	var keys []string
	env := environment()
	env.S3 = func(_ context.Context, p, r string) (ledger.S3, error) {
		profile, region = p, r
		return rig{client(), func(in *s3.PutObjectInput, send func() error) error {
			keys = append(keys, string(in.ServerSideEncryption)+" "+aws.ToString(in.SSEKMSKeyId))
			return send()
		}}, nil
	}
	l, err := ledger.Open(t.Context(), address+"?region=eu-west-1&profile=audit&kms-key=alias/ledger", env)
	if err != nil || profile != "audit" || region != "eu-west-1" {
		t.Fatal(profile, region, err)
	}
	if err := increment(t.Context(), l, "n"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"aws:kms alias/ledger", "aws:kms alias/ledger", "aws:kms alias/ledger"}; !slices.Equal(keys, want) {
		t.Errorf("%q", keys)
	}
}
