package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A policy is an identity-based IAM policy document.
type policy struct {
	Version   string          `json:"Version"`
	ID        string          `json:"Id"`
	Statement list[statement] `json:"Statement"`
}

type statement struct {
	SID         string                             `json:"Sid"`
	Effect      string                             `json:"Effect"`
	Action      list[string]                       `json:"Action"`
	NotAction   list[string]                       `json:"NotAction"`
	Resource    list[string]                       `json:"Resource"`
	NotResource list[string]                       `json:"NotResource"`
	Condition   map[string]map[string]list[string] `json:"Condition"`
}

// A list is IAM's: one value may stand without brackets.
type list[T any] []T

// UnmarshalJSON reads one value or many.
func (l *list[T]) UnmarshalJSON(b []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(b), []byte("[")) {
		return strictly(b, (*[]T)(l))
	}
	var one T
	if err := strictly(b, &one); err != nil {
		return err
	}
	*l = list[T]{one}
	return nil
}

func strictly(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// newPolicies reads policy documents. What the evaluator would have to ignore is an error, so that no test passes
// because a rule was overlooked.
func newPolicies(documents []string) ([]policy, error) {
	policies := make([]policy, len(documents))
	for i, document := range documents {
		if err := strictly([]byte(document), &policies[i]); err != nil {
			return nil, fmt.Errorf("IAM policy %d: %w", i+1, err)
		}
		for j, s := range policies[i].Statement {
			if err := s.check(); err != nil {
				return nil, fmt.Errorf("IAM policy %d, statement %d: %w", i+1, j+1, err)
			}
		}
	}
	return policies, nil
}

func (s statement) check() error {
	switch {
	case s.Effect != "Allow" && s.Effect != "Deny":
		return fmt.Errorf("effect %q is neither Allow nor Deny", s.Effect)
	case (len(s.Action) == 0) == (len(s.NotAction) == 0):
		return errors.New("want either Action or NotAction")
	case (len(s.Resource) == 0) == (len(s.NotResource) == 0):
		return errors.New("want either Resource or NotResource")
	}
	for _, r := range slices.Concat(s.Resource, s.NotResource) {
		if strings.Contains(r, "${") {
			return fmt.Errorf("resource %q: policy variables are not simulated", r)
		}
	}
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		if _, ok := operators[operator]; !ok {
			return fmt.Errorf("condition operator %s is not simulated; these are: %s",
				operator, strings.Join(slices.Sorted(maps.Keys(operators)), ", "))
		}
		for key := range s.Condition[operator] {
			if !slices.ContainsFunc(conditionKeys, func(k string) bool { return strings.EqualFold(k, key) }) {
				return fmt.Errorf("condition key %s is not simulated; these are: %s", key, strings.Join(conditionKeys, ", "))
			}
		}
	}
	return nil
}

// The condition keys that are simulated.
const (
	keyRegion    = simulatedKey
	keyPassedTo  = "iam:PassedToService"
	keyLinked    = "iam:AWSServiceName"
	keyNamespace = "application-autoscaling:service-namespace"
	keyVia       = "kms:ViaService"
	keyObject    = "kms:EncryptionContext:aws:s3:arn"
	keyCalledVia = "aws:CalledVia"
)

var conditionKeys = []string{keyRegion, keyPassedTo, keyLinked, keyNamespace, keyVia, keyObject, keyCalledVia}

// conditionValue is what a request has for a condition key, empty where it has none. Roles are passed to SageMaker here, and nothing else is scaled; keys encrypt
// what is put into S3, the object of this ARN. What Athena does in somebody's name has its name for an object.
func conditionValue(key, action, region string, object ...string) string {
	switch service, _, _ := strings.Cut(action, ":"); {
	case strings.EqualFold(key, keyRegion):
		return region
	case strings.EqualFold(key, keyPassedTo) && action == "iam:PassRole":
		return "sagemaker.amazonaws.com"
	case strings.EqualFold(key, keyLinked) && action == "iam:CreateServiceLinkedRole":
		return scalingService
	case strings.EqualFold(key, keyNamespace) && service == "application-autoscaling" && Mutating(action):
		return "sagemaker"
	case strings.EqualFold(key, keyCalledVia) && len(object) > 0 && object[0] == throughAthena:
		return throughAthena
	case strings.EqualFold(key, keyVia) && len(object) > 0:
		return "s3." + region + ".amazonaws.com"
	case strings.EqualFold(key, keyObject) && len(object) > 0:
		return object[0]
	}
	return ""
}

// operators say whether the request's value meets one or, negated, all of the policy's.
var operators = map[string]func(value string, wanted []string) bool{
	"StringEquals":              anyOf(func(v, w string) bool { return v == w }),
	"StringEqualsIgnoreCase":    anyOf(strings.EqualFold),
	"StringLike":                anyOf(func(v, w string) bool { return glob(w, v) }),
	"ForAnyValue:StringEquals":  anyOf(func(v, w string) bool { return v == w }),
	"StringNotEquals":           noneOf(func(v, w string) bool { return v == w }),
	"StringNotEqualsIgnoreCase": noneOf(strings.EqualFold),
	"StringNotLike":             noneOf(func(v, w string) bool { return glob(w, v) }),
}

func anyOf(equal func(v, w string) bool) func(string, []string) bool {
	return func(value string, wanted []string) bool {
		return slices.ContainsFunc(wanted, func(w string) bool { return equal(value, w) })
	}
}

func noneOf(equal func(v, w string) bool) func(string, []string) bool {
	meets := anyOf(equal)
	return func(value string, wanted []string) bool { return !meets(value, wanted) }
}

func (s statement) applies(action, resource, region string, object ...string) bool {
	for operator, conditions := range s.Condition {
		for key, wanted := range conditions {
			if !operators[operator](conditionValue(key, action, region, object...), wanted) {
				return false
			}
		}
	}
	return covers(s.Action, s.NotAction, strings.ToLower(action), strings.ToLower) &&
		covers(s.Resource, s.NotResource, resource, func(r string) string { return r })
}

// covers reports whether the value is one of the wanted, or where nothing is wanted, none of the unwanted.
func covers(wanted, unwanted []string, value string, fold func(string) string) bool {
	matches := func(pattern string) bool { return glob(fold(pattern), value) }
	if len(wanted) > 0 {
		return slices.ContainsFunc(wanted, matches)
	}
	return !slices.ContainsFunc(unwanted, matches)
}

// A decision is IAM's, in its own words.
type decision string

const (
	allowed      decision = "allowed"
	explicitDeny decision = "explicitDeny"
	implicitDeny decision = "implicitDeny"
)

// decide answers as IAM does: an explicit deny wins, then an allow; what nobody allows is denied. A principal without
// policies may do everything.
func (p *principal) decide(action, resource, region string, object ...string) decision {
	// STS answers the question "who am I" whatever the policies say.
	if len(p.policies) == 0 || action == "sts:GetCallerIdentity" {
		return allowed
	}
	d := implicitDeny
	for _, doc := range p.policies {
		for _, s := range doc.Statement {
			switch {
			case !s.applies(action, resource, region, object...):
			case s.Effect == "Deny":
				return explicitDeny
			default:
				d = allowed
			}
		}
	}
	return d
}

// authorize refuses what the policies do not allow, on a key for the object that it encrypts.
func (p *principal) authorize(action, resource, region string, object ...string) error {
	switch p.decide(action, resource, region, object...) {
	case explicitDeny:
		return p.denied(action, resource, " with an explicit deny in an identity-based policy")
	case implicitDeny:
		return p.denied(action, resource, " because no identity-based policy allows the "+action+" action")
	}
	return nil
}

func (p *principal) denied(action, resource, why string) error {
	return &apiError{
		code:    "AccessDeniedException",
		message: fmt.Sprintf("User: %s is not authorized to perform: %s on resource: %s%s", p.arn, action, resource, why),
	}
}
