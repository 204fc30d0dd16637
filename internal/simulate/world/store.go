package world

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Bucket is an S3 bucket. Its name is unique in the world.
type Bucket struct {
	Life
	Name string
	// Trusts are the other accounts whose principals may use it as far as their own policies go.
	Trusts []string
	// Policy is its bucket policy, empty for none. Of what it says, what billing may do is heeded.
	Policy string
	// Objects are what lies in it without anybody having put it during the call's time.
	Objects []*Object
}

// An Object is what lies in a bucket under a key.
type Object struct {
	Key     string
	Content Content
}

// Content is what an object holds.
type Content interface {
	// At is the content at an instant, and when it was put: zero means that there is none yet.
	At(t time.Time) (body []byte, put time.Time)
}

// Text is content that was put once.
type Text struct {
	Body string
	Put  time.Time
}

// At is the text from the instant on at which it was put.
func (c Text) At(t time.Time) (body []byte, put time.Time) {
	if t.Before(c.Put) {
		return nil, time.Time{}
	}
	return []byte(c.Body), c.Put
}

// A KMSKey is a key that never leaves KMS: an ECC_NIST_P256 one that signs, or a symmetric one that encrypts.
type KMSKey struct {
	Life
	// ID is the last part of its ARN, and Alias what people call it, without alias/; empty for none.
	ID, Alias string
	// Encrypts says that it is symmetric.
	Encrypts bool
	// Trusts are the other accounts whose principals may use it as far as their own policies go.
	Trusts []string
}

// ARN is the key's name in the account and region that hold it.
func (k *KMSKey) ARN(t estate.Target) string {
	return estate.ARN{Partition: t.Partition, Service: "kms", Region: t.Region, Account: t.Account, Resource: "key/" + k.ID}.String()
}

// Private is the private key of the bearer of an ARN. It follows from the name, so that a scenario always has the same signatures: nothing
// real may ever rest on it.
func Private(arn string) *ecdsa.PrivateKey {
	for seed := sha256.Sum256([]byte("simulated " + arn)); ; seed = sha256.Sum256(seed[:]) {
		// One in four billion seeds is beyond the curve's order.
		if private, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:]); err == nil {
			return private
		}
	}
}

// Open reports whether an account may use what belongs to the owner and trusts others.
func Open(owner, account string, trusts []string) bool {
	return owner == account || slices.Contains(trusts, account)
}
