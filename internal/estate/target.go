package estate

import (
	"cmp"
	"strings"
)

// A Target is one (partition, account, region) that is scanned.
type Target struct {
	Partition string `json:"partition"`
	Account   string `json:"account"`
	// AccountName is a label for people, empty where nobody gave one. It never identifies the target.
	AccountName string `json:"accountName,omitempty"`
	Region      string `json:"region"`
}

// String is the short form that errors and coverage lines use: account/region.
func (t Target) String() string { return t.Account + "/" + t.Region }

// Key identifies the target, label aside.
func (t Target) Key() string { return t.Partition + "/" + t.Account + "/" + t.Region }

// Label is the account's name where there is one, else its id.
func (t Target) Label() string { return cmp.Or(t.AccountName, t.Account) }

// PartitionOf returns the AWS partition of a region by the region's prefix. A region that no rule knows is in "aws".
func PartitionOf(region string) string {
	for _, p := range [...]struct{ prefix, partition string }{
		{"cn-", "aws-cn"},
		{"us-gov-", "aws-us-gov"},
		{"eusc-", "aws-eusc"},
		{"us-isob-", "aws-iso-b"},
		{"us-isof-", "aws-iso-f"},
		{"us-iso-", "aws-iso"},
		{"eu-isoe-", "aws-iso-e"},
	} {
		if strings.HasPrefix(region, p.prefix) {
			return p.partition
		}
	}
	return "aws"
}
