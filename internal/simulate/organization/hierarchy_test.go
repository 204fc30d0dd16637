package organization

import (
	"slices"
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// residents are the accounts of a unit and of what is below it.
func residents(u *world.Unit) []string {
	ids := slices.Clone(u.Accounts)
	for _, below := range u.Units {
		ids = append(ids, residents(below)...)
	}
	return ids
}

func TestEveryAccountIsInTheOrganizationOnce(t *testing.T) {
	for seed := range int64(20) {
		w := Generate(Default(seed, noon))
		o := w.Organization
		var want []string
		for _, a := range w.Accounts {
			want = append(want, a.ID)
			if len(a.Roles) != 1 || a.Roles[0].Name != "SagewardenReader" || !slices.Equal(a.Roles[0].TrustedPrincipals, []string{o.Management}) {
				t.Errorf("seed %d: roles of %s: %+v", seed, a.Name, a.Roles)
			}
			if a.Email == "" || a.Tags["stage"] == "" || !a.Joined.Before(a.Regions[0].Domains[0].Created) {
				t.Errorf("seed %d: membership of %s: %+v", seed, a.Name, a)
			}
		}
		got := residents(o.Root)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) || !slices.Equal(o.Root.Accounts, []string{o.Management}) || len(o.Root.Units) != 3 {
			t.Errorf("seed %d: %v hold %v, want %v", seed, o.Root, got, want)
		}
	}
	if w := Generate(Spec{At: noon}); w.Organization != nil {
		t.Error("there is an organization of no accounts")
	}
}

// What people run, they made; some of it nobody is known to have made.
func TestCreators(t *testing.T) {
	w := Generate(Default(3, noon))
	all, unknown, lives := 0, 0, map[string]int{}
	count := func(creator string) {
		all++
		if creator == "" {
			unknown++
			return
		}
		lives[strings.Split(creator, "/")[1]]++
	}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				for _, app := range d.Apps {
					count(app.Creator)
					if app.User == "" || app.User == domainShared || app.Creator == "" {
						continue
					}
					if want := "arn:aws:sts::" + a.ID + ":assumed-role/DataScientist/" + strings.Replace(app.User, "-", ".", 1) + "@example.com"; app.Creator != want {
						t.Errorf("%s of %s was made by %s", app.Name, app.User, app.Creator)
					}
				}
			}
			configured := map[string]string{}
			for _, c := range r.Configs {
				configured[c.Name] = c.Creator
			}
			for _, e := range r.Endpoints {
				count(e.Creator)
				if configured[e.Config] != e.Creator {
					t.Errorf("%s was made by %q, its configuration by %q", e.Name, e.Creator, configured[e.Config])
				}
			}
		}
	}
	if unknown < all/20 || unknown > all/5 || lives["DataScientist"] == 0 || lives["DeployPipeline"] == 0 {
		t.Errorf("of %d, %d were made by nobody, and by role %v", all, unknown, lives)
	}
}
