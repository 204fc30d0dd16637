package wire

import (
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A bucketCall is what a call of S3 says: where, and what of its header and query is understood.
type bucketCall struct {
	Bucket, Key string
	// Header are the members of the header that concern the object, in canonical spelling.
	Header map[string]string
	// Body is what is put.
	Body string

	Prefix, Delimiter, StartAfter, ContinuationToken, EncodingType *string
	MaxKeys                                                        *int32
}

// objectHeaders are kept with an object and given with it.
var objectHeaders = []string{"Content-Type", "Content-Encoding", "Content-Disposition", "Content-Language", "Cache-Control", "Expires"}

const metadataHeader = "X-Amz-Meta-"

// asked are the members of a header that an operation looks at, besides what is kept with an object.
var asked = []string{"If-Match", "If-None-Match", encryptionHeader, encryptionKeyHeader, "X-Amz-Content-Sha256", checksumHeader, checksumModeHeader, ownerHeader}

const (
	checksumHeader      = "X-Amz-Checksum-Sha256"
	checksumModeHeader  = "X-Amz-Checksum-Mode"
	ownerHeader         = "X-Amz-Expected-Bucket-Owner"
	encryptionHeader    = "X-Amz-Server-Side-Encryption"
	encryptionKeyHeader = "X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"
)

// objectCall is the operation of a call of S3, as IAM names it, and what it says. The bucket stands in the host's name or begins the path.
func objectCall(r *http.Request) (name string, members map[string]any, err error) {
	bucket, key := bucketOf(r.Host), strings.TrimPrefix(r.URL.Path, "/")
	if bucket == "" {
		bucket, key, _ = strings.Cut(key, "/")
	}
	header := map[string]any{}
	for name := range r.Header {
		if strings.HasPrefix(name, metadataHeader) || slices.Contains(objectHeaders, name) || slices.Contains(asked, name) {
			header[name] = r.Header.Get(name)
		}
	}
	q := r.URL.Query()
	members = map[string]any{"Bucket": bucket, "Key": key, "Header": header}
	for member, parameter := range map[string]string{
		"Prefix": "prefix", "Delimiter": "delimiter", "StartAfter": "start-after", "ContinuationToken": "continuation-token", "EncodingType": "encoding-type",
	} {
		if q.Has(parameter) {
			members[member] = q.Get(parameter)
		}
	}
	if q.Has("max-keys") {
		members["MaxKeys"] = json.Number(q.Get("max-keys"))
	}
	name, known := operationOf(r.Method, bucket, key, q)
	if !known || strings.HasPrefix(r.Header.Get("X-Amz-Content-Sha256"), "STREAMING-") || r.Header.Get("X-Amz-Copy-Source") != "" {
		return "", nil, &apiError{code: "NotImplemented", message: "the simulated organization does not know this call of S3: " + r.Method + " " + r.URL.RequestURI()}
	}
	return name, members, nil
}

func operationOf(method, bucket, key string, q url.Values) (name string, known bool) {
	reads := method == http.MethodGet || method == http.MethodHead
	switch {
	case key != "" && !only(q, "x-id"):
		return "", false
	case bucket == "":
		return "ListAllMyBuckets", method == http.MethodGet && only(q, "x-id")
	case key == "" && q.Has("location"):
		return "GetBucketLocation", method == http.MethodGet && only(q, "location")
	case key == "" && q.Has("policy"):
		return map[string]string{http.MethodGet: "GetBucketPolicy", http.MethodPut: "PutBucketPolicy"}[method], (method == http.MethodGet || method == http.MethodPut) && only(q, "policy")
	case key == "" && q.Has("encryption"):
		return "GetEncryptionConfiguration", method == http.MethodGet && only(q, "encryption")
	case key == "" && q.Has("publicAccessBlock"):
		return "GetBucketPublicAccessBlock", method == http.MethodGet && only(q, "publicAccessBlock")
	case key == "" && method == http.MethodGet:
		return "ListBucket", q.Get("list-type") == "2" &&
			only(q, "list-type", "prefix", "delimiter", "start-after", "continuation-token", "encoding-type", "max-keys", "fetch-owner")
	case key == "":
		return "ListBucket", method == http.MethodHead
	case method == http.MethodPut:
		return "PutObject", true
	case method == http.MethodDelete:
		return "DeleteObject", true
	}
	return "GetObject", reads
}

func only(q url.Values, names ...string) bool {
	for name := range q {
		if !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// bucketOf is the bucket that a host's name begins with, as in bucket.s3.eu-west-1.amazonaws.com and bucket.localhost; empty for none.
func bucketOf(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if net.ParseIP(host) != nil {
		return ""
	}
	for _, end := range []string{".s3.", ".s3-"} {
		if bucket, _, found := strings.Cut(host, end); found {
			return bucket
		}
	}
	bucket, _ := strings.CutSuffix(host, ".localhost")
	if bucket == host {
		return ""
	}
	return bucket
}

// stored is an operation of S3: what it answers is not described by schemas.
func stored(serve func(*view, *bucketCall) (reply, error)) operation {
	return operation{
		decode: func(arguments map[string]any) (any, error) {
			in := new(bucketCall)
			return in, decode(in, arguments)
		},
		resource: func(v *view, in any) string { return in.(*bucketCall).arn(v.target.Partition) },
		serve:    func(v *view, in any) (any, error) { return serve(v, in.(*bucketCall)) },
		encode:   func(_ protocol, out any) (reply, error) { return out.(reply), nil },
	}
}

// arn is what IAM is asked about: the object, its bucket, or all buckets.
func (c *bucketCall) arn(partition string) string {
	switch {
	case c.Bucket == "":
		return "*"
	case c.Key == "":
		return bucketARN(partition, c.Bucket)
	}
	return bucketARN(partition, c.Bucket) + "/" + c.Key
}

func bucketARN(partition, name string) string { return "arn:" + partition + ":s3:::" + name }

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

// bucketXML is the XML of an answer of S3.
func bucketXML(name string, inside func(*markup)) []byte {
	var m markup
	m.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n" + `<` + name + ` xmlns="` + s3Namespace + `">`)
	inside(&m)
	m.WriteString("</" + name + ">")
	return m.Bytes()
}

// objectCodes are the codes of S3 where other services have others.
var objectCodes = map[string]string{
	"UnrecognizedClientException":         "InvalidAccessKeyId",
	"MissingAuthenticationTokenException": "AccessDenied",
	"AccessDeniedException":               "AccessDenied",
	"ExpiredTokenException":               "ExpiredToken",
	"ThrottlingException":                 "SlowDown",
	"InternalFailure":                     "InternalError",
	"ServiceUnavailableException":         "ServiceUnavailable",
	"SerializationException":              "MalformedXML",
}

func (f *apiError) objectCode() string {
	if code, ok := objectCodes[f.code]; ok {
		return code
	}
	return f.code
}

func (f *apiError) objectStatus() int {
	switch f.objectCode() {
	case "AccessDenied", "InvalidAccessKeyId":
		return http.StatusForbidden
	case "NoSuchBucket", "NoSuchKey", "NoSuchBucketPolicy":
		return http.StatusNotFound
	case "PreconditionFailed":
		return http.StatusPreconditionFailed
	case "NotModified":
		return http.StatusNotModified
	case "SlowDown", "ServiceUnavailable":
		return http.StatusServiceUnavailable
	case "InternalError":
		return http.StatusInternalServerError
	case "NotImplemented":
		return http.StatusNotImplemented
	}
	return http.StatusBadRequest
}

func objectError(f *apiError) []byte {
	if f.objectStatus() == http.StatusNotModified {
		return nil
	}
	var m markup
	m.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	m.within("Error", func() {
		m.text("Code", f.objectCode())
		m.text("Message", f.message)
		if f.region != "" {
			m.text("Region", f.region)
		}
	})
	return m.Bytes()
}
