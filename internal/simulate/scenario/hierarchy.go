package scenario

// A Hierarchy arranges the accounts of the file in AWS Organizations. Accounts of another partition than the management account's stay outside.
type Hierarchy struct {
	// ID is the organization's id, o- and ten to 32 letters and digits; made up when left out.
	ID string `yaml:"id"`
	// Management is the id of the management account.
	Management Text `yaml:"management" jsonschema:"required"`
	// Administrators are the ids of the delegated administrators, which may read the organization too.
	Administrators []Text `yaml:"administrators"`
	// Units are organizational units with an id or tags of their own, or without accounts. Others follow from the accounts.
	Units []Unit `yaml:"units"`
}

// A Unit is an organizational unit.
type Unit struct {
	// Path is the names of the units from the root down to it: Workloads/Production.
	Path string `yaml:"path" jsonschema:"required"`
	// ID is the unit's id; made up when left out.
	ID string `yaml:"id"`
	// Tags are the unit's tags.
	Tags map[string]string `yaml:"tags"`
}

// A Membership is what AWS Organizations knows of an account.
type Membership struct {
	// Email is the address of the account's root user; made up when left out.
	Email string `yaml:"email"`
	// Status is ACTIVE when left out. The roles of an account that is SUSPENDED or CLOSED cannot be assumed.
	Status string `yaml:"status" jsonschema:"enum=ACTIVE,enum=PENDING_ACTIVATION,enum=SUSPENDED,enum=PENDING_CLOSURE,enum=CLOSED"`
	// Joined is when the account came to the organization; two years before at when left out.
	Joined Instant `yaml:"joined"`
	// Tags are the account's tags.
	Tags map[string]string `yaml:"tags"`
	// Unit is the path of its organizational unit, such as Workloads/Production; the root when left out.
	Unit string `yaml:"unit"`
	// Outside keeps the account out of the organization.
	Outside bool `yaml:"outside"`
}

// A Role is an IAM role that others may assume.
type Role struct {
	// Name is the role's name.
	Name string `yaml:"name" jsonschema:"required"`
	// Path is the role's path; / when left out.
	Path string `yaml:"path"`
	// Trusts are who may assume it: account ids, ARNs of users and roles, or "*".
	Trusts []Text `yaml:"trusts" jsonschema:"required"`
	// ExternalID must be given to assume it.
	ExternalID Text `yaml:"externalId"`
	// SessionTags must be given to assume it, with these values.
	SessionTags map[string]string `yaml:"sessionTags"`
	// MaxDuration bounds a session; 1h when left out.
	MaxDuration Span `yaml:"maxDuration"`
	// Policies are IAM policy documents, as YAML or as JSON text; none means that everything is allowed.
	Policies []Policy `yaml:"policies"`
}
