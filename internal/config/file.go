// Package config reads sagewarden.yaml: what to look at, and what is usual here.
package config

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

// A File is sagewarden.yaml. Flags and environment variables go before what it says.
type File struct {
	// Path is where the file was found, empty where there is none.
	Path string `yaml:"-"`
	// Unread is, where there is none, a file that would have been found but for its ending, yml.
	Unread string `yaml:"-"`
	// Targets are the accounts to look at.
	Targets Targets `yaml:"targets"`
	// Owners says how a resource's owner is found.
	Owners Owners `yaml:"owners"`
	// Heartbeats are where agents in Studio apps and on notebook instances say what is used.
	Heartbeats []Heartbeats `yaml:"heartbeats"`
	// Policies are policy files: paths beside this file, patterns as policies/*.yaml, and ready packs as pack:studio-basics.
	Policies []string `yaml:"policies"`
	// State is where the ledger is: a file, s3://bucket/key or postgres://user@host/database. SAGEWARDEN_STATE and --state go before it.
	State string `yaml:"state"`
	// Notify says whom to tell, how, and when.
	Notify Notify `yaml:"notify"`
	// Enforce allows that something is changed at all. Without it there are plans, and nothing else.
	Enforce bool `yaml:"enforce"`
	// Guard bounds what all policies together may change.
	Guard Guard `yaml:"guard"`
	// Cost says where bills are kept, and who is charged for what.
	Cost Cost `yaml:"cost"`
}

// Cost says where bills are kept, and who is charged for what.
type Cost struct {
	// Lake is the folder of the charges, relative to this file. SAGEWARDEN_LAKE and --lake go before it.
	Lake string `yaml:"lake"`
	// Estate is a snapshot that scan --save wrote, relative to this file: it tells whose a resource is. --estate goes before it.
	Estate string `yaml:"estate"`
	// Athena is the organization's bill where it lies, for reports that are run there.
	Athena Athena `yaml:"athena"`
	// Allocation says who is charged for what.
	Allocation Allocation `yaml:"allocation"`
}

// Athena is the organization's bill where it lies: a table of CUR 2.0 that Amazon Athena reads. Flags go before all of it.
type Athena struct {
	// Database of the Glue catalog, in which the table is.
	Database string `yaml:"database"`
	// Table of the bill.
	Table string `yaml:"table"`
	// ViewsDatabase is where sagewarden cost views athena puts its views; that of the table when left out.
	ViewsDatabase string `yaml:"viewsDatabase"`
	// Workgroup is whose limits and whose place for results count; primary when left out.
	Workgroup string `yaml:"workgroup"`
	// Results is where Athena writes answers, as s3://bucket/prefix/; the workgroup's own place when left out.
	Results string `yaml:"results"`
	// Bill is where the table's files lie, as s3://bucket/prefix/. Only sagewarden iam reads this, to allow no other place.
	Bill string `yaml:"bill"`
	// Region is where the catalog is; the configured one when left out.
	Region string `yaml:"region"`
	// Profile is whose credentials ask; the SDK's chain when left out.
	Profile string `yaml:"profile"`
	// MaxScan is how much a query may read, as 20GB; 100GB when left out.
	MaxScan strictyaml.Size `yaml:"maxScan"`
	// PricePerTB is what you pay for each terabyte that is read, in dollars, for the line that says what a query cost. Without it bytes are told, and no dollars.
	PricePerTB strictyaml.Dollars `yaml:"pricePerTB"`
	// Products are the services whose lines are charges beside what bears SageMaker's own tags; AmazonSageMaker and MachineLearningSavingsPlans when left out. all is every line.
	Products []string `yaml:"products"`
}

// A Guard bounds what all policies together may change.
type Guard struct {
	// Accounts are the ids of those in which something may be changed. In all others nothing is.
	Accounts []string `yaml:"accounts"`
	// MaxActions bounds the changes of a run; 50 when left out.
	MaxActions int `yaml:"maxActions"`
	// MaxPerDay bounds the changes of a day (UTC); 200 when left out.
	MaxPerDay int `yaml:"maxPerDay"`
	// MaxShare bounds the changes of a run to a share of all that is seen, as 20%; half when left out.
	MaxShare strictyaml.Percent `yaml:"maxShare"`
	// MaxHourlySavings bounds the dollars an hour that a run stops.
	MaxHourlySavings strictyaml.Dollars `yaml:"maxHourlySavings"`
	// MaxDailySavings bounds the dollars an hour that are stopped on a day (UTC).
	MaxDailySavings strictyaml.Dollars `yaml:"maxDailySavings"`
	// Freezes are times in which nothing is changed.
	Freezes []Freeze `yaml:"freezes"`
}

// A Freeze is a time in which nothing is changed.
type Freeze struct {
	// From is when it begins, as 2026-12-20 or 2026-12-20T18:00:00+01:00. A day alone is meant in UTC.
	From string `yaml:"from"`
	// To is when it ends, in the same form. A day alone is frozen to its end.
	To string `yaml:"to"`
	// Why is what people are told.
	Why string `yaml:"why"`
}

// Times are the freeze's beginning and end, of which the second is not in it.
func (f Freeze) Times() (from, to time.Time, err error) {
	if from, err = day(f.From, 0); err == nil {
		to, err = day(f.To, 1)
	}
	return from, to, err
}

// day reads an instant, or the beginning of a day and so many days on.
func day(text string, on int) (time.Time, error) {
	if at, err := time.Parse(time.DateOnly, text); err == nil {
		return at.AddDate(0, 0, on), nil
	}
	return time.Parse(time.RFC3339, text)
}

// Heartbeats is a place in S3 where agents put theirs.
type Heartbeats struct {
	// Bucket is the place, as s3://bucket/heartbeats/.
	Bucket string `yaml:"bucket"`
	// SigningKey is the ARN of the KMS key that certifies the agents. Without one, what they say is trusted less.
	SigningKey string `yaml:"signingKey"`
	// Region of the bucket; that of the credentials when left out.
	Region string `yaml:"region"`
	// Profile is the AWS profile whose credentials read there; the caller's own when left out.
	Profile string `yaml:"profile"`
}

// Targets are the accounts to look at: those of an organization, and those named one by one, which go before.
type Targets struct {
	// Organization takes the accounts from AWS Organizations.
	Organization *Organization `yaml:"organization"`
	// Accounts are named one by one.
	Accounts []Account `yaml:"accounts"`
}

// An Organization says which of the caller's AWS organization's accounts to look at, and as whom.
type Organization struct {
	Assumption `yaml:",inline"`
	// Units are organizational units by id or by path from the root (Production/EU), with all that is below them. None means all.
	Units []string `yaml:"units"`
	// AccountTags are those that an account must have, all of them.
	AccountTags map[string]string `yaml:"accountTags"`
	// Exclude names accounts to leave out: ids, names, or patterns of either with *, ? and [a-z].
	Exclude []string `yaml:"exclude"`
	// Regions of each account; all means every enabled one. None means the caller's configured region.
	Regions []string `yaml:"regions"`
	// AssumeOwn assumes the role in the caller's own account too, in place of the caller's own credentials.
	AssumeOwn bool `yaml:"assumeOwn"`
}

// An Account is one account with a profile, a role or both: the profile's credentials then assume the role.
type Account struct {
	// ID is the account's twelve digits. With a profile alone it may be left out; given, the profile must be that account's.
	ID string `yaml:"id"`
	// Name is what people call the account.
	Name string `yaml:"name"`
	// Profile is the AWS profile whose credentials are used.
	Profile    string `yaml:"profile"`
	Assumption `yaml:",inline"`
	// Regions of the account; all means every enabled one. None means the region configured for the credentials.
	Regions []string `yaml:"regions"`
}

// An Assumption is a role that is assumed in an account, and how.
type Assumption struct {
	// Role is the role's name, with its path where it has one: ops/SagewardenReader. An organization's is SagewardenReader when left out.
	Role string `yaml:"role"`
	// ExternalID is what the role's trust policy asks for, if it does.
	ExternalID string `yaml:"externalId"`
	// SessionName shows in the accounts' own records who called; sagewarden when left out.
	SessionName string `yaml:"sessionName"`
	// SessionTags come with the session; the trust policy must allow sts:TagSession.
	SessionTags map[string]string `yaml:"sessionTags"`
	// Duration is how long credentials are good for before they are renewed: 15m to 12h; 1h when left out.
	Duration time.Duration `yaml:"duration"`
}

// Owners says how a resource's owner is found.
type Owners struct {
	// Tags are the keys whose values name an owner, best first.
	Tags []string `yaml:"tags"`
	// CloudTrail finds who created what no tag names an owner of.
	CloudTrail CloudTrail `yaml:"cloudtrail"`
}

// CloudTrail says whether the event history is asked for creators, and how much.
type CloudTrail struct {
	// Lookup turns it on or off.
	Lookup bool `yaml:"lookup"`
	// Pages bounds the calls of LookupEvents for each account and region. A page holds 50 events.
	Pages int `yaml:"pages"`
}

// Default is the configuration of those who have no file.
func Default() *File {
	return &File{Owners: Owners{
		Tags:       []string{"owner", "team", "contact", "created-by"},
		CloudTrail: CloudTrail{Lookup: true, Pages: 20},
	}, Notify: Notify{Remind: time.Hour}}
}
