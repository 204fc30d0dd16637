package wire

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// An organization is the world's, indexed.
type organization struct {
	*world.Organization
	partition string
	// members are the accounts by id.
	members map[string]*world.Account
	// units are the root and the organizational units by id.
	units map[string]*world.Unit
	// parents are the ids of what accounts and units are right under.
	parents map[string]string
}

// newOrganization is nil where the world has none. It fails on one that cannot be.
func newOrganization(w *world.World) (*organization, error) {
	if w.Organization == nil {
		return nil, nil
	}
	o := &organization{Organization: w.Organization, members: map[string]*world.Account{}, units: map[string]*world.Unit{}, parents: map[string]string{}}
	accounts := map[string]*world.Account{}
	for _, a := range w.Accounts {
		accounts[a.ID] = a
	}
	if o.Root == nil {
		return nil, fmt.Errorf("organization %s has no root", o.ID)
	}
	if err := o.add(o.Root, accounts); err != nil {
		return nil, err
	}
	for _, id := range slices.Concat([]string{o.Management}, o.Administrators) {
		if o.members[id] == nil {
			return nil, fmt.Errorf("organization %s: account %s is to lead it and is not a member", o.ID, id)
		}
	}
	o.partition = o.members[o.Management].InPartition()
	for id, a := range o.members {
		if a.InPartition() != o.partition {
			return nil, fmt.Errorf("organization %s: account %s is in another partition than the management account", o.ID, id)
		}
	}
	return o, nil
}

func (o *organization) add(u *world.Unit, accounts map[string]*world.Account) error {
	if o.units[u.ID] != nil {
		return fmt.Errorf("organization %s: there are two of unit %s", o.ID, u.ID)
	}
	o.units[u.ID] = u
	for _, id := range u.Accounts {
		switch {
		case accounts[id] == nil:
			return fmt.Errorf("organization %s: there is no account %s", o.ID, id)
		case o.members[id] != nil:
			return fmt.Errorf("organization %s: account %s is in two places", o.ID, id)
		}
		o.members[id], o.parents[id] = accounts[id], u.ID
	}
	for _, below := range u.Units {
		o.parents[below.ID] = u.ID
		if err := o.add(below, accounts); err != nil {
			return err
		}
	}
	return nil
}

// leads reports whether the account may read the organization.
func (o *organization) leads(account string) bool {
	return account == o.Management || slices.Contains(o.Administrators, account)
}

// resource is the ARN of what bears the id: an account, a unit or the root.
func (o *organization) resource(id string) string {
	kind := "ou"
	switch {
	case id == o.Root.ID:
		kind = "root"
	case o.members[id] != nil:
		kind = "account"
	}
	return o.ARN(o.partition, kind, id)
}

// state is the account's, spelled out.
func state(a *world.Account) string { return cmp.Or(a.State, "ACTIVE") }
