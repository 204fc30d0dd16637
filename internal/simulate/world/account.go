package world

import (
	"cmp"
	"slices"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Regions are the names of the regions that any account uses, in order.
func (w *World) Regions() []string {
	var names []string
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			names = append(names, r.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Target is the account in a region.
func (a *Account) Target(region string) estate.Target {
	return estate.Target{Partition: a.InPartition(), Account: a.ID, AccountName: a.Name, Region: region}
}

// InPartition is the AWS partition that the account lives in: aws, unless it says another.
func (a *Account) InPartition() string { return cmp.Or(a.Partition, "aws") }

// Signers are the credentials that sign for the account, at least one. A key without an id or a secret is given one.
func (a *Account) Signers() []Key {
	keys := slices.Clone(a.Keys)
	if len(keys) == 0 {
		keys = []Key{{}}
	}
	for i := range keys {
		k := &keys[i]
		k.AccessKeyID = cmp.Or(k.AccessKeyID, "AKIASIM"+a.ID)
		k.SecretAccessKey = cmp.Or(k.SecretAccessKey, "simulated")
	}
	return keys
}
