package wire

import (
	"context"
	"encoding/base64"
	"io"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// store adds a bucket and a key.
func store(w *world.World) {
	r := w.Accounts[0].Regions[0]
	r.Buckets = append(r.Buckets, &world.Bucket{Life: life(9 * day), Name: "beats", Objects: []*world.Object{
		{Key: "one", Content: world.Text{Body: "body", Put: ago(time.Minute)}}}})
	r.KMSKeys = append(r.KMSKeys, &world.KMSKey{Life: life(9 * day), ID: "sign"})
}

// inS3 is the contract of a call of S3.
func inS3(call func(context.Context, *s3.Client) (string, error), want string) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) { return call(ctx, objectsOf(cfg)) }, want}
}

// inKMS is the contract of a call of KMS.
func inKMS(call func(context.Context, *kms.Client) (string, error), want string) contract {
	return contract{func(ctx context.Context, cfg aws.Config) (string, error) { return call(ctx, kms.NewFromConfig(cfg)) }, want}
}

func init() {
	beats, one, key := aws.String("beats"), aws.String("one"), aws.String("sign")
	maps.Copy(contracts, map[string]contract{
		"s3:ListAllMyBuckets": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.ListBuckets(ctx, nil)
			if err != nil {
				return "", err
			}
			return line(*out.Buckets[0].Name, out.Buckets[0].CreationDate.Format(time.DateOnly), *out.Buckets[0].BucketRegion), nil
		}, "beats 2026-11-09 us-east-1"),
		"s3:ListBucket": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: beats})
			if err != nil {
				return "", err
			}
			return line(*out.Contents[0].Key, *out.Contents[0].ETag, out.Contents[0].LastModified.Format(time.TimeOnly)), nil
		}, `one "841a2d689ad86bd1611447453c22c6fc" 15:29:00`),
		"s3:GetBucketLocation": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.GetBucketLocation(ctx, &s3.GetBucketLocationInput{Bucket: beats})
			if err != nil {
				return "", err
			}
			return string(out.LocationConstraint), nil
		}, ""),
		"s3:GetBucketPolicy": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.GetBucketPolicy(ctx, &s3.GetBucketPolicyInput{Bucket: beats})
			if err != nil {
				return "", err
			}
			return (*out.Policy)[:34], nil
		}, `{"Version":"2012-10-17","Statement`),
		"s3:PutBucketPolicy": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			_, err := c.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: beats, Policy: aws.String("{}")})
			return "", err
		}, ""),
		"s3:GetEncryptionConfiguration": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: beats})
			if err != nil {
				return "", err
			}
			return string(out.ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm), nil
		}, "AES256"),
		"s3:GetBucketPublicAccessBlock": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: beats})
			if err != nil {
				return "", err
			}
			return strconv.FormatBool(*out.PublicAccessBlockConfiguration.RestrictPublicBuckets), nil
		}, "true"),
		"s3:GetObject": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: beats, Key: one})
			if err != nil {
				return "", err
			}
			b, err := io.ReadAll(out.Body)
			return line(string(b), out.LastModified.Format(time.TimeOnly)), err
		}, "body 15:29:00"),
		"s3:PutObject": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			out, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: beats, Key: one, Body: strings.NewReader("body")})
			if err != nil {
				return "", err
			}
			return *out.ETag, nil
		}, `"841a2d689ad86bd1611447453c22c6fc"`),
		"s3:DeleteObject": inS3(func(ctx context.Context, c *s3.Client) (string, error) {
			_, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: beats, Key: one})
			return "", err
		}, ""),
		"kms:DescribeKey": inKMS(func(ctx context.Context, c *kms.Client) (string, error) {
			out, err := c.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: key})
			if err != nil {
				return "", err
			}
			m := out.KeyMetadata
			return line(*m.Arn, string(m.KeySpec), string(m.KeyUsage), string(m.KeyState)), nil
		}, "arn:aws:kms:us-east-1:111111111111:key/sign ECC_NIST_P256 SIGN_VERIFY Enabled"),
		"kms:GetPublicKey": inKMS(func(ctx context.Context, c *kms.Client) (string, error) {
			out, err := c.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: key})
			if err != nil {
				return "", err
			}
			return base64.StdEncoding.EncodeToString(out.PublicKey), nil
		}, "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEXIWlvdfFb1R8RyMv1TiLAXcHx3sS9K14OP/HTi3/6BuOeAT08ztttnRNUuvYxb325j2eDrhwxk9T8xvM+kjsGQ=="),
		"kms:Sign": inKMS(func(ctx context.Context, c *kms.Client) (string, error) {
			out, err := c.Sign(ctx, &kms.SignInput{KeyId: key, Message: []byte("body"), SigningAlgorithm: types.SigningAlgorithmSpecEcdsaSha256})
			if err != nil {
				return "", err
			}
			return base64.StdEncoding.EncodeToString(out.Signature), nil
		}, "MEYCIQC3i3QYoWjTJ0re9zgbonMKoLtusvUr2UcWybRga9E8fAIhAILY/VNDDj9a+LCPR8Q4/BeDYbjGlUNk/funwajrb0Ah"),
	})
}
