package remote

import (
	"cmp"
	"context"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Sign has KMS sign a message with a key of the kind ECC_NIST_P256, by its ARN: ECDSA over SHA-256, the signature in DER.
func (c *Caller) Sign(ctx context.Context, key estate.ARN, message []byte) ([]byte, error) {
	endpoint := cmp.Or(c.Getenv("AWS_ENDPOINT_URL_KMS"), c.Getenv("AWS_ENDPOINT_URL"),
		"https://kms."+key.Region+"."+cmp.Or(domains[key.Partition], "amazonaws.com"))
	in := struct {
		KeyId, MessageType, SigningAlgorithm string
		Message                              []byte
	}{key.String(), "RAW", "ECDSA_SHA_256", message}
	var out struct{ Signature []byte }
	if err := c.json(ctx, endpoint, "kms", key.Region, "TrentService.Sign", in, &out); err != nil {
		return nil, &estate.Error{Op: "kms:Sign", On: key.String(), Err: err,
			Hint: "allow kms:Sign on the key to the execution role; in a VPC without internet, it needs an endpoint for KMS"}
	}
	return out.Signature, nil
}
