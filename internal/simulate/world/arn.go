package world

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"strings"
)

// ARN names a SageMaker resource of the account: resource is what the Resource methods return.
func (a *Account) ARN(region, resource string) string {
	return a.Target(region).SageMakerARN(resource)
}

// Resource is the resource part of the domain's ARN.
func (d *Domain) Resource() string { return "domain/" + d.ID }

// Resource is the resource part of the user profile's ARN.
func (u *User) Resource(domainID string) string { return "user-profile/" + domainID + "/" + u.Name }

// Resource is the resource part of the space's ARN.
func (s *Space) Resource(domainID string) string { return "space/" + domainID + "/" + s.Name }

// Resource is the resource part of the app's ARN.
func (a *App) Resource(domainID string) string {
	return strings.Join([]string{"app", domainID, a.Owner(), strings.ToLower(a.Type), a.Name}, "/")
}

// Owner is the user profile or the space that the app belongs to.
func (a *App) Owner() string { return cmp.Or(a.User, a.Space) }

// Resource is the resource part of the endpoint's ARN.
func (e *Endpoint) Resource() string { return "endpoint/" + e.Name }

// Resource is the resource part of the configuration's ARN.
func (c *EndpointConfig) Resource() string { return "endpoint-config/" + c.Name }

// Resource is the resource part of the model's ARN.
func (m *Model) Resource() string { return "model/" + m.Name }

// Resource is the resource part of the inference component's ARN.
func (c *Component) Resource() string { return "inference-component/" + c.Name }

// FileSystem is the domain's home file system.
func (d *Domain) FileSystem() string {
	return cmp.Or(d.HomeEFS, fmt.Sprintf("fs-%x", sha256.Sum256([]byte(d.ID)))[:20])
}
