package wire

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// STS bounds how long a session may last; a role bounds it further
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
const (
	shortestSession = 15 * time.Minute
	usualSession    = time.Hour
	longestSession  = 12 * time.Hour
	// longestChain bounds a role that is assumed from another's session.
	longestChain = time.Hour
	mostTags     = 50
)

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

func assumedRole(_ *view, in *sts.AssumeRoleInput) string { return aws.ToString(in.RoleArn) }

func (v *view) assumeRole(in *sts.AssumeRoleInput) (*sts.AssumeRoleOutput, error) {
	name, arn := aws.ToString(in.RoleSessionName), aws.ToString(in.RoleArn)
	length := usualSession
	if in.DurationSeconds != nil {
		length = time.Duration(*in.DurationSeconds) * time.Second
	}
	tags, err := sessionTags(in.Tags)
	switch {
	case err != nil:
		return nil, err
	case in.Policy != nil || in.PolicyArns != nil || in.SerialNumber != nil || in.TokenCode != nil || in.SourceIdentity != nil ||
		in.ProvidedContexts != nil || in.TransitiveTagKeys != nil:
		return nil, invalid("The simulated organization has no session policies, MFA, source identities, contexts and transitive tags.")
	case !sessionName.MatchString(name):
		return nil, invalid("1 validation error detected: Value '%s' at 'roleSessionName' failed to satisfy constraint: "+
			`Member must satisfy regular expression pattern: [\w+=,.@-]*, and have length between 2 and 64`, name)
	case length < shortestSession || length > longestSession:
		return nil, invalid("1 validation error detected: Value '%d' at 'durationSeconds' failed to satisfy constraint: "+
			"Member must have value between %d and %d", *in.DurationSeconds, int(shortestSession.Seconds()), int(longestSession.Seconds()))
	}
	if _, err := estate.ParseARN(arn); err != nil {
		return nil, invalid("%s is invalid", arn)
	}
	r := v.server.identities.roles[arn]
	if r == nil || !r.lets(v.principal, aws.ToString(in.ExternalId), tags) {
		return nil, v.principal.denied("sts:AssumeRole", arn, "")
	}
	if len(tags) > 0 {
		if err := v.principal.authorize("sts:TagSession", arn, v.target.Region); err != nil {
			return nil, err
		}
	}
	switch {
	case length > max(r.MaxDuration, usualSession):
		return nil, invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case v.principal.role != "" && length > longestChain:
		return nil, invalid("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return r.open(session{Role: arn, Name: name, Expires: v.now.Add(length).Truncate(time.Second), Tags: tags}), nil
}

func sessionTags(in []types.Tag) (map[string]string, error) {
	if len(in) > mostTags {
		return nil, invalid("1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to %d", mostTags)
	}
	tags := map[string]string{}
	for _, tag := range in {
		key := aws.ToString(tag.Key)
		for other := range tags {
			if strings.EqualFold(other, key) {
				return nil, &apiError{code: "InvalidParameterValue", message: "Duplicate tag keys found. Please note that Tag keys are case insensitive."}
			}
		}
		tags[key] = aws.ToString(tag.Value)
	}
	return tags, nil
}

// lets reports whether the trust policy admits the caller.
func (r *role) lets(who *principal, externalID string, tags map[string]string) bool {
	// A closed account's roles lead nowhere.
	if r.account.State == "SUSPENDED" || r.account.State == "CLOSED" || r.ExternalID != "" && r.ExternalID != externalID {
		return false
	}
	for key, value := range r.RequireSessionTags {
		if tags[key] != value {
			return false
		}
	}
	// Trust does not reach into another partition.
	return who.account.InPartition() == r.account.InPartition() && slices.ContainsFunc(r.TrustedPrincipals, who.is)
}

// is reports whether a trust policy means the principal: everybody, its account, itself, or the role that it is in.
func (p *principal) is(trusted string) bool {
	root := estate.ARN{Partition: p.account.InPartition(), Service: "iam", Account: p.account.ID, Resource: "root"}
	return trusted == "*" || trusted == p.account.ID || trusted == root.String() || trusted == p.arn || p.role != "" && trusted == p.role
}

// open gives out the credentials of a session.
func (r *role) open(s session) *sts.AssumeRoleOutput {
	token := s.token()
	return &sts.AssumeRoleOutput{
		AssumedRoleUser: &types.AssumedRoleUser{
			Arn:           aws.String(r.sessionARN(s.Name)),
			AssumedRoleId: aws.String(roleID(s.Role) + ":" + s.Name),
		},
		Credentials: &types.Credentials{
			AccessKeyId:     aws.String(temporaryKey(token)),
			SecretAccessKey: aws.String(mark("secret of "+token, 40)),
			SessionToken:    aws.String(token),
			Expiration:      aws.Time(s.Expires),
		},
	}
}

func writeAssumedRole(_ protocol, out *sts.AssumeRoleOutput) ([]byte, error) {
	return answered(stsNamespace, "AssumeRole", func(m *markup) {
		m.within("AssumedRoleUser", func() {
			m.text("AssumedRoleId", *out.AssumedRoleUser.AssumedRoleId)
			m.text("Arn", *out.AssumedRoleUser.Arn)
		})
		m.within("Credentials", func() {
			m.text("AccessKeyId", *out.Credentials.AccessKeyId)
			m.text("SecretAccessKey", *out.Credentials.SecretAccessKey)
			m.text("SessionToken", *out.Credentials.SessionToken)
			m.text("Expiration", out.Credentials.Expiration.UTC().Format(time.RFC3339))
		})
	}), nil
}
