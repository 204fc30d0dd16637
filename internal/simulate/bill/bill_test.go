package bill

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// noon is the instant at which the organization of the tests is looked at, and march the month before.
var noon, march = time.Date(2026, 4, 15, 12, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// small is an organization that has a bit of everything.
func small(seed int64) *world.World {
	return organization.Generate(organization.Spec{Seed: seed, At: noon, Days: 60, Accounts: 3, Regions: []string{"us-east-1", "eu-west-1"}, Domains: 3, People: 20,
		Apps: 50, Endpoints: 45, Turnover: 12, Holdings: 110, OldJobs: 600})
}

// tiny is an organization for what does not depend on its size.
func tiny() *world.World {
	return organization.Generate(organization.Spec{Seed: 3, At: noon, Days: 60, Accounts: 2, Regions: []string{"us-east-1"}, Domains: 2, People: 8, Apps: 20, Endpoints: 6})
}

func TestAmountsAreExact(t *testing.T) {
	for _, tt := range []struct {
		got  Amount
		want string
	}{
		{amountOf("0.0000003000"), "0.0000003"},
		{-One / 4, "-0.25"},
		{12 * One, "12"},
		{amountOf("1.4080000000").Times(amountOf("0.4163888889")), "0.5862755556"},
		{amountOf("-1.5").cents(), "-1.5"},
		{Amount(15_000_000_000).over(-1, 3), "-0.5"},
		{amountOf("113.068").Times(744 * One), "84122.592"},
		{Amount(49).cents(), "0"},
	} {
		if tt.got.String() != tt.want {
			t.Errorf("got %s, want %s", tt.got, tt.want)
		}
	}
}

// TestIdentity holds, in every currency, what the fees of commitments must not break: what is invoiced is what is amortized, with what was
// spread into the month taken off and what was paid at once put on.
func TestIdentity(t *testing.T) {
	w := small(7)
	types := map[LineType]bool{}
	for seed := range uint64(30) {
		b := New(w, march, false, Random(march, seed))
		totals := map[string]*Totals{}
		ids := map[string]bool{}
		for l := range b.Lines() {
			types[l.Type] = true
			if totals[l.Currency] == nil {
				totals[l.Currency] = &Totals{}
			}
			totals[l.Currency].add(l)
			if id := l.ID(); ids[id] {
				t.Fatalf("seed %d: two lines are %s: %s", seed, id, l)
			} else {
				ids[id] = true
			}
		}
		for currency, sum := range totals {
			if sum.Unblended != sum.Amortized+sum.TrueUp+sum.UpfrontFee {
				t.Errorf("seed %d: %s unblended %s, amortized %s, true-up %s, upfront %s", seed, currency, sum.Unblended, sum.Amortized, sum.TrueUp, sum.UpfrontFee)
			}
		}
	}
	for _, as := range []LineType{Usage, Fee, Tax, Credit, Refund, BundledDiscount, EDPDiscount, PrivateDiscount, OtherDiscount, PlanCovered, PlanNegation, PlanRecurring, PlanUpfront, ReservationCovered, ReservationRecurring} {
		if !types[as] {
			t.Errorf("no bill has a line of the type %s", as)
		}
	}
}

func TestPlansCoverWhatTheyCommitTo(t *testing.T) {
	w := small(7)
	mix := Mix{Plans: []Terms{
		{Hourly: 3 * One, Bought: march.AddDate(0, -5, 0), Years: 1},
		{Hourly: 40 * One, Upfront: 500, Bought: march.AddDate(0, 0, 9).Add(15 * time.Hour), Years: 3, Alone: true},
	}}
	for _, hourly := range []bool{false, true} {
		b := New(w, march, hourly, mix)
		covered, negated, used, committed := map[string]Amount{}, map[string]Amount{}, map[string]Amount{}, map[string]Amount{}
		onDemand := map[string]Amount{}
		for l := range b.Lines() {
			if l.Plan == nil {
				continue
			}
			switch l.Type {
			case PlanCovered:
				covered[l.Plan.ID] += l.Effective
				onDemand[l.Plan.ID] += l.Unblended
				if l.Effective != l.Product.PlanRate.Times(l.Quantity) {
					t.Errorf("%s of %s takes %s of the plan, not its rate for the hours", l.Product.Usage, l.Subject.ID, l.Effective)
				}
			case PlanNegation:
				negated[l.Plan.ID] += l.Unblended
			case PlanRecurring:
				used[l.Plan.ID] += l.Used
				committed[l.Plan.ID] += l.Committed
				if l.Used < 0 || l.Used > l.Committed {
					t.Errorf("%s of %s is used", l.Used, l.Committed)
				}
			}
		}
		if len(used) != 2 {
			t.Fatalf("%d plans have fees, want 2", len(used))
		}
		if unused := b.plans[1].ID; used[unused] == committed[unused] {
			t.Error("what one account cannot use up is used by others")
		}
		for id := range used {
			if used[id] != covered[id] || negated[id] != -onDemand[id] || used[id] == 0 {
				t.Errorf("plan %s: used %s, covered %s of %s; negated %s of %s", id, used[id], covered[id], committed[id], negated[id], onDemand[id])
			}
		}
	}
}

// TestHoursOfApps works the hours of apps out from their lives alone: what stands the whole month bills the whole month, and what was created in
// it from one minute to three later.
func TestHoursOfApps(t *testing.T) {
	w := small(7)
	billed := map[string]Amount{}
	b := New(w, march, true, Mix{})
	for l := range b.Lines() {
		if l.Subject.Kind == "studio-app" {
			billed[l.Subject.ID] += l.Quantity
			if l.Unblended != l.Rate.Times(l.Quantity) || l.Unblended != l.List {
				t.Fatalf("the cost is not the rate for the hours: %s", l)
			}
		}
	}
	whole, begun, shared := 0, 0, 0
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, d := range r.Domains {
				for _, app := range d.Apps {
					got, found := billed[a.ARN(r.Name, app.Resource(d.ID))]
					from, to := world.Later(app.Created, march), b.End()
					if !app.Deleted.IsZero() {
						to = world.Earlier(to, app.Deleted)
					}
					switch {
					case app.Type == "JupyterServer" || app.Type == "DetailedProfiler" || app.Status == "Failed":
						if found {
							t.Errorf("%s %s is billed", app.Type, app.Name)
						}
						continue
					case app.Type == "KernelGateway":
						shared++ // those of one person and type are one instance
						continue
					}
					late := Amount(max(to.Sub(from), 0)/360) - got // nanoseconds to ten places of an hour
					switch minute := One / 60; {
					case app.Created.Before(march) && late > 100_000 || late < -100_000:
						t.Errorf("%s %s bills %s hours from %s to %s", app.Type, app.Name, got, from, to)
					case !app.Created.Before(march) && app.Created.Before(b.End()) && to.Sub(from) > 3*time.Minute && (late < minute || late > 3*minute):
						t.Errorf("%s %s bills from %s hours after its creation on", app.Type, app.Name, late)
					case app.Created.Before(march):
						whole++
					case app.Created.Before(b.End()):
						begun++
					}
				}
			}
		}
	}
	if whole == 0 || begun == 0 || shared == 0 {
		t.Errorf("%d apps stood before the month, %d began in it, %d may share: the test tells nothing", whole, begun, shared)
	}
}

func TestKernelsOfOneInstanceBillOnce(t *testing.T) {
	born := march.Add(-time.Hour)
	app := func(name string, from, to time.Time) *world.App {
		return &world.App{Life: world.Life{Created: from, Deleted: to}, User: "ana", Type: "KernelGateway", Name: name, InstanceType: "ml.m5.xlarge"}
	}
	w := organization.Generate(organization.Spec{At: noon, Accounts: 1, Regions: []string{"us-east-1"}})
	w.Accounts[0].Regions[0].Domains = []*world.Domain{{ID: "d-1", Apps: []*world.App{
		app("one", born, march.Add(10*time.Hour)), app("two", march.Add(2*time.Hour), march.Add(12*time.Hour)), app("three", march.Add(48*time.Hour), march.Add(49*time.Hour)),
	}}}
	var hours Amount
	for l := range New(w, march, true, Mix{}).Lines() {
		hours += l.Quantity
		if !strings.HasSuffix(l.Subject.ID, ":app/d-1/ana/kernelgateway/one") {
			t.Errorf("the instance bills as %s", l.Subject.ID)
		}
	}
	if want := 13*One - 3*One/60; hours < want || hours > 13*One {
		t.Errorf("billed %s hours, want 12 of two kernels on one instance and nearly 1 of the third", hours)
	}
}

func TestPricesAreThoseOfTheList(t *testing.T) {
	w := small(7)
	listed := map[string]bool{}
	for _, p := range w.Prices {
		listed[p.SKU+" "+amountOf(p.USD).String()] = true
	}
	unlisted := map[string]bool{}
	for l := range New(w, march, false, Mix{}).Lines() {
		if !listed[l.Product.SKU+" "+l.Rate.String()] {
			unlisted[strings.SplitN(l.Product.unprefixed(), ":", 2)[0]] = true
		}
	}
	for usage := range unlisted {
		switch usage {
		case "PartnerApp", "FeatureStore", "Cluster-Reserved", "LabeledObject", "Optimization":
		default:
			t.Errorf("%s is billed at a rate that is not on the price list", usage)
		}
	}
}

func TestOpenMonthEndsWhereTheWorldDoes(t *testing.T) {
	b := New(small(7), noon, false, Everyday(noon, 1))
	if !b.Open() {
		t.Fatal("the month of the instant is not open")
	}
	for l := range b.Lines() {
		if l.Type == Usage && l.End.After(noon) {
			t.Fatalf("%s is billed until %s", l.Subject.ID, l.End)
		}
		if b.Invoice(l) != "" {
			t.Fatal("a line of an open month has an invoice")
		}
	}
}

// TestTruth holds that every line of a resource that its people made has a team, tagged or not.
func TestTruth(t *testing.T) {
	known, untagged := 0, 0
	for l := range New(small(7), march, false, Mix{}).Lines() {
		if l.Subject.Team == "" {
			continue
		}
		known++
		if l.Tags.User["team"] == "" && l.Tags.User["Team"] == "" {
			untagged++
		}
	}
	if known == 0 || untagged == 0 || untagged == known {
		t.Errorf("of %d lines the team is known, %d of them untagged", known, untagged)
	}
}

// TestLabelsAreWholeObjects adds up what labeling jobs are charged over all months: as many objects as they have labeled, a day's whole.
func TestLabelsAreWholeObjects(t *testing.T) {
	w := small(7)
	billed, jobs := map[string]Amount{}, 0
	for month := march.AddDate(0, -4, 0); month.Before(noon); month = month.AddDate(0, 1, 0) {
		for l := range New(w, month, false, Mix{}).Lines() {
			if l.Subject.Kind != "labeling-job" {
				continue
			}
			if l.Quantity%One != 0 || l.Unblended != l.Rate.Times(l.Quantity) {
				t.Errorf("%s is no number of objects at its price", l)
			}
			billed[l.Subject.ID] += l.Quantity
		}
	}
	for _, a := range w.Accounts {
		for _, r := range a.Regions {
			for _, rec := range r.Records {
				out, ok := rec.Output.(*sagemaker.DescribeLabelingJobOutput)
				if !ok || rec.Use.Count(rec.Created, rec.Modified) == 0 {
					continue
				}
				jobs++
				// Of the open day nothing is on the bill yet.
				if got, want := billed[a.ARN(r.Name, rec.Resource())], Amount(*out.LabelCounters.TotalLabeled)*One; got > want || rec.Modified.Before(noon.Truncate(24*time.Hour)) && got != want {
					t.Errorf("%s has %s objects on the bill, and has labeled %s", rec.Name, got, want)
				}
			}
		}
	}
	if jobs == 0 {
		t.Error("nobody labels")
	}
}

// TestWhatIsToldToStopBillsNoMore holds that a notebook instance bills its hours until it is told to stop, and its volume on.
func TestWhatIsToldToStopBillsNoMore(t *testing.T) {
	w := organization.Generate(organization.Spec{At: noon, Accounts: 1, Regions: []string{"us-east-1"}})
	told := march.Add(50*time.Hour + 30*time.Minute)
	w.Accounts[0].Regions[0].Records = []*world.Record{{Life: world.Life{Created: march.AddDate(0, -1, 0), Modified: told}, Family: world.NotebookInstance, Name: "stuck", Status: "Stopping",
		Output: &sagemaker.DescribeNotebookInstanceOutput{InstanceType: "ml.t3.medium", VolumeSizeInGB: aws.Int32(5)}}}
	used := map[string]Amount{}
	for l := range New(w, march, true, Mix{}).Lines() {
		used[l.Product.unprefixed()] += l.Quantity
	}
	if hours := used["Notebk:ml.t3.medium"]; hours != 50*One+One/2 {
		t.Errorf("it bills %s hours, want those until it was told to stop", hours)
	}
	// Each hour is rounded to the tenth place.
	if rest := used["Notebk:VolumeUsage.gp2"] - 5*One; rest < -1000 || rest > 1000 {
		t.Errorf("its volume bills %s gigabytes, want all 5", used["Notebk:VolumeUsage.gp2"])
	}
}
