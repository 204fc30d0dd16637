// Package config reads sagewarden.yaml: what to look at, and what is usual here.
package config

import "time"

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
	// State is where the ledger is: a file, s3://bucket/key or postgres://user@host/database. SAGEWARDEN_STATE and --state go before it.
	State string `yaml:"state"`
	// Notify says whom to tell, how, and when.
	Notify Notify `yaml:"notify"`
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
