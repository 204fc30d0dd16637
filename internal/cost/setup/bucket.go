package setup

import (
	"cmp"
	"context"
	"errors"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/sagewarden/sagewarden/internal/cloud"
)

// bucket looks whether the bucket will do, and plans to let billing in where that is wanted. It returns its region.
func (p *Plan) bucket(ctx context.Context, name, prefix, region string) (is string, ok bool) {
	t := p.payer.Target
	is, err := locate(ctx, p.payer.Bucket, name, t.Account, cmp.Or(region, t.Region))
	switch {
	case code(err) == "NoSuchBucket":
		p.saw(t, opLocation, "", nil)
		p.note("there is no bucket %s: make one, with aws s3api create-bucket --bucket %s --region %s%s", name, name, cmp.Or(region, t.Region), constraint(cmp.Or(region, t.Region)))
		return "", false
	case cloud.Classify(err) == cloud.Denied:
		p.saw(t, opLocation, "where the bucket is", err)
		p.note("the bucket %s does not belong to %s, or its policy or the caller's own hides it: nothing is planned for it", name, t.Account)
		return "", false
	case !p.saw(t, opLocation, "where the bucket is", err):
		return "", false
	case region != "" && region != is:
		p.note("the bucket %s is in %s and not in %s: leave --bucket-region out, or name another bucket", name, is, region)
		return "", false
	}
	return is, p.safe(ctx, name, is) && p.lets(ctx, name, prefix, is)
}

// constraint is what creating a bucket takes in any region but the first.
func constraint(region string) string {
	if region == "us-east-1" {
		return ""
	}
	return " --create-bucket-configuration LocationConstraint=" + region
}

// safe looks whether what lies in the bucket is encrypted, and hidden from others.
func (p *Plan) safe(ctx context.Context, name, region string) bool {
	t := p.payer.Target
	keys, encrypts, err := encryption(ctx, p.payer, name, region)
	if !p.saw(t, opEncryption, "whether the bucket encrypts", err) {
		return false
	}
	if !encrypts {
		p.note("the bucket %s does not encrypt by default, and a bill is not put into it: aws s3api put-bucket-encryption --bucket %s --server-side-encryption-configuration "+
			`'{"Rules":[{"ApplyServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]}'`, name, name)
		return false
	}
	for _, d := range keys {
		if d.SSEAlgorithm != types.ServerSideEncryptionAes256 {
			p.note("the bucket %s encrypts by the key %s, whose own policy has to let %s use it", name, cmp.Or(aws.ToString(d.KMSMasterKeyID), "aws/s3"), deliverers[0])
		}
	}
	blocked, err := private(ctx, p.payer, name, region)
	if !p.saw(t, opPublicAccess, "whether the bucket may be public", err) {
		return false
	}
	if p.private = blocked; !blocked {
		p.note("the bucket %s does not block all public access: aws s3api put-public-access-block --bucket %s --public-access-block-configuration "+
			"BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true", name, name)
	}
	return true
}

// encryption reports whether the bucket encrypts by default, and by what where it says so.
func encryption(ctx context.Context, p Payer, name, region string) (by []types.ServerSideEncryptionByDefault, ok bool, err error) {
	out, err := p.Bucket.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &name, ExpectedBucketOwner: &p.Target.Account}, in(region))
	if code(err) == "ServerSideEncryptionConfigurationNotFoundError" {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	if c := out.ServerSideEncryptionConfiguration; c != nil {
		for _, r := range c.Rules {
			if d := r.ApplyServerSideEncryptionByDefault; d != nil {
				by = append(by, *d)
			}
		}
	}
	return by, true, nil
}

// private reports whether the bucket blocks all public access.
func private(ctx context.Context, p Payer, name, region string) (bool, error) {
	out, err := p.Bucket.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name, ExpectedBucketOwner: &p.Target.Account}, in(region))
	if code(err) == "NoSuchPublicAccessBlockConfiguration" {
		return false, nil
	}
	if err != nil || out.PublicAccessBlockConfiguration == nil {
		return false, err
	}
	c := out.PublicAccessBlockConfiguration
	return aws.ToBool(c.BlockPublicAcls) && aws.ToBool(c.BlockPublicPolicy) && aws.ToBool(c.IgnorePublicAcls) && aws.ToBool(c.RestrictPublicBuckets), nil
}

// delivery is that of the account's bill to a place.
func (p Payer) delivery(bucket, prefix string) delivery {
	return delivery{p.Target.Partition, p.Target.Region, p.Target.Account, bucket, strings.Trim(prefix, "/")}
}

// lets looks whether the bucket's policy lets billing deliver.
func (p *Plan) lets(ctx context.Context, name, prefix, region string) bool {
	t := p.payer.Target
	text, err := policyOf(ctx, p.payer.Bucket, name, t.Account, region)
	if !p.saw(t, opPolicy, "whether billing may deliver to the bucket", err) {
		return false
	}
	is, err := readPolicy(text)
	if err != nil {
		p.note("the policy of the bucket %s could not be read, and is left alone: %s", name, err)
		return false
	}
	d := p.payer.delivery(name, prefix)
	if open := is.open(); open != "" {
		p.note("the bucket %s is open to everybody by the statement %s of its policy, and a bill is not put into it", name, open)
		return false
	}
	for _, s := range is.denying(d) {
		p.note("the statement %s of the policy of the bucket %s may refuse what billing delivers: look at it", s, name)
	}
	for _, s := range is.loose() {
		p.note("the statement %s of the policy of the bucket %s lets billing deliver for any account: give it a condition on aws:SourceAccount", s, name)
	}
	if is.allowed(d) {
		p.see("the bucket %s lets billing deliver", name)
		return true
	}
	after, err := is.with(d.statement())
	switch {
	case err != nil:
		p.note("the policy of the bucket %s does not let billing deliver, and is left alone: %s", name, err)
		return false
	case !p.wish.Policy:
		p.Statement = d.statement()
		p.note("the policy of the bucket %s does not let billing deliver, so that no export is planned: it lacks the statement below, which --bucket-policy puts beside those that are there", name)
		return false
	}
	p.Steps = append(p.Steps, Step{Action: actPolicy, Resource: "arn:" + t.Partition + ":s3:::" + name, Target: t, Bucket: &Policy{name, region, text, after}})
	return true
}

// policyOf is the bucket's policy, empty for none.
func policyOf(ctx context.Context, c Bucket, name, owner, region string) (string, error) {
	out, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: &name, ExpectedBucketOwner: &owner}, in(region))
	if code(err) == "NoSuchBucketPolicy" {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return aws.ToString(out.Policy), nil
}

// locate finds the region of a bucket of the owner. One in another region than the one that is asked may be told of by an error.
func locate(ctx context.Context, c Bucket, name, owner, region string) (string, error) {
	out, err := c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &name, ExpectedBucketOwner: &owner}, in(region))
	if elsewhere := regionIn(err); elsewhere != "" && elsewhere != region {
		out, err = c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: &name, ExpectedBucketOwner: &owner}, in(elsewhere))
	}
	switch {
	case err != nil:
		return "", err
	case out.LocationConstraint == "":
		return "us-east-1", nil
	case out.LocationConstraint == types.BucketLocationConstraintEu:
		return "eu-west-1", nil
	}
	return string(out.LocationConstraint), nil
}

// expecting is where S3 names the region for which a call should have been signed.
var expecting = regexp.MustCompile(`expecting '([a-z0-9-]+)'`)

// regionIn is the region that an error of S3 sends the caller to, empty for none.
func regionIn(err error) string {
	if answer, ok := errors.AsType[*smithyhttp.ResponseError](err); ok && answer.Response != nil {
		if region := answer.Response.Header.Get("X-Amz-Bucket-Region"); region != "" {
			return region
		}
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		if found := expecting.FindStringSubmatch(api.ErrorMessage()); found != nil {
			return found[1]
		}
	}
	return ""
}

func in(region string) func(*s3.Options) { return func(o *s3.Options) { o.Region = region } }

// code is that of an error of an API, empty for none.
func code(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}
