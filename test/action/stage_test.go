package action

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

var at = time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)

// everybody is the organization in which all is acted on, whose hubs borrow from AWS's public one. Serving it leaves it as it is.
var everybody = sync.OnceValue(func() *world.World {
	w := organization.Generate(organization.Default(1, at))
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, hub := range r.Records {
				if hub.Family == world.Hub {
					r.Records = append(r.Records, &world.Record{Life: world.Life{Created: hub.Created.Add(time.Hour)}, Family: world.HubContent, Parent: hub.Name, Name: "borrowed",
						Output: &sagemaker.DescribeHubContentOutput{HubContentType: types.HubContentTypeModelReference, ReferenceMinVersion: aws.String("1.0.0"),
							SageMakerPublicHubContentArn: aws.String("arn:aws:sagemaker:" + r.Name + ":aws:hub-content/SageMakerPublicHub/Model/borrowed/1.0.0")}})
				}
			}
		}
	}
	return w
})

// A stage is one account and region of the organization, written to by nobody but the test, whose clock the test sets.
type stage struct {
	*wire.Server
	*cloud.Session
	scope *kinds.Scope
	now   time.Time
}

// in opens a region of the organization anew. What its account may is bounded by the policies, if there are any.
func in(t *testing.T, account *world.Account, region string, policies ...string) *stage {
	t.Helper()
	w := *everybody()
	own := *account
	if len(policies) > 0 {
		own.Keys = []world.Key{{Policies: policies}}
	}
	w.Accounts = []*world.Account{&own}
	w.Organization = nil
	s := &stage{now: at}
	var err error
	if s.Server, err = wire.New(wire.Options{World: &w, Writable: true, Now: func() time.Time { return s.now }}); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.Server)
	t.Cleanup(web.Close)
	c := cloud.New(cloud.Options{MaxAttempts: 1, Limits: cloud.NoLimits(), Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
		return aws.Config{Region: region, BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+account.ID, "simulated", "")}, nil
	}})
	sessions, err := c.Open(t.Context(), "", []string{region})
	if err != nil {
		t.Fatal(err)
	}
	s.Session = sessions[0]
	s.scope = &kinds.Scope{Session: s.Session, Report: func(string, estate.Outcome, error) {}}
	return s
}

// hand is what an action works with.
func (s *stage) hand(r estate.Resource, ask estate.Ask) *kinds.Hand {
	return &kinds.Hand{SageMaker: s.SageMaker(), Scaling: s.Scaling(), CloudWatch: s.CloudWatch(), Resource: r, Ask: ask}
}

// list is every resource of a family, by ARN.
func (s *stage) list(t *testing.T, k kinds.Kind) []estate.Resource {
	t.Helper()
	var mu sync.Mutex
	var all []estate.Resource
	s.scope.Forget()
	if err := k.List(t.Context(), s.scope, func(o estate.Observation) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, o.Resource)
	}); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(all, func(a, b estate.Resource) int { return cmp.Compare(a.ARN, b.ARN) })
	return all
}

// configs are the configurations of resources, by ARN, as far as they last: neither stamps, nor by which way a status was come to.
func (s *stage) configs(t *testing.T, k kinds.Kind, resources []estate.Resource) map[string]string {
	t.Helper()
	snapshot := action(k, "snapshot-config")
	all := map[string]string{}
	for _, r := range resources {
		r.Created = time.Time{} // whoever bears the name
		m, err := snapshot.Next(t.Context(), s.hand(r, estate.Ask{Action: snapshot.Name}))
		if err != nil {
			t.Fatal(err)
		}
		if m.State == kinds.Done {
			all[r.ARN] = lasting(t, m.Saved)
		}
	}
	return all
}

// passing are the members of descriptions that an action and its undoing change for good: stamps, and what AWS says of them.
var passing = []string{"CreationTime", "LastModifiedTime", "LastUpdateStatus", "ImageVersionArn", "OnlineStoreTotalSizeBytes", "CreatedBy", "LastModifiedBy", "FailureReason"}

// stands are statuses that mean the same. So do those that tell of a failure: what is made again has not failed.
var stands = []string{"Created", "CREATED", "Started", "Scheduled"}

func lasting(t *testing.T, saved json.RawMessage) string {
	t.Helper()
	var tree map[string]any
	if err := json.Unmarshal(saved, &tree); err != nil {
		t.Fatal(err)
	}
	was := tree["was"].(map[string]any)
	for name, value := range was {
		status, _ := value.(string)
		switch {
		case slices.Contains(passing, name):
			delete(was, name)
		case strings.HasSuffix(name, "Status") && (slices.Contains(stands, status) || strings.Contains(strings.ToLower(status), "fail")):
			was[name] = "stands"
		}
	}
	text, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func action(k kinds.Kind, name string) kinds.Action {
	actions := k.Family().Actions
	return actions[slices.IndexFunc(actions, func(a kinds.Action) bool { return a.Name == name })]
}

// A way is how a move is sent.
type way func(ctx context.Context, send func(context.Context) error) error

func once(ctx context.Context, send func(context.Context) error) error { return send(ctx) }

// twice is as two that are at it at once, or one that did not learn what became of its call: the second call fails, or changes nothing.
func twice(ctx context.Context, send func(context.Context) error) error {
	err := send(ctx)
	_ = send(ctx)
	return err
}

// patience is how often is asked for the next move, a minute apart.
const patience = 40

// carry asks for moves and sends them, until there is none. The calls are as the ledger keeps them.
func (s *stage) carry(ctx context.Context, by way, next func() (kinds.Move, error)) (made []kinds.Made, last kinds.Move, err error) {
	for range patience {
		last, err = next()
		if err != nil {
			return made, last, err
		}
		switch last.State {
		case kinds.Send:
			if err := by(ctx, last.Send); err != nil {
				return made, last, fmt.Errorf("%s: %w", last.Operation, err)
			}
			made = append(made, kinds.Made{Operation: last.Operation, Resource: last.Resource, Saved: last.Saved})
		case kinds.Wait:
			s.now = s.now.Add(time.Minute)
		default:
			return made, last, nil
		}
	}
	return made, last, nil
}

// act carries an action out.
func (s *stage) act(ctx context.Context, by way, a kinds.Action, r estate.Resource, ask estate.Ask) ([]kinds.Made, kinds.Move, error) {
	return s.carry(ctx, by, func() (kinds.Move, error) { return a.Next(ctx, s.hand(r, ask)) })
}

// undo undoes calls, the newest first, until one cannot be.
func (s *stage) undo(ctx context.Context, by way, a kinds.Action, r estate.Resource, ask estate.Ask, made []kinds.Made) (last kinds.Move, err error) {
	for _, m := range slices.Backward(made) {
		_, last, err = s.carry(ctx, by, func() (kinds.Move, error) { return a.Back(ctx, s.hand(r, ask), m) })
		if err != nil || last.State != kinds.Done {
			return last, err
		}
	}
	return last, nil
}

// asks are what is asked for by an action's name.
func asks(a kinds.Action) estate.Ask {
	ask := estate.Ask{Action: a.Name, Data: true}
	switch a.Name {
	case "scale":
		ask.ToZero = true
	case "tag":
		ask.Tags = map[string]string{"team": "sagewarden", "seen-by": "sagewarden"}
	}
	return ask
}

// A place is a region of an account that has something.
type place struct {
	account *world.Account
	region  string
}

func places() (all []place) {
	for _, a := range everybody().Accounts {
		for _, r := range a.Regions {
			all = append(all, place{a, r.Name})
		}
	}
	return all
}

// A sample is a resource and where it is.
type sample struct {
	place
	estate.Resource
}

var sampled sync.Map

// samples are resources of a family: one of each sort that the organization has.
func samples(t *testing.T, k kinds.Kind) []sample {
	t.Helper()
	find, _ := sampled.LoadOrStore(k.Family().Name, sync.OnceValue(func() (all []sample) {
		seen := map[string]bool{}
		for _, p := range places() {
			for _, r := range in(t, p.account, p.region).list(t, k) {
				if sort := alike(r); !seen[sort] {
					seen[sort] = true
					all = append(all, sample{p, r})
				}
			}
		}
		return all
	}))
	return find.(func() []sample)()
}

// elsewhere are the families whose actions take more than SageMaker, or a whole tree of resources.
var elsewhere = []estate.Kind{"studio-app", "studio-space", "studio-domain", "user-profile", "notebook-instance", "endpoint", "inference-component", "endpoint-config", "model"}

// covered are the actions to be carried out: all of the families here, and of the others those that every family has.
func covered(k kinds.Kind) (all []kinds.Action) {
	for _, a := range k.Family().Actions {
		if !slices.Contains(elsewhere, k.Family().Name) || a.Name == "tag" {
			all = append(all, a)
		}
	}
	return all
}

// alike is a word for resources on which an action goes the same way: one of each is enough.
func alike(r estate.Resource) string {
	return strings.Join([]string{r.Type, r.Status, strings.Join(slices.Sorted(maps.Keys(r.Attributes)), ",")}, "/")
}
