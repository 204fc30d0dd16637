package wire

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// bucket is the bucket of a call, if the caller's account may use it and signed for its region.
func (v *view) bucket(c *bucketCall) (*bucket, error) {
	b, found := v.server.vault.buckets[c.Bucket]
	switch {
	case !found || !b.At(v.now) || b.target.Partition != v.target.Partition:
		return nil, &apiError{code: "NoSuchBucket", message: "The specified bucket does not exist"}
	case b.target.Region != v.target.Region:
		return nil, &apiError{code: "AuthorizationHeaderMalformed", region: b.target.Region,
			message: "The authorization header is malformed; the region '" + v.target.Region + "' is wrong; expecting '" + b.target.Region + "'"}
	case c.Header[ownerHeader] != "" && c.Header[ownerHeader] != b.target.Account:
		return nil, &apiError{code: "AccessDenied", message: "Access Denied"}
	case !world.Open(b.target.Account, v.target.Account, b.Trusts):
		return nil, v.principal.denied(v.operation, c.arn(v.target.Partition), " because no resource-based policy allows the "+v.operation+" action")
	}
	return b, nil
}

// find is what lies under a key at the instant, nil for nothing.
func (b *bucket) find(key string, now time.Time) *object {
	if o, put := b.objects[key]; put {
		return o
	}
	if g, given := b.given[key]; given {
		if body, put := g.Content.At(now); !put.IsZero() {
			return newObject(body, put)
		}
	}
	return nil
}

func newObject(body []byte, put time.Time) *object {
	sum := md5.Sum(body)
	return &object{body: body, put: put, etag: `"` + hex.EncodeToString(sum[:]) + `"`}
}

func (v *view) listBuckets(*bucketCall) (reply, error) {
	all := v.server.vault.buckets
	return reply{body: bucketXML("ListAllMyBucketsResult", func(m *markup) {
		m.within("Owner", func() { m.text("ID", v.target.Account) })
		m.within("Buckets", func() {
			for _, name := range slices.Sorted(maps.Keys(all)) {
				if b := all[name]; b.target.Account == v.target.Account && b.At(v.now) {
					m.within("Bucket", func() {
						m.text("Name", name)
						m.text("CreationDate", stamp(b.Created))
						m.text("BucketRegion", b.target.Region)
					})
				}
			}
		})
	})}, nil
}

func (v *view) locateBucket(c *bucketCall) (reply, error) {
	b, err := v.bucket(c)
	if err != nil {
		return reply{}, err
	}
	return reply{body: bucketXML("LocationConstraint", func(m *markup) {
		if b.target.Region != "us-east-1" { // which is written as nothing
			escape(&m.Buffer, b.target.Region)
		}
	})}, nil
}

// mostKeys is how many keys a page of a listing has at most.
const mostKeys = 1000

// listBucket answers ListObjectsV2; of a HeadBucket, the header is all that counts.
func (v *view) listBucket(c *bucketCall) (reply, error) {
	b, err := v.bucket(c)
	if err != nil {
		return reply{}, err
	}
	limit := mostKeys
	if c.MaxKeys != nil {
		limit = min(int(*c.MaxKeys), mostKeys)
	}
	if limit < 0 {
		return reply{}, &apiError{code: "InvalidArgument", message: "max-keys must not be negative"}
	}
	all := b.names(c, v.now)
	if limit == 0 {
		all = nil
	}
	names, next, err := page(v, all, func(name string) string { return name }, false, limit, c.ContinuationToken)
	if err != nil {
		return reply{}, &apiError{code: "InvalidArgument", message: "The continuation token provided is incorrect"}
	}
	spell := func(name string) string { return name }
	if aws.ToString(c.EncodingType) == "url" {
		spell = func(name string) string { return strings.ReplaceAll(url.QueryEscape(name), "%2F", "/") }
	}
	return reply{header: http.Header{"X-Amz-Bucket-Region": {b.target.Region}}, body: bucketXML("ListBucketResult", func(m *markup) {
		m.text("Name", b.Name)
		m.text("Prefix", spell(aws.ToString(c.Prefix)))
		m.given("Delimiter", c.Delimiter)
		m.given("StartAfter", c.StartAfter)
		m.given("EncodingType", c.EncodingType)
		m.given("ContinuationToken", c.ContinuationToken)
		m.given("NextContinuationToken", next)
		m.text("MaxKeys", strconv.Itoa(limit))
		m.text("KeyCount", strconv.Itoa(len(names)))
		m.text("IsTruncated", strconv.FormatBool(next != nil))
		for _, name := range names {
			if o := b.find(name, v.now); o != nil && !c.rolledUp(name) {
				m.within("Contents", func() {
					m.text("Key", spell(name))
					m.text("LastModified", stamp(o.put))
					m.text("ETag", o.etag)
					m.text("Size", strconv.Itoa(len(o.body)))
					m.text("StorageClass", "STANDARD")
				})
				continue
			}
			m.within("CommonPrefixes", func() { m.text("Prefix", spell(name)) })
		}
	})}, nil
}

// names are the keys that a listing shows, and the prefixes that stand for what is below them, each once.
func (b *bucket) names(c *bucketCall, now time.Time) []string {
	shown := map[string]bool{}
	for key := range b.keys {
		if !strings.HasPrefix(key, aws.ToString(c.Prefix)) || key <= aws.ToString(c.StartAfter) || b.find(key, now) == nil {
			continue
		}
		shown[c.shown(key)] = true
	}
	return slices.Collect(maps.Keys(shown))
}

// keys are all keys under which something may lie.
func (b *bucket) keys(yield func(string) bool) {
	for key := range b.objects {
		if !yield(key) {
			return
		}
	}
	for key := range b.given {
		if _, put := b.objects[key]; !put && !yield(key) {
			return
		}
	}
}

// shown is how a listing shows a key: as the part up to the delimiter, where there is one after the prefix.
func (c *bucketCall) shown(key string) string {
	prefix, delimiter := aws.ToString(c.Prefix), aws.ToString(c.Delimiter)
	if delimiter == "" {
		return key
	}
	if inner, _, found := strings.Cut(key[len(prefix):], delimiter); found {
		return prefix + inner + delimiter
	}
	return key
}

// rolledUp reports whether a name of a listing stands for what is below it.
func (c *bucketCall) rolledUp(name string) bool {
	delimiter := aws.ToString(c.Delimiter)
	return delimiter != "" && strings.HasSuffix(name[len(aws.ToString(c.Prefix)):], delimiter)
}

func (v *view) getObject(c *bucketCall) (reply, error) {
	b, err := v.bucket(c)
	if err != nil {
		return reply{}, err
	}
	o := b.find(c.Key, v.now)
	if o == nil {
		// Who may not list learns nothing of what is there.
		if err := v.principal.authorize("s3:ListBucket", bucketARN(v.target.Partition, c.Bucket), v.target.Region); err != nil {
			return reply{}, err
		}
		return reply{}, errNoSuchKey
	}
	if err := c.check(o); err != nil {
		if c.Header["If-None-Match"] != "" {
			err = &apiError{code: "NotModified"} // what the caller has is what there is
		}
		return reply{}, err
	}
	if err := v.encrypts("kms:Decrypt", o.kmsKey, c); err != nil {
		return reply{}, err
	}
	header := o.answer()
	if c.Header[checksumModeHeader] == "ENABLED" && o.checksum != "" {
		header.Set(checksumHeader, o.checksum)
	}
	header.Set("Content-Length", strconv.Itoa(len(o.body)))
	header.Set("Last-Modified", o.put.UTC().Format(http.TimeFormat))
	for name, value := range o.header {
		header.Set(name, value)
	}
	if header.Get("Content-Type") == "" {
		header.Set("Content-Type", "binary/octet-stream")
	}
	return reply{header: header, body: o.body}, nil
}

func (v *view) putObject(c *bucketCall) (reply, error) {
	b, err := v.bucket(c)
	if err != nil {
		return reply{}, err
	}
	if err := c.check(b.find(c.Key, v.now)); err != nil {
		return reply{}, err
	}
	body := []byte(c.Body)
	if sum := sha256.Sum256(body); len(c.Header["X-Amz-Content-Sha256"]) == 64 && c.Header["X-Amz-Content-Sha256"] != hex.EncodeToString(sum[:]) {
		return reply{}, &apiError{code: "XAmzContentSHA256Mismatch", message: "The provided 'x-amz-content-sha256' header does not match what was computed."}
	}
	o := newObject(body, v.now.Truncate(time.Second)) // S3 keeps whole seconds
	if sum := sha256.Sum256(body); c.Header[checksumHeader] != "" {
		if o.checksum = base64.StdEncoding.EncodeToString(sum[:]); o.checksum != c.Header[checksumHeader] {
			return reply{}, &apiError{code: "BadDigest", message: "The SHA256 you specified did not match the calculated checksum."}
		}
	}
	switch sort := c.Header[encryptionHeader]; sort {
	case "", "AES256":
	case "aws:kms":
		name := c.Header[encryptionKeyHeader]
		if name == "" {
			return reply{}, &apiError{code: "NotImplemented", message: "the simulated organization encrypts by keys that are named"}
		}
		o.kmsKey = v.keyARN(name)
		if err := v.encrypts("kms:GenerateDataKey", o.kmsKey, c); err != nil {
			return reply{}, err
		}
	default:
		return reply{}, &apiError{code: "InvalidArgument", message: "The encryption method specified is not supported: " + sort}
	}
	o.header = maps.Clone(c.Header)
	maps.DeleteFunc(o.header, func(name, _ string) bool { return slices.Contains(asked, name) })
	b.objects[c.Key] = o
	v.remember(Mutation{Resource: c.arn(v.target.Partition)})
	return reply{header: o.answer()}, nil
}

// deleteObject succeeds where nothing is.
func (v *view) deleteObject(c *bucketCall) (reply, error) {
	b, err := v.bucket(c)
	if err != nil {
		return reply{}, err
	}
	if b.find(c.Key, v.now) != nil {
		b.objects[c.Key] = nil
		v.remember(Mutation{Resource: c.arn(v.target.Partition)})
	}
	return reply{status: http.StatusNoContent}, nil
}

var errNoSuchKey = &apiError{code: "NoSuchKey", message: "The specified key does not exist."}

// check holds the conditions of a call against what lies under its key, nil for nothing.
func (c *bucketCall) check(o *object) error {
	failed := &apiError{code: "PreconditionFailed", message: "At least one of the pre-conditions you specified did not hold"}
	if match := c.Header["If-Match"]; match != "" {
		switch {
		case o == nil:
			return errNoSuchKey
		case match != "*" && unquoted(match) != unquoted(o.etag):
			return failed
		}
	}
	if none := c.Header["If-None-Match"]; none != "" && o != nil && (none == "*" || unquoted(none) == unquoted(o.etag)) {
		return failed
	}
	return nil
}

func unquoted(etag string) string { return strings.Trim(etag, `"`) }

// encrypts refuses who may not use the key that encrypts an object. Without a key, S3 encrypts by its own, which everybody may use.
func (v *view) encrypts(action, arn string, c *bucketCall) error {
	if arn == "" {
		return nil
	}
	k, found := v.server.vault.keys[arn]
	switch {
	case !found || !k.At(v.now):
		return &apiError{code: "KMS.NotFoundException", message: "Key '" + arn + "' does not exist"}
	case !k.Encrypts:
		return &apiError{code: "KMS.InvalidKeyUsageException", message: arn + " key usage is SIGN_VERIFY."}
	case !world.Open(k.account, v.target.Account, k.Trusts):
		return v.principal.denied(action, arn, " because no resource-based policy allows the "+action+" action")
	}
	return v.principal.authorize(action, arn, v.target.Region, c.arn(v.target.Partition))
}

// answer is the header that goes with an object when it is put and when it is got.
func (o *object) answer() http.Header {
	header := http.Header{"Etag": {o.etag}, encryptionHeader: {"AES256"}}
	if o.kmsKey != "" {
		header.Set(encryptionHeader, "aws:kms")
		header.Set(encryptionKeyHeader, o.kmsKey)
	}
	return header
}

// stamp is an instant in S3's XML.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
