package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const (
	sealing = "arn:aws:kms:us-east-1:" + research + ":key/seal"
	signing = "arn:aws:kms:us-east-1:" + research + ":key/sign"
)

// hourly is content that is put each hour since yesterday.
type hourly struct{}

func (hourly) At(t time.Time) (body []byte, put time.Time) {
	if t.Before(ago(day)) {
		return nil, time.Time{}
	}
	put = t.Truncate(time.Hour)
	return []byte("since " + put.Format(time.TimeOnly)), put
}

// stocked is a world with a bucket that another account may use, keys, and an object that nobody put.
func stocked() *world.World {
	w := home(&world.Region{
		Buckets: []*world.Bucket{{Life: life(9 * day), Name: "beats", Trusts: []string{"222222222222"}, Objects: []*world.Object{{Key: "given", Content: hourly{}}}}},
		KMSKeys: []*world.KMSKey{{Life: life(9 * day), ID: "seal", Alias: "sealing", Encrypts: true}, {Life: life(9 * day), ID: "sign", Alias: "signing", Trusts: []string{"222222222222"}}},
	})
	for _, id := range []string{"222222222222", "333333333333"} {
		w.Accounts = append(w.Accounts, &world.Account{ID: id, Regions: []*world.Region{{Name: homeTown}, {Name: "eu-west-1"}}})
	}
	return w
}

// ofAccount is the configuration of an account's caller.
func ofAccount(cfg aws.Config, account string) aws.Config {
	cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIASIM"+account, "secret", "")
	return cfg
}

func objectsOf(cfg aws.Config) *s3.Client {
	return s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
}

func put(ctx context.Context, c *s3.Client, key, body string, with ...func(*s3.PutObjectInput)) error {
	in := &s3.PutObjectInput{Bucket: aws.String("beats"), Key: &key, Body: strings.NewReader(body)}
	for _, more := range with {
		more(in)
	}
	_, err := c.PutObject(ctx, in)
	return err
}

func get(ctx context.Context, c *s3.Client, key string) string {
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("beats"), Key: &key})
	if err != nil {
		return code(err)
	}
	b, err := io.ReadAll(out.Body)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestObjects(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := objectsOf(s.cfg)
	want(t, "nothing there", get(ctx, c, "a b/ü+%"), "NoSuchKey")
	want(t, "put", code(put(ctx, c, "a b/ü+%", "one")), "")
	want(t, "got", get(ctx, c, "a b/ü+%"), "one")
	s.now = at.Add(90 * time.Second)
	want(t, "put again", code(put(ctx, c, "a b/ü+%", "two", func(in *s3.PutObjectInput) {
		in.ContentType, in.ContentEncoding, in.Metadata = aws.String("text/plain"), aws.String("gzip"), map[string]string{"who": "me"}
	})), "")
	out, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("beats"), Key: aws.String("a b/ü+%")})
	if err != nil {
		t.Fatal(err)
	}
	if !out.LastModified.Equal(s.now) || *out.ContentLength != 3 || *out.ContentType != "text/plain" || *out.ContentEncoding != "gzip" || out.Metadata["who"] != "me" ||
		*out.ETag != `"b8a9f715dbb64fd5c56e7783c6820a61"` || out.ServerSideEncryption != "AES256" {
		t.Errorf("the object has %+v", out)
	}
	remove := func() error {
		_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("beats"), Key: aws.String("a b/ü+%")})
		return err
	}
	want(t, "deletion", code(remove()), "")
	want(t, "gone", get(ctx, c, "a b/ü+%"), "NoSuchKey")
	want(t, "deletion of nothing", code(remove()), "")
	_, err = c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("beats"), Key: aws.String("none")})
	want(t, "head of nothing", code(err), "NotFound")
	want(t, "another bucket", code(func() error {
		_, err := c.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String("none")})
		return err
	}()), "NotFound")
	if got := len(s.Mutations()); got != 3 {
		t.Errorf("%d mutations", got)
	}
}

// What the world itself puts moves with the instant, until somebody puts something else.
func TestObjectsOfTheWorld(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := objectsOf(s.cfg)
	want(t, "now", get(ctx, c, "given"), "since 15:00:00")
	s.now = at.Add(time.Hour)
	want(t, "later", get(ctx, c, "given"), "since 16:00:00")
	s.now = ago(2 * day)
	want(t, "before", get(ctx, c, "given"), "NoSuchKey")
	s.now = at
	want(t, "put", code(put(ctx, c, "given", "mine")), "")
	want(t, "then", get(ctx, c, "given"), "mine")
}

func TestConditionalWrites(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := objectsOf(s.cfg)
	none := func(in *s3.PutObjectInput) { in.IfNoneMatch = aws.String("*") }
	match := func(etag string) func(*s3.PutObjectInput) {
		return func(in *s3.PutObjectInput) { in.IfMatch = &etag }
	}
	const one = `"f97c5d29941bfb1b2fdab0874906ab82"`
	want(t, "change of nothing", code(put(ctx, c, "k", "two", match(one))), "NoSuchKey")
	want(t, "the first", code(put(ctx, c, "k", "one", none)), "")
	want(t, "the second", code(put(ctx, c, "k", "two", none)), "PreconditionFailed")
	want(t, "from another state", code(put(ctx, c, "k", "two", match(`"0"`))), "PreconditionFailed")
	_, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("beats"), Key: aws.String("k"), IfNoneMatch: aws.String(one)})
	if e, ok := errors.AsType[*smithyhttp.ResponseError](err); !ok || e.HTTPStatusCode() != http.StatusNotModified {
		t.Errorf("not modified: %v", err)
	}
	want(t, "from the state", code(put(ctx, c, "k", "two", match(one))), "")
	want(t, "then", get(ctx, c, "k"), "two")
}

// A checksum is held against what is put, kept, and told to who asks for it.
func TestChecksums(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := objectsOf(s.cfg)
	const one = "dpLDrTVAu4A8Ags67mbNiIcSMjTqDG5xQ8Ct1z/0Me0=" // of "one"
	sum := func(in *s3.PutObjectInput) { in.ChecksumSHA256 = aws.String(one) }
	want(t, "another body", code(put(ctx, c, "k", "two", sum)), "BadDigest")
	want(t, "the body", code(put(ctx, c, "k", "one", sum)), "")
	want(t, "without one", code(put(ctx, c, "l", "one")), "")
	for key, vouched := range map[string]string{"k": one, "l": ""} {
		out, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("beats"), Key: &key, ChecksumMode: types.ChecksumModeEnabled})
		if err != nil {
			t.Fatal(err)
		}
		want(t, key, aws.ToString(out.ChecksumSHA256), vouched)
	}
}

func TestListObjects(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := objectsOf(s.cfg)
	for _, key := range []string{"b/2", "b/1", "b/c/1", "a", "ü & <"} {
		want(t, key, code(put(ctx, c, key, key)), "")
	}
	list := func(in s3.ListObjectsV2Input) []string {
		in.Bucket = aws.String("beats")
		var got []string
		for p := s3.NewListObjectsV2Paginator(c, &in); p.HasMorePages(); {
			out, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range out.Contents {
				got = append(got, *o.Key)
			}
			for _, o := range out.CommonPrefixes {
				got = append(got, "prefix "+*o.Prefix)
			}
			got = append(got, "|")
		}
		return got
	}
	for _, test := range []struct {
		in   s3.ListObjectsV2Input
		want []string
	}{
		{s3.ListObjectsV2Input{}, []string{"a", "b/1", "b/2", "b/c/1", "given", "ü & <", "|"}},
		{s3.ListObjectsV2Input{MaxKeys: aws.Int32(4)}, []string{"a", "b/1", "b/2", "b/c/1", "|", "given", "ü & <", "|"}},
		{s3.ListObjectsV2Input{Prefix: aws.String("b/")}, []string{"b/1", "b/2", "b/c/1", "|"}},
		{s3.ListObjectsV2Input{Prefix: aws.String("b/"), Delimiter: aws.String("/")}, []string{"b/1", "b/2", "prefix b/c/", "|"}},
		{s3.ListObjectsV2Input{Delimiter: aws.String("/"), MaxKeys: aws.Int32(2)}, []string{"a", "prefix b/", "|", "given", "ü & <", "|"}},
		{s3.ListObjectsV2Input{StartAfter: aws.String("b/c/1")}, []string{"given", "ü & <", "|"}},
	} {
		if diff := cmp.Diff(test.want, list(test.in)); diff != "" {
			t.Errorf("%+v (-want +got):\n%s", test.in, diff)
		}
	}
	none, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("beats"), MaxKeys: aws.Int32(0)})
	if err != nil || len(none.Contents) > 0 || *none.IsTruncated {
		t.Errorf("a page of nothing: %+v, %v", none, err)
	}
	_, err = c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("beats"), ContinuationToken: aws.String("bm9uZQ")})
	want(t, "a token of nobody", code(err), "InvalidArgument")
}

func TestObjectsAreEncrypted(t *testing.T) {
	w := stocked()
	w.Accounts[0].Keys = []world.Key{{}, {AccessKeyID: "AKIAPLAIN", Policies: []string{`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}`}}}
	ctx, s := t.Context(), onStage(t, w)
	c := objectsOf(s.cfg)
	under := func(key string) func(*s3.PutObjectInput) {
		return func(in *s3.PutObjectInput) {
			in.ServerSideEncryption, in.SSEKMSKeyId = types.ServerSideEncryptionAwsKms, &key
		}
	}
	want(t, "no such key", code(put(ctx, c, "k", "x", under("none"))), "KMS.NotFoundException")
	want(t, "a key that signs", code(put(ctx, c, "k", "x", under(signing))), "KMS.InvalidKeyUsageException")
	want(t, "an alias", code(put(ctx, c, "k", "x", under("alias/sealing"))), "")
	out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("beats"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	if out.ServerSideEncryption != types.ServerSideEncryptionAwsKms || *out.SSEKMSKeyId != sealing {
		t.Errorf("encrypted by %s %s", out.ServerSideEncryption, *out.SSEKMSKeyId)
	}
	cfg := s.cfg
	cfg.Credentials = credentials.NewStaticCredentialsProvider("AKIAPLAIN", "secret", "")
	plain := objectsOf(cfg)
	want(t, "got without the key", get(ctx, plain, "k"), "AccessDenied")
	want(t, "put without the key", code(put(ctx, plain, "k", "x", under(sealing))), "AccessDenied")
	want(t, "put for all", code(put(ctx, plain, "k", "x")), "")
}

func TestWhoMayUseABucket(t *testing.T) {
	w := stocked()
	w.Accounts[1].Keys = []world.Key{{AccessKeyID: "AKIASIM222222222222", Policies: []string{
		`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::beats/mine/*"}}`}}}
	ctx, s := t.Context(), onStage(t, w)
	friend, stranger := objectsOf(ofAccount(s.cfg, "222222222222")), objectsOf(ofAccount(s.cfg, "333333333333"))
	want(t, "a stranger", code(put(ctx, stranger, "mine/k", "x")), "AccessDenied")
	want(t, "where the policy says", code(put(ctx, friend, "mine/k", "x")), "")
	want(t, "where it says nothing", code(put(ctx, friend, "yours/k", "x")), "AccessDenied")
	want(t, "what is there", get(ctx, friend, "mine/k"), "x")
	want(t, "what is not, to who may not list", get(ctx, friend, "mine/none"), "AccessDenied")
	far := s.cfg
	far.Region = "eu-west-1"
	if err := put(ctx, objectsOf(far), "k", "x"); code(err) != "AuthorizationHeaderMalformed" || !strings.Contains(message(err), "expecting 'us-east-1'") {
		t.Errorf("signed for another region: %v", err)
	}
	nobody := s.cfg
	nobody.Credentials = credentials.NewStaticCredentialsProvider("AKIANOBODY", "secret", "")
	want(t, "nobody", code(put(ctx, objectsOf(nobody), "k", "x")), "InvalidAccessKeyId")
}

func TestBucketsInHostNames(t *testing.T) {
	for host, bucket := range map[string]string{
		"127.0.0.1:4566": "", "localhost": "", "[::1]:80": "", "s3.eu-west-1.amazonaws.com": "", "beats.s3.eu-west-1.amazonaws.com": "beats",
		"a.b.s3.amazonaws.com:443": "a.b", "beats.s3-fips.us-gov-west-1.amazonaws.com": "beats", "beats.localhost:80": "beats",
	} {
		want(t, host, bucketOf(host), bucket)
	}
}

func TestCallsOfS3ThatAreNotSimulated(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := objectsOf(s.cfg)
	for name, call := range map[string]func() error{
		"ListObjects": func() error {
			_, err := c.ListObjects(ctx, &s3.ListObjectsInput{Bucket: aws.String("beats")})
			return err
		},
		"CreateBucket": func() error {
			_, err := c.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("more")})
			return err
		},
		"CreateMultipartUpload": func() error {
			_, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String("beats"), Key: aws.String("k")})
			return err
		},
		"CopyObject": func() error {
			_, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("beats"), Key: aws.String("k"), CopySource: aws.String("beats/given")})
			return err
		},
		"GetObjectTagging": func() error {
			_, err := c.GetObjectTagging(ctx, &s3.GetObjectTaggingInput{Bucket: aws.String("beats"), Key: aws.String("given")})
			return err
		},
	} {
		want(t, name, code(call()), "NotImplemented")
	}
	if len(s.Mutations()) > 0 {
		t.Error("something was written")
	}
}

func TestObjectsOfAReadOnlyWorld(t *testing.T) {
	_, cfg := serve(t, stocked())
	c := objectsOf(cfg)
	want(t, "put", code(put(t.Context(), c, "k", "x")), "AccessDenied")
	want(t, "get", get(t.Context(), c, "given"), "since 15:00:00")
}

func TestBucketNamesAreUnique(t *testing.T) {
	w := stocked()
	r := w.Accounts[1].Regions[0]
	r.Buckets = slices.Concat(r.Buckets, w.Accounts[0].Regions[0].Buckets)
	if _, err := New(Options{World: w}); err == nil || !strings.Contains(err.Error(), "bucket beats is both in account "+research) {
		t.Errorf("got %v", err)
	}
}

func TestObjectsAreWholeBytes(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := objectsOf(s.cfg)
	var every bytes.Buffer
	for i := range 10 << 20 { // longer than any other call
		every.WriteByte(byte(i * 7))
	}
	want(t, "put", code(put(ctx, c, "k", every.String())), "")
	if get(ctx, c, "k") != every.String() {
		t.Error("the object is not what was put")
	}
}
