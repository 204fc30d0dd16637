package pulse_test

import (
	"testing"

	"github.com/sagewarden/sagewarden/internal/pulse"
)

func TestParseSource(t *testing.T) {
	const key = "arn:aws:kms:eu-west-1:111122223333:key/1234-ab"
	for _, c := range []struct {
		place, key string
		want       string
	}{
		{"s3://beats/hb/", key, "s3://beats/hb/"},
		{"s3://beats/hb", "", "s3://beats/hb/"},
		{"s3://beats", key, "s3://beats/"},
		{"beats/hb", key, ""},
		{"s3://B/", key, ""},
		{"s3://beats/hb/", "arn:aws:kms:eu-west-1:111122223333:alias/beats", ""},
		{"s3://beats/hb/", "1234", ""},
	} {
		s, err := pulse.ParseSource(c.place, c.key)
		if (err == nil) != (c.want != "") || err == nil && s.String() != c.want {
			t.Errorf("ParseSource(%q, %q) = %s, %v, want %q", c.place, c.key, s, err, c.want)
		}
	}
}
