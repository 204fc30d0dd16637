package organization

import (
	"math/rand/v2"
	"slices"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// reader is the role that the management account may assume in every account.
const reader = "SagewardenReader"

// A unitPlan is an organizational unit with the names of the accounts that belong there; none takes all others.
type unitPlan struct {
	name, within, stage string
	accounts            []string
}

var units = []unitPlan{
	{"Research", "", "dev", []string{"ml-research", "speech-lab", "vision-lab"}},
	{"Production", "", "prod", []string{"ml-platform-prod", "risk-analytics"}},
	{"Products", "Production", "prod", []string{"personalization", "supply-chain", "customer-care", "growth", "payments"}},
	{"Sandbox", "", "dev", nil},
}

// lowercase is what the ids of AWS Organizations are made of.
const lowercase = "abcdefghijklmnopqrstuvwxyz0123456789"

// govern puts the accounts into an organization: the first leads it from the root, the others are in units. Its chance is
// its own, so that nothing else depends on it.
func (g *generator) govern() {
	if len(g.world.Accounts) == 0 {
		return
	}
	d := dice{rand.New(rand.NewPCG(uint64(g.Seed), 0x0a95))}
	management := g.world.Accounts[0]
	root := &world.Unit{ID: "r-" + d.text(lowercase, 4), Name: "Root", Accounts: []string{management.ID}}
	g.world.Organization = &world.Organization{ID: "o-" + d.text(lowercase, 10), Management: management.ID, Root: root}
	made := map[string]*world.Unit{"": root}
	for _, u := range units {
		unit := &world.Unit{ID: "ou-" + root.ID[2:] + "-" + d.text(lowercase, 8), Name: u.name, Tags: map[string]string{"stage": u.stage}}
		made[u.name] = unit
		made[u.within].Units = append(made[u.within].Units, unit)
	}
	for i, a := range g.world.Accounts {
		name := accountNames[i%len(accountNames)]
		at := slices.IndexFunc(units, func(u unitPlan) bool { return u.accounts == nil || slices.Contains(u.accounts, name) })
		a.Email = "aws+" + a.Name + "@example.com"
		a.Joined = g.At.Add(-d.between(1100*day, 2000*day))
		a.Tags = map[string]string{"stage": units[at].stage, "cost-center": pick(d, teams).center}
		a.Roles = []*world.Role{{Name: reader, TrustedPrincipals: []string{management.ID}}}
		if a != management {
			unit := made[units[at].name]
			unit.Accounts = append(unit.Accounts, a.ID)
		}
	}
}
