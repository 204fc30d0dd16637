package world

import (
	"cmp"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Role is an IAM role with its trust policy.
type Role struct {
	Name string
	// Path begins and ends with a slash; empty means "/".
	Path string
	// TrustedPrincipals may assume the role: account ids, ARNs of users and roles, or "*".
	TrustedPrincipals []string
	// ExternalID must be given to assume the role, unless it is empty.
	ExternalID string
	// RequireSessionTags must be given to assume the role, with these values.
	RequireSessionTags map[string]string
	// Policies are IAM policy documents (JSON). None means that everything is allowed.
	Policies []string
	// MaxDuration bounds a session; zero means an hour, as IAM has it.
	MaxDuration time.Duration
}

// RoleARN is the ARN of a role of the account.
func (a *Account) RoleARN(r *Role) string {
	return estate.ARN{Partition: a.InPartition(), Service: "iam", Account: a.ID, Resource: "role" + cmp.Or(r.Path, "/") + r.Name}.String()
}
