package wire

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// longestMessage is how much KMS signs as it is; whatever is longer has to be hashed by the caller.
const longestMessage = 4096

func describedKey(in *kms.DescribeKeyInput) *string  { return in.KeyId }
func publishedKey(in *kms.GetPublicKeyInput) *string { return in.KeyId }
func signingKey(in *kms.SignInput) *string           { return in.KeyId }

// keyNamed makes an ARN of the key that an operation's input names.
func keyNamed[I any](name func(*I) *string) func(*view, *I) string {
	return func(v *view, in *I) string { return v.keyARN(aws.ToString(name(in))) }
}

// keyARN is the ARN of the key that an id, an ARN or the name or ARN of an alias means to the caller.
func (v *view) keyARN(name string) string {
	arn := name
	if !strings.HasPrefix(name, "arn:") {
		resource := "key/" + name
		if strings.HasPrefix(name, "alias/") {
			resource = name
		}
		arn = estate.ARN{Partition: v.target.Partition, Service: "kms", Region: v.target.Region, Account: v.target.Account, Resource: resource}.String()
	}
	if key, ok := v.server.vault.aliases[arn]; ok {
		return key
	}
	return arn
}

// kmsKey is the key that a name means, if the caller's account may use it.
func (v *view) kmsKey(name string) (kmsKey, error) {
	if name == "" {
		return kmsKey{}, missingMember("keyId")
	}
	arn := v.keyARN(name)
	k, found := v.server.vault.keys[arn]
	if parsed, err := estate.ParseARN(arn); !found || !k.At(v.now) || err == nil && parsed.Region != v.target.Region {
		return kmsKey{}, &apiError{code: "NotFoundException", message: "Key '" + arn + "' does not exist"}
	}
	if !world.Open(k.account, v.target.Account, k.Trusts) {
		return kmsKey{}, v.principal.denied(v.operation, arn, " because no resource-based policy allows the "+v.operation+" action")
	}
	return k, nil
}

// signer is a key that signs.
func (v *view) signer(name *string) (kmsKey, error) {
	k, err := v.kmsKey(aws.ToString(name))
	if err == nil && k.Encrypts {
		err = &apiError{code: "InvalidKeyUsageException", message: k.arn + " key usage is ENCRYPT_DECRYPT which is not valid for " + strings.TrimPrefix(v.operation, "kms:") + "."}
	}
	return k, err
}

func (v *view) describeKey(in *kms.DescribeKeyInput) (*kms.DescribeKeyOutput, error) {
	k, err := v.kmsKey(aws.ToString(in.KeyId))
	if err != nil {
		return nil, err
	}
	m := &types.KeyMetadata{
		AWSAccountId: aws.String(k.account), Arn: aws.String(k.arn), KeyId: aws.String(k.ID), CreationDate: aws.Time(k.Created), Description: aws.String(""),
		Enabled: true, KeyState: types.KeyStateEnabled, KeyManager: types.KeyManagerTypeCustomer, Origin: types.OriginTypeAwsKms, MultiRegion: aws.Bool(false),
		KeySpec: types.KeySpecEccNistP256, KeyUsage: types.KeyUsageTypeSignVerify, SigningAlgorithms: []types.SigningAlgorithmSpec{types.SigningAlgorithmSpecEcdsaSha256},
	}
	if k.Encrypts {
		m.KeySpec, m.KeyUsage, m.SigningAlgorithms = types.KeySpecSymmetricDefault, types.KeyUsageTypeEncryptDecrypt, nil
		m.EncryptionAlgorithms = []types.EncryptionAlgorithmSpec{types.EncryptionAlgorithmSpecSymmetricDefault}
	}
	return &kms.DescribeKeyOutput{KeyMetadata: m}, nil
}

func (v *view) getPublicKey(in *kms.GetPublicKeyInput) (*kms.GetPublicKeyOutput, error) {
	k, err := v.signer(in.KeyId)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKIXPublicKey(world.Private(k.arn).Public())
	if err != nil {
		return nil, err
	}
	return &kms.GetPublicKeyOutput{KeyId: aws.String(k.arn), PublicKey: der, KeySpec: types.KeySpecEccNistP256, KeyUsage: types.KeyUsageTypeSignVerify,
		SigningAlgorithms: []types.SigningAlgorithmSpec{types.SigningAlgorithmSpecEcdsaSha256}}, nil
}

func (v *view) sign(in *kms.SignInput) (*kms.SignOutput, error) {
	k, err := v.signer(in.KeyId)
	if err != nil {
		return nil, err
	}
	digest := in.Message
	switch {
	case in.SigningAlgorithm != types.SigningAlgorithmSpecEcdsaSha256:
		return nil, &apiError{code: "InvalidKeyUsageException", message: "Algorithm " + string(in.SigningAlgorithm) + " is incompatible with key spec ECC_NIST_P256."}
	case len(in.Message) == 0 || len(in.Message) > longestMessage:
		return nil, invalid("1 validation error detected: Value at 'message' failed to satisfy constraint: Member must have length between 1 and %d", longestMessage)
	case in.MessageType == types.MessageTypeDigest && len(digest) != sha256.Size:
		return nil, invalid("Digest is invalid length for algorithm ECDSA_SHA_256.")
	case in.MessageType != types.MessageTypeDigest:
		sum := sha256.Sum256(in.Message)
		digest = sum[:]
	}
	// Without a source of chance the signature follows from the message, as in RFC 6979.
	signature, err := world.Private(k.arn).Sign(nil, digest, crypto.SHA256)
	if err != nil {
		return nil, err
	}
	return &kms.SignOutput{KeyId: aws.String(k.arn), Signature: signature, SigningAlgorithm: in.SigningAlgorithm}, nil
}
