package remote

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// PutObject writes an object to a bucket of the caller's region, encrypted by the KMS key, or where none is named as the bucket has it. A gateway
// endpoint for S3, which costs nothing, reaches buckets of its own region alone.
func (c *Caller) PutObject(ctx context.Context, bucket, key, kmsKey string, body []byte) error {
	if err := c.putObject(ctx, bucket, key, kmsKey, body); err != nil {
		return &estate.Error{Op: "s3:PutObject", On: "s3://" + bucket + "/" + key, Err: err,
			Hint: "allow s3:PutObject below the prefix to the execution role, and kms:GenerateDataKey on the key that encrypts; in a VPC without internet, it needs a gateway endpoint for S3"}
	}
	return nil
}

func (c *Caller) putObject(ctx context.Context, bucket, key, kmsKey string, body []byte) error {
	address := "https://" + bucket + ".s3." + c.Region + "." + cmp.Or(domains[c.Partition], "amazonaws.com") + "/" + key
	if stand := cmp.Or(c.Getenv("AWS_ENDPOINT_URL_S3"), c.Getenv("AWS_ENDPOINT_URL")); stand != "" {
		address = strings.TrimSuffix(stand, "/") + "/" + bucket + "/" + key
	} else if strings.Contains(bucket, ".") { // no certificate is for such a host
		address = "https://s3." + c.Region + "." + cmp.Or(domains[c.Partition], "amazonaws.com") + "/" + bucket + "/" + key
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Amz-Content-Sha256", hash)
	if kmsKey != "" {
		req.Header.Set("X-Amz-Server-Side-Encryption", "aws:kms")
		req.Header.Set("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id", kmsKey)
	}
	who, err := c.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("find credentials: %w", secretless(err))
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }) // S3 signs a path as it is
	if err := signer.SignHTTP(ctx, who, req, hash, "s3", c.Region, c.Now()); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return secretless(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if resp.StatusCode/100 == 2 {
		return nil
	}
	if m := failure.FindSubmatch(text); m != nil {
		return fmt.Errorf("%s: %s", m[1], m[2])
	}
	return errors.New(resp.Status)
}
