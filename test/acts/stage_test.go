package acts

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/simulate/resend"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
	"github.com/sagewarden/sagewarden/test/portrait"
)

// A stage is a writable world with a clock that the test sets, and a session on it.
type stage struct {
	*wire.Server
	*cloud.Session
	mu  sync.Mutex
	now time.Time
}

func onStage(t *testing.T, w *world.World) *stage {
	t.Helper()
	s := &stage{now: at}
	var err error
	if s.Server, err = wire.New(wire.Options{World: w, Writable: true, Now: s.clock}); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(resend.Lost(s.Server))
	t.Cleanup(server.Close)
	c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), MaxAttempts: 1, Now: s.clock, Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
		return aws.Config{Region: target.Region, BaseEndpoint: &server.URL,
			Credentials: credentials.NewStaticCredentialsProvider(w.Accounts[0].Signers()[0].AccessKeyID, "simulated", "")}, nil
	}})
	sessions, err := c.Open(t.Context(), "", []string{target.Region})
	if err != nil {
		t.Fatal(err)
	}
	s.Session = sessions[0]
	return s
}

func (s *stage) clock() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *stage) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
}

// find looks for a resource as a scan does.
func (s *stage) find(t *testing.T, kind estate.Kind, arn string) (estate.Resource, bool) {
	t.Helper()
	k, err := kinds.Get(kind)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var found []estate.Resource
	scope := &kinds.Scope{Session: s.Session, Report: func(op string, o estate.Outcome, err error) {
		if err != nil {
			t.Errorf("%s: %s: %v", op, o, err)
		}
	}}
	err = k.List(t.Context(), scope, func(o estate.Observation) {
		mu.Lock()
		defer mu.Unlock()
		if o.Resource.ARN == arn {
			found = append(found, o.Resource)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 {
		return estate.Resource{}, false
	}
	return found[0], true
}

// hand is what an action on a resource works with, of what was seen at an instant.
func (s *stage) hand(r estate.Resource, ask estate.Ask, seen time.Time) *kinds.Hand {
	h := kinds.NewHand(s.Session, r, ask)
	h.Seen = seen
	return h
}

// action is what a family allows.
func action(t *testing.T, kind estate.Kind, name string) kinds.Action {
	t.Helper()
	k, err := kinds.Get(kind)
	if err != nil {
		t.Fatal(err)
	}
	all := k.Family().Actions
	i := slices.IndexFunc(all, func(a kinds.Action) bool { return a.Name == name })
	if i < 0 {
		t.Fatalf("a %s has no %s", kind, name)
	}
	return all[i]
}

// portrait describes everything that there is, with its tags, by what it is called.
func (s *stage) portrait(t *testing.T) map[string]any {
	t.Helper()
	return portrait.Of(t, s.Session)
}

// last is the last part of an operation: DeleteApp.
func last(operation string) string { return operation[strings.LastIndex(operation, ":")+1:] }
