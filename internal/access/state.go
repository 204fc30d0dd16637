package access

import (
	"strings"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// keep allows keeping a ledger in S3, and nothing else in its bucket.
func (all *statements) keep(p ledger.Place) {
	bucket := "arn:" + partition + ":s3:::" + p.Bucket
	objects := []string{bucket + "/" + p.Key, bucket + "/" + p.Pages() + "*"}
	all.allow("FindState", []string{bucket}, ledger.OpList)
	all.allow("KeepState", objects, ledger.OpGet, ledger.OpPut, ledger.OpDelete)
	key := p.KMSKey
	if !strings.HasPrefix(key, "arn:") || !strings.Contains(key, ":key/") { // whichever it is, it encrypts nothing but what is kept through S3
		key = "arn:" + partition + ":kms:*:*:key/*"
	}
	all.allow("EncryptState", []string{key}, ledger.OpEncrypt, ledger.OpDecrypt)
	all.through("EncryptState", "s3", bucket, objects...)
}

// through bounds a statement on keys to what a service does with the resources of these names. What a bucket has a key for is told by its own name.
func (all *statements) through(sid, service string, resource string, others ...string) {
	s := all.statement(sid)
	var context []string
	for _, arn := range append([]string{resource}, others...) {
		context = append(context, strings.Replace(arn, partition, "*", 1))
	}
	of := "kms:EncryptionContext:aws:" + service + ":arn"
	if s.Condition != nil {
		context = append(s.Condition["StringLike"][of], context...)
	}
	s.Condition = condition{"StringLike": {"kms:ViaService": {service + ".*"}, of: unique(context)}}
}
