package script

import (
	"bytes"
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// TestInterrupt has Ctrl-C come while many targets are under way. An operation that would answer in an hour is being waited for
// then, so that a command which does not end at once never does.
func TestInterrupt(t *testing.T) {
	source, err := os.ReadFile("testdata/hierarchy.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, during string
		args         []string
		status       int
		stdout       string
		stderr       string
	}{
		{"finding the accounts", "organizations:ListAccounts", []string{"scan", "--organization"}, 1, "", "open the accounts: interrupted: nothing has been looked at yet"},
		{"assuming roles", "sts:AssumeRole", []string{"scan", "--organization"}, 1, "", "open the accounts: interrupted: nothing has been looked at yet"},
		{"asking for regions", "account:ListRegions", []string{"scan", "--organization", "--region", "all"}, 1, "", "open the accounts: interrupted: nothing has been looked at yet"},
		{"scanning", "cloudwatch:GetMetricData", []string{"scan", "--organization", "--all"}, 4, "pilot", ""},
		{"listing targets", "sagemaker:ListDomains", []string{"targets", "--organization"}, 4, "interrupted: what had not answered by then is not known", ""},
		{"doctor, opening", "sts:AssumeRole", []string{"doctor", "--organization"}, 1, "", "open the accounts: interrupted"},
		{"doctor, asking", "servicequotas:ListServiceQuotas", []string{"doctor", "--organization", "--kind", "endpoint"}, 4, "warn  interrupted    what had not answered by then is not known", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, err := scenario.Load("hierarchy.yaml", bytes.NewReader(source))
			if err != nil {
				t.Fatal(err)
			}
			w.Faults = append(w.Faults, &world.Fault{Operation: tt.during, Latency: time.Hour})
			ctx, interrupt := context.WithCancel(t.Context())
			connectTo(t, wire.Options{World: w, Sleep: func(ctx context.Context, _ time.Duration) {
				interrupt()
				<-ctx.Done()
			}})
			stdout, stderr, status := sessionUntil(ctx, w, slices.Concat(tt.args, fast))
			if status != tt.status || !strings.Contains(stdout, tt.stdout) || !strings.Contains(stderr, tt.stderr) || tt.stdout == "" && stdout != "" {
				t.Errorf("exit status %d\n%s%s", status, stdout, stderr)
			}
			if tt.stdout != "" && !strings.Contains(stdout, "interrupted") {
				t.Errorf("nothing is said of the interruption:\n%s", stdout)
			}
		})
	}
}
