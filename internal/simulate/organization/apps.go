package organization

import (
	"cmp"
	"strings"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// app makes an app as planned, for the person, on the machine.
func (f *furnisher) app(p *person, plan appPlan, machine string) *world.App {
	a := &world.App{Type: plan.appType, Name: plan.name, Status: plan.status}
	if plan.machines != nil {
		a.InstanceType = machine
	}
	if plan.appType == jupyterServer {
		a.InstanceType = "system"
	}
	switch plan.home {
	case ownProfile:
		a.User = p.profile.Name
	case privateSpace:
		a.Space = p.profile.Name + "-" + strings.ToLower(plan.appType)
	case sharedSpace:
		a.Space = p.team.name + "-" + strings.ToLower(plan.appType) + "-of-" + p.profile.Name
	case domainProfile:
		a.User = domainShared
	}
	if strings.HasSuffix(a.Name, "-") {
		a.Name += strings.ReplaceAll(machine, ".", "-") + "-" + f.text("0123456789abcdef", 28)
	}
	a.Name = cmp.Or(a.Name, "default")
	a.Life = plan.habit(f.generator, p)
	a.Vanishes = plan.vanishes
	return a
}

// turns are the apps that are not there at At.
var turns = []struct {
	entry string
	habit habit
}{
	{"turnover/listed as deleted", justDeleted},
	{"turnover/gone", deleted},
	{"turnover/to come", coming},
}

// turnover adds apps that are gone at At or still to come.
func (f *furnisher) turnover() {
	for n := range f.Turnover {
		t := turns[n%len(turns)]
		plan := appPlan{appType: kernelGateway, name: dataScience, machines: laptops, habit: t.habit}
		if n%5 == 0 {
			plan.name, plan.machines = dataWrangler, wrangler
		}
		p := f.next(anywhere)
		app := f.app(p, plan, pick(f.dice, plan.machines))
		f.start(p, plan, app)
		arn := p.studio.site.arn(app.Resource(p.studio.domain.ID))
		f.census[t.entry] = append(f.census[t.entry], arn)
	}
}
