// Package pulse reads what agents say from inside: the signed heartbeats in S3, of a scan's resources and of those that must be covered.
//
// It lists a prefix once, however many accounts write there, and reads a heartbeat only of a resource that somebody asks about. What cannot be
// read or believed is said of each resource that it may be about.
package pulse

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Source is a place where heartbeats lie.
type Source struct {
	Bucket string
	// Prefix is empty, or ends with a slash.
	Prefix string
	// SigningKey is the ARN of the KMS key that certifies the agents. Without one, what lies there counts for less: anybody who may write there
	// may have written it.
	SigningKey string
}

var (
	location = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:/(.*))?$`)
	keyID    = regexp.MustCompile(`^key/[A-Za-z0-9-]+$`)
)

// ParseSource reads a place like s3://bucket/heartbeats/. The signing key may be empty.
func ParseSource(place, signingKey string) (Source, error) {
	m := location.FindStringSubmatch(place)
	if m == nil {
		return Source{}, fmt.Errorf("%q is not a place in S3 like s3://bucket/heartbeats/", place)
	}
	s := Source{Bucket: m[1], Prefix: m[2], SigningKey: signingKey}
	if s.Prefix != "" && !strings.HasSuffix(s.Prefix, "/") {
		s.Prefix += "/"
	}
	if signingKey != "" {
		if a, err := estate.ParseARN(signingKey); err != nil || a.Service != "kms" || !keyID.MatchString(a.Resource) {
			return Source{}, fmt.Errorf("%q is not the ARN of a KMS key like arn:aws:kms:eu-west-1:111122223333:key/…; an alias does not do, since it may come to stand for another key", signingKey)
		}
	}
	return s, nil
}

// String is the place.
func (s Source) String() string { return "s3://" + s.Bucket + "/" + s.Prefix }
