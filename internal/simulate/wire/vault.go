package wire

import (
	"fmt"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A vault holds what is named for the whole world, not for a region: buckets and keys.
type vault struct {
	buckets map[string]*bucket
	// keys are by ARN, and aliases are the ARNs of keys by the alias's own.
	keys    map[string]kmsKey
	aliases map[string]string
}

// A bucket is a world's bucket with what was put to it.
type bucket struct {
	*world.Bucket
	target estate.Target
	// objects are what was put by key. A nil one was deleted.
	objects map[string]*object
	// given are the world's own objects by key: what was put goes before them.
	given map[string]*world.Object
	// policy is its bucket policy, empty for none.
	policy string
}

// An object is what lies in a bucket.
type object struct {
	body []byte
	put  time.Time
	etag string
	// checksum is the SHA-256 that whoever put it gave along, in base64; empty for none.
	checksum string
	// header is what whoever put it said of it, and kmsKey the ARN of the key that encrypts it; empty for S3's own.
	header map[string]string
	kmsKey string
}

type kmsKey struct {
	*world.KMSKey
	arn     string
	account string
}

func newVault(w *world.World) (*vault, error) {
	v := &vault{buckets: map[string]*bucket{}, keys: map[string]kmsKey{}, aliases: map[string]string{}}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			target := a.Target(r.Name)
			for _, b := range r.Buckets {
				if other, taken := v.buckets[b.Name]; taken {
					return nil, fmt.Errorf("bucket %s is both in account %s and in account %s", b.Name, other.target.Account, a.ID)
				}
				held := &bucket{Bucket: b, target: target, objects: map[string]*object{}, given: map[string]*world.Object{}, policy: b.Policy}
				for _, o := range b.Objects {
					held.given[o.Key] = o
				}
				v.buckets[b.Name] = held
			}
			for _, k := range r.KMSKeys {
				arn := k.ARN(target)
				v.keys[arn] = kmsKey{k, arn, a.ID}
				if k.Alias != "" {
					v.aliases[aliasARN(target, k.Alias)] = arn
				}
			}
		}
	}
	return v, nil
}

func aliasARN(t estate.Target, alias string) string {
	return estate.ARN{Partition: t.Partition, Service: "kms", Region: t.Region, Account: t.Account, Resource: "alias/" + alias}.String()
}
