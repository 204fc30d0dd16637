package organization

import (
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// mishaps befall what there is: one Canvas app starts itself again whenever it is deleted, and one endpoint that nobody calls any more
// never gets through its update.
func (k *keeper) mishaps() {
	for _, st := range k.sites {
		for _, d := range st.Domains {
			for _, app := range d.Apps {
				if k.befalls("Canvas relaunching", "desk/canvas left running", st.arn(app.Resource(d.ID))) {
					k.relaunch(st, app)
				}
			}
		}
		for _, e := range st.Endpoints {
			if k.befalls("endpoint stuck updating", "sort/long idle", st.arn(e.Resource())) {
				e.Status, e.Modified = "Updating", k.At.Add(-k.within(hanging))
			}
		}
	}
}

// befalls reports whether the ARN is the first of the entry, and books the mishap if so.
func (k *keeper) befalls(mishap, entry, arn string) bool {
	if of := k.census[entry]; len(of) == 0 || of[0] != arn {
		return false
	}
	k.census["mishap/"+mishap] = []string{arn}
	return true
}

// relaunch has the app created again every few hours, for a month around At, by somebody known.
func (k *keeper) relaunch(st *site, app *world.App) {
	k.signer.account = st.account
	for app.Creator == "" {
		app.Creator = k.signer.person(app.User)
	}
	for at := world.Later(app.Created, k.At.Add(-16*day)); at.Before(k.At.Add(16 * day)); {
		at = at.Add(k.between(2*time.Hour, 6*time.Hour))
		app.Relaunches = append(app.Relaunches, at)
	}
}
