package wire

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"crypto/x509"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

func TestKMSSigns(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	c := kms.NewFromConfig(s.cfg)
	public, err := c.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: aws.String(signing)})
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.ParsePKIXPublicKey(public.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	message := []byte("this is certain")
	sum := sha256.Sum256(message)
	for name, in := range map[string]kms.SignInput{
		"raw":    {KeyId: aws.String("alias/signing"), Message: message, MessageType: types.MessageTypeRaw},
		"by id":  {KeyId: aws.String("sign"), Message: message},
		"digest": {KeyId: aws.String(signing), Message: sum[:], MessageType: types.MessageTypeDigest},
		"alias":  {KeyId: aws.String("arn:aws:kms:us-east-1:" + research + ":alias/signing"), Message: message},
	} {
		in.SigningAlgorithm = types.SigningAlgorithmSpecEcdsaSha256
		out, err := c.Sign(ctx, &in)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if !ecdsa.VerifyASN1(key.(*ecdsa.PublicKey), sum[:], out.Signature) || *out.KeyId != signing {
			t.Errorf("%s: the signature of %s does not fit", name, *out.KeyId)
		}
	}
	if len(s.Mutations()) > 0 {
		t.Error("signing has changed something")
	}
}

func TestKMSRefuses(t *testing.T) {
	ctx, s := t.Context(), onStage(t, stocked())
	sign := func(account, key string, with types.SigningAlgorithmSpec, message []byte) string {
		_, err := kms.NewFromConfig(ofAccount(s.cfg, account)).Sign(ctx, &kms.SignInput{KeyId: &key, SigningAlgorithm: with, Message: message})
		return code(err)
	}
	ecdsa, text := types.SigningAlgorithmSpecEcdsaSha256, []byte("text")
	want(t, "a key that is not there", sign(research, "none", ecdsa, text), "NotFoundException")
	want(t, "a key that encrypts", sign(research, sealing, ecdsa, text), "InvalidKeyUsageException")
	want(t, "another algorithm", sign(research, signing, types.SigningAlgorithmSpecRsassaPssSha256, text), "InvalidKeyUsageException")
	want(t, "too long a text", sign(research, signing, ecdsa, make([]byte, longestMessage+1)), "ValidationException")
	want(t, "a trusted account", sign("222222222222", signing, ecdsa, text), "")
	want(t, "the id alone elsewhere", sign("222222222222", "sign", ecdsa, text), "NotFoundException")
	want(t, "a stranger", sign("333333333333", signing, ecdsa, text), "AccessDeniedException")
	out, err := kms.NewFromConfig(s.cfg).DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: aws.String("alias/sealing")})
	if err != nil || out.KeyMetadata.KeyUsage != types.KeyUsageTypeEncryptDecrypt {
		t.Errorf("described as %+v, %v", out, err)
	}
}
