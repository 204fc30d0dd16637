package wire

import (
	"encoding/json"
	"net/http"
	"slices"
)

// billingService is who delivers data exports.
const billingService = "bcm-data-exports.amazonaws.com"

// letsBilling reports whether the bucket's policy lets data exports do something. Its conditions are not looked at.
func (b *bucket) letsBilling(action string) bool {
	var p struct {
		Statement []struct {
			Effect    string
			Action    list[string]
			Principal struct{ Service list[string] }
		}
	}
	if json.Unmarshal([]byte(b.policy), &p) != nil {
		return false
	}
	for _, s := range p.Statement {
		if s.Effect == "Allow" && slices.Contains(s.Principal.Service, billingService) && (slices.Contains(s.Action, action) || slices.Contains(s.Action, "s3:*")) {
			return true
		}
	}
	return false
}

func (v *view) getBucketPolicy(c *bucketCall) (reply, error) {
	b, err := v.bucket(c)
	if err != nil {
		return reply{}, err
	}
	if b.policy == "" {
		return reply{}, &apiError{code: "NoSuchBucketPolicy", message: "The bucket policy does not exist"}
	}
	return reply{header: http.Header{"Content-Type": {"application/json"}}, body: []byte(b.policy)}, nil
}

func (v *view) putBucketPolicy(c *bucketCall) (reply, error) {
	b, err := v.bucket(c)
	if err != nil {
		return reply{}, err
	}
	if !json.Valid([]byte(c.Body)) {
		return reply{}, &apiError{code: "MalformedPolicy", message: "Policies must be valid JSON and the first byte must be '{'"}
	}
	b.policy = c.Body
	v.remember(Mutation{Resource: c.arn(v.target.Partition)})
	return reply{status: http.StatusNoContent}, nil
}

// getBucketEncryption answers what S3 does with every bucket that nobody has told otherwise.
func (v *view) getBucketEncryption(c *bucketCall) (reply, error) {
	if _, err := v.bucket(c); err != nil {
		return reply{}, err
	}
	return reply{body: bucketXML("ServerSideEncryptionConfiguration", func(m *markup) {
		m.within("Rule", func() {
			m.within("ApplyServerSideEncryptionByDefault", func() { m.text("SSEAlgorithm", "AES256") })
			m.text("BucketKeyEnabled", "false")
		})
	})}, nil
}

// getPublicAccessBlock answers what S3 does with every new bucket.
func (v *view) getPublicAccessBlock(c *bucketCall) (reply, error) {
	if _, err := v.bucket(c); err != nil {
		return reply{}, err
	}
	return reply{body: bucketXML("PublicAccessBlockConfiguration", func(m *markup) {
		for _, name := range []string{"BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"} {
			m.text(name, "true")
		}
	})}, nil
}
