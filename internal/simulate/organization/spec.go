// Package organization generates a simulated AWS organization from a seed: people with habits in three time zones, the
// Studio apps that they use and forget, endpoints of every sort with their callers, and holdings of every other family.
//
// The kinds of desk, of endpoint and of holding are tables; each occurs at least once if there is room, the rest by weight.
package organization

import "time"

// A Spec says how large an organization is wanted. The same Spec yields the same organization.
type Spec struct {
	Seed int64
	// At is the instant at which the organization is meant to be looked at. Life goes on for 45 days after it.
	At time.Time
	// Days is how far before At the organization may be looked at: until then, what is long established has its whole past.
	Days int

	Accounts int
	// Regions are used by every account.
	Regions []string
	// Domains are spread over accounts and regions; the first two share both.
	Domains int
	People  int
	// Apps and Endpoints are how many exist at At.
	Apps, Endpoints int
	// Variants is how many variants the endpoints have together, shadow variants included. Zero, or less than they have
	// anyhow, leaves it to the sorts of endpoint. None gets more than ten.
	Variants int
	// Turnover is how many apps are gone at At or are still to come, on top of Apps; there is an endpoint for every four.
	Turnover int
	// Holdings is how many things people have beside apps and endpoints; some come in twos and threes. Zero: none, and no file system of
	// a domain is measured.
	Holdings int
	// OldJobs is how many training, processing and transform jobs are over.
	OldJobs int
}

// Default is an organization of ordinary size that holds every awkward case.
func Default(seed int64, at time.Time) Spec {
	return Spec{
		Seed: seed, At: at, Days: 120,
		Accounts: 6, Regions: []string{"us-east-1", "eu-west-1"}, Domains: 8, People: 160,
		Apps: 340, Endpoints: 84, Turnover: 48, Holdings: 170, OldJobs: 3000,
	}
}

// Bench is an organization of exactly 2,000 endpoints with 4,000 variants and 1,500 apps, over 6 accounts and 2 regions.
func Bench(seed int64, at time.Time) Spec {
	return Spec{
		Seed: seed, At: at, Days: 120,
		Accounts: 6, Regions: []string{"us-east-1", "eu-west-1"}, Domains: 24, People: 700,
		Apps: 1500, Endpoints: 2000, Variants: 4000,
	}
}

// BenchEstate is an organization of 50 accounts and 4 regions with some 20,000 resources of all families, and 460,000 jobs that are over.
func BenchEstate(seed int64, at time.Time) Spec {
	return Spec{
		Seed: seed, At: at, Days: 120,
		Accounts: 50, Regions: []string{"us-east-1", "eu-west-1", "us-west-2", "ap-northeast-1"}, Domains: 120, People: 2800,
		Apps: 5000, Endpoints: 1500, Holdings: 4800, OldJobs: 460_000,
	}
}
