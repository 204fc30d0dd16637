//go:build interop

package interop_test

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The organization that is walked. Its clock runs on while the test does, so the instant is one after which nothing comes
// or goes for long enough.
const seed = 3

var (
	at    = time.Date(2026, 3, 1, 4, 30, 0, 0, time.UTC)
	still = 20 * time.Minute
)

// simulate serves the organization, and returns its URL and the environment that its instructions name.
func simulate(t *testing.T, program string, flags ...string) (url string, env []string) {
	t.Helper()
	config := filepath.Join(t.TempDir(), "config")
	sim := exec.CommandContext(t.Context(), program, append([]string{"sim", "--listen", "127.0.0.1:0", "--config", config}, flags...)...)
	sim.Env = environment(t)
	url = serve(t, sim, regexp.MustCompile(`listens on (http://127\.0\.0\.1:\d+) `))
	return url, environment(t, "AWS_CONFIG_FILE="+config, "AWS_ENDPOINT_URL="+url)
}

// Everybody who can count must come to the same counts: the world itself, boto3 and the AWS CLI over the wire, and a scan.
func TestOrganization(t *testing.T) {
	v := peer(t)
	program := build(t)
	_, env := simulate(t, program, "--seed", strconv.Itoa(seed), "--at", at.Format(time.RFC3339))

	type place struct {
		Profile string `json:"profile"`
		Region  string `json:"region"`
	}
	asked := struct {
		window
		Targets []place `json:"targets"`
	}{window: window{at.Truncate(time.Hour).Add(-25 * time.Hour), at.Truncate(time.Hour).Add(-time.Hour)}}
	w := organization.Generate(organization.Default(seed, at))
	want := map[string]census{}
	var profiles []string
	for _, a := range w.Accounts {
		profiles = append(profiles, "--profile", a.Name)
		for _, r := range a.Regions {
			key := a.Name + "/" + r.Name
			want[key] = countWorld(w, a, r, at, asked.window)
			if diff := cmp.Diff(want[key], countWorld(w, a, r, at.Add(still), asked.window)); diff != "" {
				t.Fatalf("%s changes while it is looked at, choose another instant:\n%s", key, diff)
			}
			asked.Targets = append(asked.Targets, place{a.Name, r.Name})
		}
	}

	t.Run("boto3", func(t *testing.T) {
		got := map[string]census{}
		v.script(t, env, "walk.py", asked, &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("boto3 counts otherwise than the world (-world +boto3):\n%s", diff)
		}
	})

	t.Run("scan", func(t *testing.T) {
		rep := scan(t, env, program, 0, append(profiles, "--region", "all")...)
		for _, a := range w.Accounts {
			for _, r := range a.Regions {
				got := countReport(rep, estate.Target{Partition: "aws", Account: a.ID, Region: r.Name})
				if diff := cmp.Diff(want[a.Name+"/"+r.Name].of("apps", "endpoints", "components", "variants", "instances"), got); diff != "" {
					t.Errorf("%s: scan counts otherwise than the world (-world +scan):\n%s", a.Name+"/"+r.Name, diff)
				}
			}
		}
	})

	t.Run("AWS CLI", func(t *testing.T) {
		a, r := richest(w, want)
		got := terminal{t, v, append(env, "AWS_PROFILE="+a.Name, "AWS_DEFAULT_REGION="+r.Name)}.count(r.Name, asked.window)
		delete(want[a.Name+"/"+r.Name], "apps") // it describes one of a type only: every call of it is a process
		if diff := cmp.Diff(want[a.Name+"/"+r.Name], got); diff != "" {
			t.Errorf("%s/%s: the AWS CLI counts otherwise than the world (-world +CLI):\n%s", a.Name, r.Name, diff)
		}
	})
}

// richest is where there is something of everything.
func richest(w *world.World, by map[string]census) (account *world.Account, region *world.Region) {
	most := 0
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			c := by[a.Name+"/"+r.Name]
			if n := min(c["components"], 1)*1000 + min(c["domains"], 1)*1000 + c["apps"]; n > most {
				most, account, region = n, a, r
			}
		}
	}
	return account, region
}
