package bench

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const seed = 1

var at = time.Date(2026, 3, 2, 15, 7, 30, 0, time.UTC)

// A stage is an organization that listens on loopback. Its clock stands still, so that every run sees the same.
type stage struct {
	*world.World
	server *wire.Server
	url    string
	// answering is read-locked by every call under way: a client may have its answer before the server has counted the call.
	answering sync.RWMutex
}

func newStage(tb testing.TB, s organization.Spec, faults ...*world.Fault) *stage {
	tb.Helper()
	return newStageOf(tb, organization.Generate(s), faults...)
}

func newStageOf(tb testing.TB, w *world.World, faults ...*world.Fault) *stage {
	tb.Helper()
	w.Faults = faults
	st := &stage{World: w}
	var err error
	if st.server, err = wire.New(wire.Options{World: st.World, Remember: true}); err != nil {
		tb.Fatal(err)
	}
	listener := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		st.answering.RLock()
		defer st.answering.RUnlock()
		st.server.ServeHTTP(w, r)
	}))
	tb.Cleanup(listener.Close)
	st.url = listener.URL
	return st
}

// regions are the regions that the accounts use.
func (st *stage) regions() []string {
	var names []string
	for _, r := range st.Accounts[0].Regions {
		names = append(names, r.Name)
	}
	return names
}

// environment is that of a user who has a profile for each account, and whose AWS is the stage.
func (st *stage) environment(tb testing.TB) []string {
	tb.Helper()
	var profiles strings.Builder
	for _, a := range st.Accounts {
		fmt.Fprintf(&profiles, "[profile %s]\naws_access_key_id = AKIASIM%s\naws_secret_access_key = simulated\nregion = %s\n", a.Name, a.ID, a.Regions[0].Name)
	}
	file := filepath.Join(tb.TempDir(), "config")
	if err := os.WriteFile(file, []byte(profiles.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	own := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "AWS_") })
	return append(own, "AWS_CONFIG_FILE="+file, "AWS_SHARED_CREDENTIALS_FILE="+os.DevNull, "AWS_ENDPOINT_URL="+st.url)
}

// sessions opens every target with the rate limits lifted.
func (st *stage) sessions(tb testing.TB) []*cloud.Session {
	tb.Helper()
	var all []*cloud.Session
	for _, a := range st.Accounts {
		c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
			return aws.Config{Region: a.Regions[0].Name, BaseEndpoint: &st.url,
				Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+a.ID, "simulated", "")}, nil
		}})
		ss, err := c.Open(tb.Context(), "", st.regions())
		if err != nil {
			tb.Fatal(err)
		}
		all = append(all, ss...)
	}
	return all
}

// made are the calls that the stage has answered since the last Reset, target by target.
func (st *stage) made() tally {
	st.answering.Lock()
	defer st.answering.Unlock()
	t := tally{}
	for _, a := range st.Accounts {
		for _, r := range a.Regions {
			t[target{a.ID, r.Name}] = st.server.CallsIn(a.ID, r.Name)
		}
	}
	return t
}
