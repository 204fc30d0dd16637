package cloud

import (
	"cmp"
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/organizations/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An Organization says which accounts of the caller's AWS organization to open, and how.
type Organization struct {
	// Units are organizational units by id, or by path from the root: "Production/EU". What is below them is meant too.
	// None means the whole organization.
	Units []string
	// Tags are those that an account must have, all of them.
	Tags map[string]string
	// Exclude names accounts to leave out: ids, names, or patterns of either as path.Match knows them.
	Exclude []string
	// Role is assumed in each account.
	Role Role
	// AssumeOwn assumes the role in the caller's own account too, which the caller's own credentials open otherwise.
	AssumeOwn bool
	// Regions of each account, AllRegions among them for the enabled ones. None means the caller's configured region.
	Regions []string
}

// accounts are the active accounts that are asked for, by id. Out is told what was left out. The session is the caller's.
func (o *Organization) accounts(ctx context.Context, s *Session, out *Opened) (active []Account, err error) {
	d := newDirectory(s)
	members, err := d.members(ctx, o.Units)
	if err != nil {
		return nil, err
	}
	for _, pattern := range o.Exclude {
		if !slices.ContainsFunc(members, func(m types.Account) bool { return matches(pattern, m) }) {
			out.Unmatched = append(out.Unmatched, pattern)
		}
	}
	members = slices.DeleteFunc(members, func(m types.Account) bool {
		return slices.ContainsFunc(o.Exclude, func(pattern string) bool { return matches(pattern, m) })
	})
	out.Inactive = len(members)
	members = slices.DeleteFunc(members, func(m types.Account) bool { return !isActive(m) })
	out.Inactive -= len(members)
	if members, err = d.tagged(ctx, members, o.Tags); err != nil {
		return nil, err
	}
	for _, m := range members {
		a := Account{ID: aws.ToString(m.Id), Name: aws.ToString(m.Name), Regions: o.Regions}
		if a.ID != s.Target().Account || o.AssumeOwn {
			a.Role = &o.Role
		}
		active = append(active, a)
	}
	if len(active) == 0 {
		return nil, &estate.Error{Op: "choose accounts", On: "the organization", Err: errors.New("no active account fits"),
			Hint: "look at the units, the account tags and what is excluded"}
	}
	slices.SortFunc(active, func(a, b Account) int { return strings.Compare(a.ID, b.ID) })
	return active, nil
}

// matches reports whether the pattern is of the account's id or name.
func matches(pattern string, a types.Account) bool {
	return slices.ContainsFunc([]string{aws.ToString(a.Id), aws.ToString(a.Name)}, func(s string) bool {
		match, err := path.Match(pattern, s)
		return match && err == nil
	})
}

// isActive reads the state, or what went before it: AWS has retired the status, and stand-ins may know nothing else.
func isActive(a types.Account) bool {
	return cmp.Or(string(a.State), string(a.Status)) == string(types.AccountStateActive)
}
