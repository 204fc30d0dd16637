package world

import "github.com/sagewarden/sagewarden/internal/estate"

// An Organization is how AWS Organizations arranges accounts of the world.
type Organization struct {
	// ID is o- with ten to 32 lower-case letters and digits.
	ID string
	// Management is the id of the management account.
	Management string
	// Administrators are the ids of the delegated administrators, which may read the organization like the management account.
	Administrators []string
	// Root holds everything.
	Root *Unit
}

// A Unit is an organizational unit, or the root.
type Unit struct {
	// ID is r- with the root's mark, or ou- with the root's mark and the unit's own.
	ID, Name string
	Tags     map[string]string
	Units    []*Unit
	// Accounts are the ids of the accounts right under it.
	Accounts []string
}

// ARN is the ARN of a member of the organization: resource is account, ou or root.
func (o *Organization) ARN(partition, resource, id string) string {
	return estate.ARN{Partition: partition, Service: "organizations", Account: o.Management, Resource: resource + "/" + o.ID + "/" + id}.String()
}
