package scenario

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// An agent runs in an app until it falls silent; zero is never.
type agent struct {
	app   *world.App
	arn   string
	until time.Time
}

// A beaten is a bucket to which agents put their heartbeats.
type beaten struct {
	bucket     *world.Bucket
	heartbeats *Heartbeats
	signingKey string
}

func (b *regionBuilder) store(r Region, p path) {
	keys, signers := roster{}, map[string]string{}
	for i, k := range r.KMSKeys {
		kp := p.to("kmsKeys", i)
		b.enlist(keys, kp, "id", "key", k.ID)
		b.oneOf(kp, "usage", k.Usage, "sign", "encrypt")
		key := &world.KMSKey{Life: b.life(k.Life, nil, kp), ID: k.ID, Alias: k.Alias, Encrypts: k.Usage == "encrypt", Trusts: b.trusted(k.Trusts, kp)}
		b.region.KMSKeys = append(b.region.KMSKeys, key)
		if !key.Encrypts {
			signers[k.ID] = key.ARN(b.account.Target(b.region.Name))
		}
	}
	for i, w := range r.Buckets {
		wp := p.to("buckets", i)
		b.enlist(b.buckets, wp, "name", "bucket", w.Name)
		bucket := &world.Bucket{Life: b.life(w.Life, nil, wp), Name: w.Name, Trusts: b.trusted(w.Trusts, wp), Policy: w.Policy}
		if w.Policy != "" && !json.Valid([]byte(w.Policy)) {
			b.wrong(wp.to("policy"), "write the policy as JSON, as AWS has it", "this is no JSON")
		}
		objects := roster{}
		for j, o := range w.Objects {
			b.enlist(objects, wp.to("objects", j), "key", "object", o.Key)
			put := o.Put.from(b.at, b.at.Add(-24*time.Hour))
			bucket.Objects = append(bucket.Objects, &world.Object{Key: o.Key, Content: world.Text{Body: o.Text, Put: put}})
		}
		b.region.Buckets = append(b.region.Buckets, bucket)
		if h := w.Heartbeats; h != nil {
			arn, found := signers[h.SigningKey]
			if h.SigningKey != "" && !found {
				b.wrong(wp.to("heartbeats", "signingKey"), "add it to kmsKeys of this region", "there is no key %q here that signs", h.SigningKey)
			}
			b.beaten = append(b.beaten, beaten{bucket, h, arn})
		}
	}
}

// trusted are the ids of accounts that are trusted.
func (b *builder) trusted(ids []Text, p path) []string {
	var trusted []string
	for i, id := range ids {
		if !twelveDigits.MatchString(string(id)) {
			b.wrong(p.to("trusts", i), `write it like "111111111111"`, "an account id has twelve digits")
		}
		trusted = append(trusted, string(id))
	}
	return trusted
}

// beat lets every agent put its heartbeats to every bucket that takes them.
func (b *builder) beat() {
	for _, to := range b.beaten {
		prefix := "heartbeats/"
		if to.heartbeats.Prefix != nil {
			prefix = *to.heartbeats.Prefix
		}
		every := cmp.Or(time.Duration(to.heartbeats.Every), time.Minute)
		for _, a := range b.agents {
			beats := a.app.Beats(a.arn, a.until, every, to.signingKey)
			to.bucket.Objects = append(to.bucket.Objects, &world.Object{Key: beats.Key(prefix), Content: beats})
		}
	}
}
