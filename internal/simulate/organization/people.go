package organization

import (
	"time"
	_ "time/tzdata" // the zones must be there wherever the program runs

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A person works in a studio, at the hours of the place where they live.
type person struct {
	profile *world.User
	studio  *studio
	team    team
	hours   world.WorkingDay
}

var zones = []*time.Location{zone("Europe/Berlin"), zone("America/Los_Angeles"), zone("Asia/Tokyo")}

func zone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic("organization: " + err.Error()) // tzdata is linked in
	}
	return z
}

// hire fills the studios. The first people of the first two studios bear the same name.
func (g *generator) hire() {
	if len(g.studios) == 0 {
		return
	}
	names := g.Perm(len(givenNames) * len(familyNames))
	for i := range g.People {
		st := g.studios[i%len(g.studios)]
		n := i
		if i == 1 {
			n = 0
		}
		// Beyond all names, the same ones are used again with a number.
		who := names[n%len(names)]
		name := givenNames[who%len(givenNames)] + "-" + numbered(familyNames, who/len(givenNames)+n/len(names)*len(familyNames))
		p := &person{
			studio:  st,
			team:    st.team,
			profile: &world.User{Name: name, Life: world.Life{Created: st.domain.Created.Add(g.between(day, 60*day))}},
			hours: world.WorkingDay{
				Zone: zones[i/len(g.studios)%len(zones)], Start: g.between(7*time.Hour, 10*time.Hour), End: g.between(16*time.Hour, 19*time.Hour),
				Jitter: 40 * time.Minute, Seed: g.Uint64(),
			},
		}
		if g.chance(0.3) {
			p.team = pick(g.dice, teams)
		}
		g.people = append(g.people, p)
		st.domain.Users = append(st.domain.Users, p.profile)
		st.people = append(st.people, p)
	}
}

// works is the person's habit between two instants, on the given days of the week or on all working days.
func (p *person) works(from, to time.Time, days ...time.Weekday) world.Activity {
	h := p.hours
	h.From, h.To, h.Days = from, to, days
	return h
}
