//go:build interop

package interop_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// The organization that is walked. Its clock runs on while the test does, so the instant is one after which nothing comes
// or goes for long enough. It is years ahead, because boto3 and the AWS CLI tell by this machine's clock whether the credentials of a role
// have expired.
const seed = 3

var (
	at    = time.Date(2036, 3, 2, 4, 30, 0, 0, time.UTC)
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
// They come to every account but the first by its role, which the first may assume.
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
		Targets  []place   `json:"targets"`
		Listings []listing `json:"listings"`
	}{Listings: listings, window: window{at.Truncate(time.Hour).Add(-25 * time.Hour), at.Truncate(time.Hour).Add(-time.Hour)}}
	w := organization.Generate(organization.Default(seed, at))
	management := w.Accounts[0]
	want := map[string]census{}
	var profiles []string
	for _, a := range w.Accounts {
		profile := a.Name
		if a != management {
			profile = reader(a)
			assumable(t, env, profile, a, management)
		}
		profiles = append(profiles, "--profile", profile)
		for _, r := range a.Regions {
			key := profile + "/" + r.Name
			want[key] = countWorld(w, a, r, at, asked.window)
			if diff := cmp.Diff(want[key], countWorld(w, a, r, at.Add(still), asked.window)); diff != "" {
				t.Fatalf("%s changes while it is looked at, choose another instant:\n%s", key, diff)
			}
			asked.Targets = append(asked.Targets, place{profile, r.Name})
		}
	}

	t.Run("boto3", func(t *testing.T) {
		got := map[string]census{}
		v.script(t, env, "walk.py", asked, &got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("boto3 counts otherwise than the world (-world +boto3):\n%s", diff)
		}
	})

	for name, flags := range map[string][]string{"scan": profiles, "scan of the organization": {"--organization", "--profile", management.Name}} {
		t.Run(name, func(t *testing.T) {
			rep := scan(t, env, program, 0, append(flags, "--region", "all")...)
			everywhere := map[estate.Kind]int{}
			for _, a := range w.Accounts {
				for _, r := range a.Regions {
					there := countWorld(w, a, r, at, asked.window)
					got, byKind := countReport(rep, estate.Target{Partition: "aws", Account: a.ID, Region: r.Name})
					if diff := cmp.Diff(there.of("variants", "instances"), got); diff != "" {
						t.Errorf("%s/%s: scan counts otherwise than the world (-world +scan):\n%s", a.Name, r.Name, diff)
					}
					if diff := cmp.Diff(countKinds(a, r, there, at), byKind); diff != "" {
						t.Errorf("%s/%s: scan counts otherwise than the world (-world +scan):\n%s", a.Name, r.Name, diff)
					}
					for kind, n := range byKind {
						everywhere[kind] += n
					}
				}
			}
			for _, k := range kinds.All() {
				if kind := k.Family().Name; everywhere[kind] == 0 {
					t.Errorf("the world has no %s that could be counted", kind)
				}
			}
		})
	}

	t.Run("AWS CLI", func(t *testing.T) {
		var members []string
		terminal{t, v, append(env, "AWS_PROFILE="+management.Name)}.aws(&members, "organizations", "list-accounts", "--query", "Accounts[].Id")
		for _, a := range w.Accounts {
			if !slices.Contains(members, a.ID) || len(members) != len(w.Accounts) {
				t.Errorf("the AWS CLI lists the accounts %v, not exactly those of the world, such as %s", members, a.ID)
			}
		}
		a, r := richest(w, asked.window)
		got := terminal{t, v, append(env, "AWS_PROFILE="+reader(a), "AWS_DEFAULT_REGION="+r.Name)}.count(r.Name, asked.window)
		there := countWorld(w, a, r, at, asked.window)
		delete(there, "apps") // it describes one of a type only: every call of it is a process
		if diff := cmp.Diff(there, got); diff != "" {
			t.Errorf("%s/%s: the AWS CLI counts otherwise than the world (-world +CLI):\n%s", a.Name, r.Name, diff)
		}
	})
}

// reader is the profile by which the account's role is assumed.
func reader(a *world.Account) string { return a.Name + "-reader" }

// assumable adds a profile to the environment's configuration, with which the SDKs assume the account's role.
func assumable(t *testing.T, env []string, profile string, a, by *world.Account) {
	t.Helper()
	var config, url string
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, "AWS_CONFIG_FILE="); ok {
			config = v
		}
		if v, ok := strings.CutPrefix(e, "AWS_ENDPOINT_URL="); ok {
			url = v
		}
	}
	f, err := os.OpenFile(config, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = fmt.Fprintf(f, "[profile %s]\nrole_arn = arn:aws:iam::%s:role/%s\nsource_profile = %s\nregion = %s\nendpoint_url = %s\n",
		profile, a.ID, a.Roles[0].Name, by.Name, a.Regions[0].Name, url)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// richest is where there is most of everything, outside of the management account.
func richest(w *world.World, win window) (account *world.Account, region *world.Region) {
	most := 0
	for _, a := range w.Accounts[1:] {
		for _, r := range a.Regions {
			c := countWorld(w, a, r, at, win)
			if n := min(c["components"], 1)*1000 + min(c["domains"], 1)*1000 + c["apps"]; n > most {
				most, account, region = n, a, r
			}
		}
	}
	return account, region
}
