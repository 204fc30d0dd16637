package wire

import (
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An identity is userIdentity of a CloudTrail event
// (https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html).
type identity struct {
	Type           string          `json:"type"`
	PrincipalID    string          `json:"principalId"`
	ARN            string          `json:"arn"`
	AccountID      string          `json:"accountId"`
	AccessKeyID    string          `json:"accessKeyId"`
	UserName       string          `json:"userName,omitempty"`
	SessionContext *sessionContext `json:"sessionContext,omitempty"`

	// who is the event's Username: the user, or the session of a role.
	who string
}

// A sessionContext says from which role the session of an identity is.
type sessionContext struct {
	SessionIssuer sessionIssuer `json:"sessionIssuer"`
}

type sessionIssuer struct {
	Type        string `json:"type"`
	PrincipalID string `json:"principalId"`
	ARN         string `json:"arn"`
	AccountID   string `json:"accountId"`
	UserName    string `json:"userName"`
}

// identityOf reads the ARN of a principal. What is no ARN of a user or a session is shown as it is, as a user's name.
func identityOf(creator string) identity {
	a, err := estate.ParseARN(creator)
	kind, rest, _ := strings.Cut(a.Resource, "/")
	if err == nil && kind == "assumed-role" {
		name, session, _ := strings.Cut(rest, "/")
		issuer := estate.ARN{Partition: a.Partition, Service: "iam", Account: a.Account, Resource: "role/" + name}.String()
		return identity{
			Type: "AssumedRole", PrincipalID: roleID(issuer) + ":" + session, ARN: creator, AccountID: a.Account, AccessKeyID: temporaryKey(creator), who: session,
			SessionContext: &sessionContext{sessionIssuer{Type: "Role", PrincipalID: roleID(issuer), ARN: issuer, AccountID: a.Account, UserName: name}},
		}
	}
	name := creator[strings.LastIndex(creator, "/")+1:]
	return identity{
		Type: "IAMUser", PrincipalID: "AIDA" + mark(creator, 17), ARN: creator, AccountID: a.Account, AccessKeyID: "AKIA" + mark(creator, 16), UserName: name, who: name,
	}
}
