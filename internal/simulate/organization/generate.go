package organization

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/prices"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const day = 24 * time.Hour

// ahead is how long life goes on after Spec.At.
const ahead = 45 * day

// What arrives at CloudWatch is visible after a while.
const (
	metricLag = 2 * time.Minute
	logLag    = 10 * time.Minute
)

// Generate makes the organization.
func Generate(s Spec) *world.World {
	w, _ := generate(s)
	return w
}

// generate also says which resources, by ARN, came from which entry of the tables of desks, sorts and holdings.
func generate(s Spec) (*world.World, map[string][]string) {
	s.At = s.At.UTC().Truncate(time.Second)
	g := &generator{
		Spec: s, dice: dice{rand.New(rand.NewPCG(uint64(s.Seed), 0x5a6e))},
		world:  &world.World{At: s.At, Prices: prices.List(s.Regions), MetricLag: metricLag, LogLag: logLag, Teams: map[string]string{}},
		census: map[string][]string{},
	}
	g.sites = g.found()
	if len(g.sites) > 0 {
		g.studios = g.open()
		g.hire()
		g.furnish()
		g.host()
		g.sign()
		g.keep()
		g.archive()
		settle(g.studios)
	}
	g.govern()
	return g.world, g.census
}

// A generator is an organization in the making.
type generator struct {
	Spec
	dice
	world   *world.World
	sites   []*site
	studios []*studio
	people  []*person
	census  map[string][]string
}

// A site is an account's region.
type site struct {
	account *world.Account
	*world.Region
	// taken are the endpoint names in use.
	taken map[string]bool
}

func (s *site) arn(resource string) string { return s.account.ARN(s.Name, resource) }

// found makes the accounts. Sites are ordered region by region, so that what is dealt out in turn reaches all accounts first.
func (g *generator) found() []*site {
	var sites []*site
	for i := range g.Accounts {
		a := &world.Account{ID: fmt.Sprintf("%012d", 100_000_000_000+g.Int64N(900_000_000_000)), Name: numbered(accountNames, i), Partition: "aws"}
		g.world.Accounts = append(g.world.Accounts, a)
	}
	for _, name := range g.Regions {
		for _, a := range g.world.Accounts {
			r := &world.Region{Name: name, Tags: map[string]map[string]string{}}
			a.Regions = append(a.Regions, r)
			sites = append(sites, &site{account: a, Region: r, taken: map[string]bool{}})
		}
	}
	return sites
}
