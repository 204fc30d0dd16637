package heartbeat

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// keys is what lies between prefix and suffix of a key: partition, account, region, and the resource part of the ARN.
var keys = regexp.MustCompile(`^(aws[a-z-]*)/([0-9]{12})/([a-z]{2,}(?:-[a-z]+)+-[0-9]+)/([a-z-]+(?:/[a-z0-9][a-z0-9._-]*)+)$`)

const suffix = ".json"

// Key is where under the prefix ("heartbeats/", or empty) the heartbeat of a resource lies in its bucket. SageMaker tells no names apart by
// their case, and shows one name in several: keys are in lower case.
func Key(prefix, arn string) (string, error) {
	a, err := estate.ParseARN(arn)
	if err != nil {
		return "", err
	}
	if a.Service != "sagemaker" {
		return "", fmt.Errorf("%q is not of SageMaker", arn)
	}
	place := strings.ToLower(strings.Join([]string{a.Partition, a.Account, a.Region, a.Resource}, "/"))
	if !keys.MatchString(place) {
		return "", fmt.Errorf("%q has no place for a heartbeat", arn)
	}
	return prefix + place + suffix, nil
}

// Resource is the inverse of Key: the ARN, in lower case, whose heartbeat lies there.
func Resource(prefix, key string) (string, error) {
	place, under := strings.CutPrefix(key, prefix)
	place, object := strings.CutSuffix(place, suffix)
	m := keys.FindStringSubmatch(place)
	if !under || !object || m == nil {
		return "", fmt.Errorf("%q is not where a heartbeat lies", key)
	}
	return estate.ARN{Partition: m[1], Service: "sagemaker", Region: m[3], Account: m[2], Resource: m[4]}.String(), nil
}

// same reports whether two ARNs are of one resource.
func same(a, b string) bool { return strings.EqualFold(a, b) }
