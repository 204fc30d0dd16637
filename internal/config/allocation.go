package config

import "github.com/sagewarden/sagewarden/internal/strictyaml"

// Allocation says who is charged for what: rules give each charge to a team or to a pool, and pools are split among teams.
type Allocation struct {
	// Teams are those that are charged. Without any, a team is whatever a tag or a rule says.
	Teams map[string]Team `yaml:"teams"`
	// TagKeys are further spellings of tag keys, by the key that rules name. Spellings that differ in case and in marks alone are taken for one anyway.
	TagKeys map[string][]string `yaml:"tagKeys"`
	// Rules are tried in order; the first that says something of a charge decides.
	Rules []AllocationRule `yaml:"rules"`
	// Default is the team or the pool of what no rule says anything of; unallocated when left out.
	Default string `yaml:"default"`
	// Pools are costs that are shared, by name.
	Pools map[string]Pool `yaml:"pools"`
}

// A Team is one that is charged.
type Team struct {
	// Aliases are further names under which tags know it. Names that differ in case and in marks alone are taken for one anyway.
	Aliases []string `yaml:"aliases"`
}

// An AllocationRule gives charges to a team or to a pool. It has one of team, pool, tag, accountTag, costCategory, accounts, domains, profiles, spaces and estate.
type AllocationRule struct {
	// Name stands on every charge that the rule decides.
	Name string `yaml:"name"`
	// When limits the rule to these charges.
	When *Charges `yaml:"when"`
	// Unless takes these charges out.
	Unless *Charges `yaml:"unless"`
	// Team is charged.
	Team string `yaml:"team"`
	// Pool is a shared cost.
	Pool string `yaml:"pool"`
	// Tag is a key whose value names the team.
	Tag string `yaml:"tag"`
	// AccountTag is a key of the account's tags whose value names the team.
	AccountTag string `yaml:"accountTag"`
	// CostCategory is one of AWS's cost categories, whose value names the team.
	CostCategory string `yaml:"costCategory"`
	// Accounts are the teams of accounts, by id.
	Accounts map[string]string `yaml:"accounts"`
	// Domains are the teams of Studio domains, by id.
	Domains map[string]string `yaml:"domains"`
	// Profiles are the teams of user profiles, as ana, or as d-abc/ana in one domain.
	Profiles map[string]string `yaml:"profiles"`
	// Spaces are the teams of spaces, as research, or as d-abc/research in one domain.
	Spaces map[string]string `yaml:"spaces"`
	// Estate takes the team from a snapshot: of the resource itself, else of its space, its profile, its domain.
	Estate *EstateRule `yaml:"estate"`
}

// An EstateRule says what of a resource names its team.
type EstateRule struct {
	// Tag is a key of its tags.
	Tag string `yaml:"tag"`
	// Owner takes the owner that the scan has found.
	Owner bool `yaml:"owner"`
}

// Charges says which charges are meant: all that is given has to hold, and of a list one. A * stands for any characters.
type Charges struct {
	// Service is the code of the service, as AmazonSageMaker.
	Service []string `yaml:"service"`
	// Class is what is paid for: compute, storage, data, requests, commitment, tax, support or other.
	Class []string `yaml:"class" jsonschema:"enum=compute,enum=storage,enum=data,enum=requests,enum=commitment,enum=tax,enum=support,enum=other"`
	// Component is the use, as Hosting or Studio.
	Component []string `yaml:"component"`
	// Category is FOCUS's word: Usage, Purchase, Tax, Credit or Adjustment.
	Category []string `yaml:"category"`
	// LineItemType is the word of the cost and usage report, as SavingsPlanRecurringFee.
	LineItemType []string `yaml:"lineItemType"`
	// UsageType is AWS's word for the usage, as *-DataTransfer-*.
	UsageType []string `yaml:"usageType"`
	// Account is the id of the account that used it.
	Account []string `yaml:"account"`
	// Region is that of the usage.
	Region []string `yaml:"region"`
	// Domain is the id of a Studio domain.
	Domain []string `yaml:"domain"`
	// Resource is the ARN or the id of the resource.
	Resource []string `yaml:"resource"`
	// Tags are keys with the values that they may have.
	Tags map[string][]string `yaml:"tags"`
}

// A Pool is a shared cost and how it is split.
type Pool struct {
	// Split is even, fixed or proportional.
	Split string `yaml:"split" jsonschema:"enum=even,enum=fixed,enum=proportional"`
	// To are the teams and pools that share it. Left out, all teams do: those that are listed, or those that have charges of their own in the month.
	To []string `yaml:"to"`
	// Shares are the parts of a fixed split, which make 100% together.
	Shares map[string]strictyaml.Share `yaml:"shares"`
	// By is the cost that a proportional split goes by: unblended_cost, net_unblended_cost, amortized_cost, net_amortized_cost or list_cost; amortized_cost when left out.
	By string `yaml:"by" jsonschema:"enum=unblended_cost,enum=net_unblended_cost,enum=amortized_cost,enum=net_amortized_cost,enum=list_cost"`
	// Of limits what a proportional split goes by to these charges.
	Of *Charges `yaml:"of"`
	// Within splits among those alone who have charges in the same domain, account or region.
	Within string `yaml:"within" jsonschema:"enum=domain,enum=account,enum=region"`
	// Otherwise is the team or pool that pays where there is nothing to go by; the default when left out.
	Otherwise string `yaml:"otherwise"`
}
