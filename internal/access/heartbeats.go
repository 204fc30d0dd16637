package access

import "github.com/sagewarden/sagewarden/internal/pulse"

// hear allows reading the heartbeats of a place, and nothing else in its bucket.
func (all *statements) hear(s pulse.Source) {
	bucket := "arn:" + partition + ":s3:::" + s.Bucket
	objects := bucket + "/" + s.Prefix + "*"
	all.allow("ReadHeartbeatList", []string{bucket}, pulse.OpList)
	all.allow("ReadHeartbeats", []string{objects}, pulse.OpGet)
	// The key that encrypts is the bucket's affair: whichever it is, it decrypts nothing but what is read through S3.
	all.allow("ReadHeartbeatsEncrypted", []string{"arn:" + partition + ":kms:*:*:key/*"}, pulse.OpDecrypt)
	all.through("ReadHeartbeatsEncrypted", "s3", bucket, objects)
	if s.SigningKey != "" {
		all.allow("ReadHeartbeatKey", []string{s.SigningKey}, pulse.OpKey)
	}
}
