package organization

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// unsigned is the share of resources that nobody is known to have made: a service did, or a trail that is lost.
const unsigned = 0.12

// domainShared is the profile of what belongs to a whole domain.
const domainShared = "domain-shared"

// The people and programs who make resources, by the role in which they do.
const (
	scientists = "DataScientist"
	admins     = "PlatformAdministrator"
	admin      = "platform-admin"
	pipelines  = "DeployPipeline"
	pipeline   = "deploy"
)

// sign says of what there is who made it: the platform's administrator the domains and profiles, people what runs in their
// profiles and spaces, people and pipelines the endpoints with all that belongs to them. Its chance is its own, so that
// nothing else depends on it.
func (g *generator) sign() {
	s := &signer{dice: dice{rand.New(rand.NewPCG(uint64(g.Seed), 0x5160))}, people: g.people}
	for _, site := range g.sites {
		s.account = site.account
		for _, d := range site.Domains {
			s.studio(d)
		}
		s.hosting(site)
	}
}

// A signer signs the resources of an account.
type signer struct {
	dice
	account *world.Account
	people  []*person
}

// session is a session of the role, empty now and then.
func (s *signer) session(role, name string) string {
	if s.chance(unsigned) {
		return ""
	}
	return estate.ARN{Partition: s.account.InPartition(), Service: "sts", Account: s.account.ID, Resource: "assumed-role/" + role + "/" + name}.String()
}

// person is the session of somebody by the name of the profile: lena-fischer is lena.fischer@example.com.
func (s *signer) person(profile string) string {
	return s.session(scientists, strings.Replace(profile, "-", ".", 1)+"@example.com")
}

func (s *signer) studio(d *world.Domain) {
	d.Creator = s.session(admins, admin)
	owners := map[string]string{}
	for _, u := range d.Users {
		u.Creator = s.session(admins, admin)
	}
	for _, space := range d.Spaces {
		owners[space.Name] = space.Owner
		space.Creator = s.person(space.Owner)
	}
	for _, app := range d.Apps {
		if owner := cmp.Or(app.User, owners[app.Space]); owner == domainShared {
			app.Creator = s.session(admins, admin)
		} else {
			app.Creator = s.person(owner)
		}
	}
}

func (s *signer) hosting(st *site) {
	by := map[string]string{}
	for _, e := range st.Endpoints {
		tags := st.Tags[st.arn(e.Resource())]
		owner := cmp.Or(tags["owner"], tags["Owner"])
		switch {
		case owner != "":
			e.Creator = s.person(owner)
		case len(s.people) == 0 || s.chance(0.5):
			e.Creator = s.session(pipelines, pipeline)
		default:
			e.Creator = s.person(pick(s.dice, s.people).profile.Name)
		}
		by[e.Name], by[e.Config] = e.Creator, e.Creator
		if e.Pending != nil {
			by[e.Pending.Name] = e.Creator
		}
	}
	models := map[string]string{}
	for _, c := range st.Configs {
		c.Creator = by[c.Name]
		for _, v := range slices.Concat(c.Variants, c.Shadow) {
			models[v.Model] = c.Creator
		}
	}
	for _, m := range st.Models {
		m.Creator = models[m.Name]
	}
	for _, c := range st.Components {
		c.Creator = by[c.Endpoint]
	}
}
