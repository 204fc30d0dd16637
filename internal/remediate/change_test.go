package remediate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

const stopApps = `
policies:
  - name: apps
    kind: studio-app
    when: verdict.idle && verdict.idleFor > duration("2h")
    steps:
      - stop: {}
`

const stopNotebooks = `
policies:
  - name: notebooks
    kind: notebook-instance
    when: resource.status == "InService" && verdict.idle && verdict.idleFor > duration("2h")
    steps:
      - stop: {}
`

// Deleting a notebook instance is a saga: it is stopped first.
const deleteNotebooks = `
policies:
  - name: notebooks
    kind: notebook-instance
    when: resource.status == "InService" && verdict.idle && verdict.idleFor > duration("2h")
    unless: resource.tags["team"] == "vip"
    steps:
      - delete: { data: true }
`

// TestWhatHasChangedSinceThePlan: whatever is otherwise when a step's turn comes than it was in the plan, nothing is done, and why is written down.
func TestWhatHasChangedSinceThePlan(t *testing.T) {
	for name, c := range map[string]struct {
		policies string
		change   func(*stage, *remediate.Engine, ledger.Finding)
		want     remediate.Outcome
		why      string
	}{
		"somebody uses it again": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) { s.pass(20 * time.Minute) }, // used from 10 minutes after the beginning
			want:   remediate.Canceled, why: "it was used",
		},
		"somebody else has stopped it": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.call(func(c *sagemaker.Client) error {
					_, err := c.DeleteApp(s.Context(), &sagemaker.DeleteAppInput{DomainId: aws.String("d-one"), UserProfileName: aws.String("ana"), AppType: types.AppTypeKernelGateway, AppName: aws.String("risk")})
					return err
				})
				s.pass(time.Minute)
			},
			want: remediate.Canceled,
		},
		"it is tagged to be kept": {
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) {
				s.tag(f.Resource.ARN, "keep-until", "2026-04-01")
			},
			want: remediate.Canceled, why: "keep-until",
		},
		"it is exempt": {
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) {
				s.must(s.ledger.Exempt(s.Context(), ledger.Exemption{ARN: f.Resource.ARN, By: "ana", Why: "mine"}))
			},
			want: remediate.Untried, why: "let off by ana: mine",
		},
		"it is put off": {
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) {
				s.must(s.ledger.Snooze(s.Context(), f.ID, ledger.Snooze{Until: began.Add(day), By: "ana"}))
			},
			want: remediate.Untried, why: "put off until",
		},
		"an approval is withdrawn": {
			policies: strings.Replace(stopApps, "steps:", "approvals: 1\n    steps:", 1),
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) {
				s.must(s.ledger.Withdraw(s.Context(), f.ID, bo))
			},
			want: remediate.Untried, why: "1 of 1 approvals are missing",
		},
		"all work is halted": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.must(s.ledger.Halt(s.Context(), "bo", "an audit"))
			},
			want: remediate.Untried, why: "an audit",
		},
		"a freeze begins": {
			change: func(_ *stage, e *remediate.Engine, _ ledger.Finding) {
				e.Guard.Freezes = []remediate.Freeze{{From: began, To: began.Add(day), Why: "release"}}
			},
			want: remediate.Untried, why: "release",
		},
		"the account is no longer allowed": {
			change: func(_ *stage, e *remediate.Engine, _ ledger.Finding) { e.Guard.Accounts = []string{"222222222222"} },
			want:   remediate.Untried, why: "not among those",
		},
		"changes are switched off": {
			change: func(_ *stage, e *remediate.Engine, _ ledger.Finding) { e.Guard.Enforce = false },
			want:   remediate.Untried, why: "enforce is not set",
		},
		"the policy is another": {
			change: func(s *stage, e *remediate.Engine, _ ledger.Finding) {
				e.Set = s.policies(strings.Replace(stopApps, "2h", "3h", 1))
			},
			want: remediate.Canceled, why: "the policy has changed",
		},
		"the policy is gone": {
			change: func(_ *stage, e *remediate.Engine, _ ledger.Finding) { e.Set = &policy.Set{} },
			want:   remediate.Untried, why: "there is no policy",
		},
		"its tags cannot be read": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.fail("tag:GetResources", "AccessDeniedException", 400)
			},
			want: remediate.Canceled, why: "tags",
		},
		"its use cannot be read": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.fail("cloudwatch:GetMetricData", "AccessDeniedException", 403)
			},
			want: remediate.Canceled, why: "it is unknown",
		},
		"it cannot be listed": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.fail("sagemaker:ListApps", "InternalFailure", 500)
			},
			want: remediate.Failed, why: "could not be looked at",
		},
		"it cannot be described": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.fail("sagemaker:DescribeApp", "ThrottlingException", 400)
			},
			want: remediate.Failed, why: "could not be looked at",
		},
		"the caps of the day are used up": {
			change: func(s *stage, e *remediate.Engine, _ ledger.Finding) {
				e.Guard.MaxPerDay = 1
				s.spend(remediate.Spending{Actions: 1})
			},
			want: remediate.Canceled, why: "maxPerDay",
		},
		"the dollars of the day are used up": {
			change: func(s *stage, e *remediate.Engine, _ ledger.Finding) {
				e.Guard.MaxDailySavings = decimal.RequireFromString("0.05")
				s.spend(remediate.Spending{Actions: 1, Hourly: decimal.RequireFromString("0.04")})
			},
			want: remediate.Canceled, why: "maxDailySavings",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if c.policies == "" {
				c.policies = stopApps
			}
			s := newStage(t, c.policies)
			s.app("risk", used(5*time.Hour, 3*time.Hour), used(-10*time.Minute, -4*time.Hour))
			e := s.engine()
			p := s.plan(e)
			for len(p.Due()) == 0 { // it waits for somebody's word
				s.must(s.ledger.Approve(s.Context(), p.Items[0].Finding.ID, bo))
				p = s.plan(e)
			}
			c.change(s, e, p.Items[0].Finding.Finding)
			before := len(s.server.Mutations())
			s.open()
			results := e.Apply(s.Context(), p.Due())
			if len(results) != 1 || results[0].Outcome != c.want || !strings.Contains(results[0].Why, c.why) || len(s.server.Mutations()) != before {
				t.Errorf("want %s: %q, got %+v, %v", c.want, c.why, results, s.mutations())
			}
			if f, err := ledger.Get[ledger.Finding](t.Context(), s.ledger, ledger.SortFinding, p.Items[0].Finding.ID); err != nil || f.Trouble != results[0].Why && len(e.Set.Policies) > 0 {
				t.Errorf("of the finding the ledger says %q, %v", f.Trouble, err)
			}
			if s.falseStops() > 0 {
				t.Error("something in use was stopped")
			}
		})
	}
}

// TestAnotherOfTheName: who deleted what was to be stopped, and has made another of the same name, keeps it.
func TestAnotherOfTheName(t *testing.T) {
	s := newStage(t, stopNotebooks)
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	e := s.engine()
	p := s.plan(e)
	name := aws.String("risk")
	s.call(func(c *sagemaker.Client) error {
		_, err := c.StopNotebookInstance(t.Context(), &sagemaker.StopNotebookInstanceInput{NotebookInstanceName: name})
		return err
	})
	s.pass(2 * time.Minute)
	s.call(func(c *sagemaker.Client) error {
		_, err := c.DeleteNotebookInstance(t.Context(), &sagemaker.DeleteNotebookInstanceInput{NotebookInstanceName: name})
		return err
	})
	s.pass(5 * time.Minute)
	s.call(func(c *sagemaker.Client) error {
		_, err := c.CreateNotebookInstance(t.Context(), &sagemaker.CreateNotebookInstanceInput{NotebookInstanceName: name, InstanceType: types.InstanceTypeMlT3Medium,
			RoleArn: aws.String("arn:aws:iam::" + account + ":role/notebooks")})
		return err
	})
	s.pass(5 * time.Minute)
	before := len(s.mutations())
	s.open()
	if results := e.Apply(t.Context(), p.Due()); len(results) != 1 || results[0].Outcome != remediate.Canceled || !strings.Contains(results[0].Why, "another of the same name") || len(s.mutations()) != before {
		t.Errorf("%+v, %v", results, s.mutations())
	}
}

// TestUseAfterTheNotice: who comes back after the notice is told again when the app idles again, and has the whole time again.
func TestUseAfterTheNotice(t *testing.T) {
	s := newStage(t, idleApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour), used(-time.Hour, -2*time.Hour))
	s.run()
	s.pass(90 * time.Minute) // it is in use
	if p, _, _ := s.run(); len(p.Items) > 0 {
		t.Fatalf("while it is used: %+v", p.Items)
	}
	s.pass(3 * time.Hour) // two and a half hours after its use
	if p, a, results := s.run(); len(p.Items) != 1 || len(a.Told) != 1 || len(results) > 0 {
		t.Fatalf("idle again: %+v %+v %+v", p.Items, a, results)
	}
	s.pass(3*time.Hour + 59*time.Minute)
	if _, _, results := s.run(); len(results) > 0 {
		t.Errorf("a minute early: %+v", results)
	}
	s.pass(time.Minute)
	if _, _, results := s.run(); len(results) != 1 || results[0].Outcome != remediate.Done || len(s.channel.sent) != 2 {
		t.Errorf("%+v, %d notices", results, len(s.channel.sent))
	}
}

// TestUseBetweenRunsBeginsAnew: who came back and left between two runs, neither of which saw it, is told again.
func TestUseBetweenRunsBeginsAnew(t *testing.T) {
	s := newStage(t, idleApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour), used(-30*time.Minute, -60*time.Minute))
	s.run()
	s.pass(4 * time.Hour) // idle for three hours by now; the first notice's time is over
	if p, a, results := s.run(); p.Items[0].Verb != "notify" || len(a.Told) != 1 || len(results) > 0 {
		t.Fatalf("%+v %+v %+v", p.Items, a, results)
	}
	s.pass(4 * time.Hour)
	if _, _, results := s.run(); len(results) != 1 || results[0].Outcome != remediate.Done {
		t.Errorf("%+v", results)
	}
}

// TestWindowIsNoUse: of an endpoint that nobody ever called, silence is known as far back as the metrics' window goes, and that its beginning moves is no use.
func TestWindowIsNoUse(t *testing.T) {
	s := newStage(t, `
policies:
  - name: endpoints
    kind: endpoint
    when: verdict.idle && verdict.idleFor >= duration("7d")
    steps:
      - notify: { to: ana }
      - after: 150d
        delete: {}
`)
	s.endpoint("churn")
	s.run()
	s.pass(75 * day)
	if p, _, _ := s.run(); len(p.Items) != 1 || p.Items[0].Status != remediate.Later {
		t.Fatalf("between: %+v", p.Items)
	}
	s.pass(50 * day) // the window begins after the finding did
	if p, a, _ := s.run(); len(p.Items) != 1 || p.Items[0].Status != remediate.Later || len(a.Told) > 0 {
		t.Fatalf("it began anew: %+v", p.Items)
	}
	s.pass(25 * day)
	if _, _, results := s.run(); len(results) != 1 || results[0].Outcome != remediate.Done {
		t.Errorf("%+v", results)
	}
}

// TestSagaEndsWhereSomebodyComesBack: between the stop and the deletion of a notebook instance its user can have it back: what was not done yet is not done.
func TestSagaEndsWhereSomebodyComesBack(t *testing.T) {
	for name, c := range map[string]struct {
		policies string
		change   func(*stage, *remediate.Engine, ledger.Finding)
		want     remediate.Outcome
		why      string
	}{
		"who started it": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.call(func(c *sagemaker.Client) error {
					_, err := c.StartNotebookInstance(s.Context(), &sagemaker.StartNotebookInstanceInput{NotebookInstanceName: aws.String("risk")})
					return err
				})
				s.pass(3 * time.Minute)
			},
			want: remediate.Canceled, why: "it was used at", // by the stamp of its start; and were that not there, its stop would come twice
		},
		"who tagged it": {
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) {
				s.tag(f.Resource.ARN, "keep-until", "2026-04-01")
			},
			want: remediate.Canceled, why: "keep-until",
		},
		"whom the policy lets off": {
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) { s.tag(f.Resource.ARN, "team", "vip") },
			want:   remediate.Canceled, why: "unless",
		},
		"who exempts it": {
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) {
				s.must(s.ledger.Exempt(s.Context(), ledger.Exemption{ARN: f.Resource.ARN, By: "ana", Why: "mine"}))
			},
			want: remediate.Underway, why: "let off by ana",
		},
		"who puts it off": {
			change: func(s *stage, _ *remediate.Engine, f ledger.Finding) {
				s.must(s.ledger.Snooze(s.Context(), f.ID, ledger.Snooze{Until: began.Add(day), By: "ana"}))
			},
			want: remediate.Underway, why: "put off",
		},
		"who halts all": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.must(s.ledger.Halt(s.Context(), "bo", "an audit"))
			},
			want: remediate.Underway, why: "an audit",
		},
		"who changes the policy": {
			change: func(s *stage, e *remediate.Engine, _ ledger.Finding) {
				s.set = s.policies(strings.Replace(deleteNotebooks, "2h", "3h", 1))
				e.Set = s.set
			},
			want: remediate.Canceled, why: "the policy has changed",
		},
		"whose tags cannot be read": {
			change: func(s *stage, _ *remediate.Engine, _ ledger.Finding) {
				s.fail("tag:GetResources", "AccessDeniedException", 400)
			},
			want: remediate.Underway, why: "tags",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, deleteNotebooks)
			s.notebook("risk", used(5*time.Hour, 3*time.Hour))
			e := s.engine()
			e.Pause = nil
			p := s.plan(e)
			if results := e.Apply(s.Context(), p.Due()); len(results) != 1 || results[0].Outcome != remediate.Underway {
				t.Fatalf("the stop: %+v", results)
			}
			s.pass(2 * time.Minute)
			c.change(s, e, p.Items[0].Finding.Finding)
			s.open()
			items := p.Due()
			if p = s.plan(e); len(p.Due()) > 0 {
				items = p.Due()
			}
			results := e.Apply(s.Context(), items)
			if len(results) != 1 || results[0].Outcome != c.want || !strings.Contains(results[0].Why, c.why) {
				t.Errorf("want %s: %q, got %+v", c.want, c.why, results)
			}
			if strings.Contains(strings.Join(s.mutations(), " "), "DeleteNotebookInstance") {
				t.Errorf("it was deleted: %v", s.mutations())
			}
			f, err := ledger.Get[ledger.Finding](t.Context(), s.ledger, ledger.SortFinding, p.Items[0].Finding.ID)
			if over := c.want == remediate.Canceled; err != nil || over != (f.Underway == "") {
				t.Errorf("%s, and the finding says it is under way: %q, %v", c.want, f.Underway, err)
			}
			if c.want == remediate.Canceled && name != "who started it" { // and so it stays
				for range 3 {
					s.pass(time.Hour)
					s.run()
				}
				if strings.Contains(strings.Join(s.mutations(), " "), "DeleteNotebookInstance") {
					t.Errorf("it was deleted later: %v", s.mutations())
				}
			}
		})
	}
}

// TestSagaGoesOn: what was begun goes on in the next run, though the policy's condition holds no more for what its step has made of it.
func TestSagaGoesOn(t *testing.T) {
	s := newStage(t, deleteNotebooks)
	s.notebook("risk", used(5*time.Hour, 3*time.Hour))
	for range 3 {
		e := s.engine()
		e.Pause = nil
		e.Apply(s.Context(), s.plan(e).Due())
		s.pass(5 * time.Minute)
	}
	if diff := cmp.Diff([]string{"sagemaker:StopNotebookInstance risk", "sagemaker:DeleteNotebookInstance risk"}, s.mutations()); diff != "" {
		t.Error(diff)
	}
}

// TestSagaGoesOnAfterAFailure: what fails in the middle is tried again, and is not forgotten since its policy does not match what the step has made of it.
func TestSagaGoesOnAfterAFailure(t *testing.T) {
	for _, operation := range []string{"sagemaker:DeleteNotebookInstance", "sagemaker:ListNotebookInstances"} {
		t.Run(operation, func(t *testing.T) {
			s := newStage(t, deleteNotebooks)
			s.notebook("risk", used(5*time.Hour, 3*time.Hour))
			run := func() []remediate.Result {
				e := s.engine()
				e.Pause = nil
				p := s.plan(e)
				if len(s.mutations()) == 1 {
					s.fail(operation, "AccessDeniedException", 400)
				}
				defer s.pass(5 * time.Minute)
				defer s.fail("nothing:Yet", "", 0)
				return e.Apply(s.Context(), p.Due())
			}
			run()
			for range 2 {
				if r := run(); len(r) != 1 || r[0].Outcome != remediate.Failed || r[0].Receipt == "" {
					t.Errorf("%+v", r)
				}
			}
			operation = "nothing:Yet"
			for range 2 {
				run()
			}
			s.once("sagemaker:StopNotebookInstance risk", "sagemaker:DeleteNotebookInstance risk")
		})
	}
}

// TestWhoMadeItDoesNotApproveIt: two pairs of eyes are two people.
func TestWhoMadeItDoesNotApproveIt(t *testing.T) {
	s := newStage(t, strings.Replace(stopApps, "steps:", "approvals: 1\n    steps:", 1))
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	p := s.plan(s.engine())
	id := p.Items[0].Finding.ID
	if err := s.ledger.Approve(t.Context(), id, me); err == nil {
		t.Error("who ran what made the finding has approved it")
	}
	s.must(s.ledger.Approve(t.Context(), id, "bo")) // by a link, which may be that of who made it
	if p := s.plan(s.engine()); len(p.Due()) != 0 || !strings.Contains(p.Items[0].Why, "1 of 1 approvals are missing; 1 of those given may be of") {
		t.Errorf("approved by nobody knows whom: %+v", p.Items)
	}
	s.guard.People = ledger.People{{Names: []string{"bo"}, ARNs: []string{bo}, Whole: true}}
	if p := s.plan(s.engine()); len(p.Due()) != 1 {
		t.Errorf("approved by another: %+v", p.Items)
	}
}

// TestKeptPlanBounds: with a plan that was kept, what became due later is not done.
func TestKeptPlanBounds(t *testing.T) {
	s := newStage(t, stopApps)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	s.app("late", used(5*time.Hour, time.Hour))
	s.guard.Limits = policy.Limits{}
	e := s.engine()
	kept := s.plan(e)
	s.pass(2 * time.Hour)
	s.open()
	p := s.plan(e)
	if len(p.Due()) != 2 {
		t.Fatalf("%+v", p.Items)
	}
	p.Keep(kept)
	e.Apply(t.Context(), p.Due())
	if diff := cmp.Diff([]string{"sagemaker:DeleteApp risk"}, s.mutations()); diff != "" {
		t.Error(diff)
	}
}

// TestNoStepIsLessSureThanItAsks: a step's confidence holds for what takes nothing away, too.
func TestNoStepIsLessSureThanItAsks(t *testing.T) {
	s := newStage(t, `
policies:
  - name: apps
    kind: studio-app
    when: 'true'
    steps:
      - tag: { seen: yes }
        minConfidence: high
`)
	s.app("risk", used(5*time.Hour, 3*time.Hour))
	s.region.Metrics = nil // nothing speaks of its use from inside
	if p := s.plan(s.engine()); len(p.Due()) > 0 {
		t.Errorf("%+v", p.Due())
	}
}

// TestCapsHold: no cap is passed by one run, and what it holds back says so.
func TestCapsHold(t *testing.T) {
	for name, c := range map[string]struct {
		guard func(*remediate.Guard)
		limit string
		want  int
		why   string
	}{
		"actions of a run":              {limit: "maxActions: 2", want: 2, why: "maxActions"},
		"actions of a day":              {limit: "maxPerDay: 3", want: 3, why: "maxPerDay"},
		"share":                         {limit: "maxShare: 40%", want: 2, why: "maxShare"},
		"dollars of a run":              {limit: "maxHourlySavings: 0.12", want: 2, why: "maxHourlySavings"},
		"actions of a run, of all":      {guard: func(g *remediate.Guard) { g.MaxActions = 1 }, want: 1, why: "maxActions"},
		"actions of a day, of all":      {guard: func(g *remediate.Guard) { g.MaxPerDay = 2 }, want: 2, why: "maxPerDay"},
		"dollars of a day, of all":      {guard: func(g *remediate.Guard) { g.MaxDailySavings = decimal.RequireFromString("0.12") }, want: 2, why: "maxDailySavings"},
		"a share of less than one is 1": {limit: "maxShare: 1%", want: 1, why: "maxShare"},
	} {
		t.Run(name, func(t *testing.T) {
			text := stopNotebooks
			if c.limit != "" {
				text += "    limits: { " + c.limit + " }\n"
			}
			s := newStage(t, text)
			s.guard.Limits = policy.Limits{}
			if c.guard != nil {
				c.guard(&s.guard)
			}
			for _, name := range []string{"a", "b", "c", "d", "e"} {
				s.notebook(name, used(5*time.Hour, 3*time.Hour))
			}
			p, _, results := s.run()
			if len(results) != c.want || len(s.mutations()) != c.want {
				t.Errorf("%d results, %d calls, want %d: %+v", len(results), len(s.mutations()), c.want, p.Items)
			}
			for _, i := range p.Items[c.want:] {
				if i.Status != remediate.Held || !strings.Contains(i.Why, c.why) {
					t.Errorf("held back by %q, want %s", i.Why, c.why)
				}
			}
			if strings.Contains(name, "day") { // and another run of the day does not begin anew
				if _, _, results := s.run(); len(results) > 0 || len(s.mutations()) != c.want {
					t.Errorf("later on the same day: %+v", results)
				}
			}
		})
	}
}

// TestUnknownPriceCountsAsAnAction: what has no price is bounded by the count, and its saving is not guessed.
func TestUnknownPriceCountsAsAnAction(t *testing.T) {
	s := newStage(t, stopApps+"    limits: { maxActions: 1, maxHourlySavings: 0.01 }\n")
	s.guard.Limits = policy.Limits{}
	s.world.Prices = nil
	s.app("a", used(5*time.Hour, 3*time.Hour))
	s.app("b", used(5*time.Hour, 3*time.Hour))
	p, _, results := s.run()
	if saves, known := p.Saves(); len(results) != 1 || known || !saves.IsZero() {
		t.Errorf("%d results, saves %s, known: %v", len(results), saves, known)
	}
}

// call changes the world as somebody else does.
func (s *stage) call(f func(*sagemaker.Client) error) {
	s.Helper()
	s.must(f(s.session.SageMaker()))
}

func (s *stage) tag(arn, key, value string) {
	s.Helper()
	s.call(func(c *sagemaker.Client) error {
		_, err := c.AddTags(s.Context(), &sagemaker.AddTagsInput{ResourceArn: &arn, Tags: []types.Tag{{Key: &key, Value: &value}}})
		return err
	})
}

func (s *stage) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// spend is what other nodes have done on the day.
func (s *stage) spend(all remediate.Spending) {
	s.Helper()
	s.must(s.ledger.Update(s.Context(), func(tx *ledger.Tx) error {
		return tx.Put(s.Context(), ledger.SortSpending, began.Format(time.DateOnly)+"/", all)
	}))
}

// fail has an operation fail from now on.
func (s *stage) fail(operation, code string, status int) {
	s.fault.Operation, s.fault.Error, s.fault.Status = operation, code, status
}
