package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestHeartbeats(t *testing.T) {
	read := func(text string) (*File, error) {
		path := filepath.Join(t.TempDir(), "x.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return load(path)
	}
	const key = "arn:aws:kms:eu-west-1:111122223333:key/1234-ab"
	f, err := read("heartbeats:\n  - {bucket: s3://beats/hb/, signingKey: '" + key + "', region: eu-west-1, profile: audit}\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Heartbeats{{Bucket: "s3://beats/hb/", SigningKey: key, Region: "eu-west-1", Profile: "audit"}}, f.Heartbeats); diff != "" {
		t.Error(diff)
	}
	for text, says := range map[string]string{
		"{bucket: beats/hb}": "no place in S3",
		"{signingKey: x}":    "no place in S3",
		"{bucket: s3://beats, signingKey: 'arn:aws:kms:eu-west-1:111122223333:alias/beats'}": "not the ARN of a KMS key",
		"{bucket: s3://beats, region: all}":                                                  "no region",
	} {
		if _, err := read("heartbeats: [" + text + "]\n"); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want it to say %q", text, err, says)
		}
	}
}
