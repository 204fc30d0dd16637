package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	"github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const pays, member = "111122223333", "444455556666"

// inMemory is a transport to a handler.
type inMemory struct{ http.Handler }

func (h inMemory) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

// A company is a simulated organization and the way to it.
type company struct {
	server *wire.Server
	world  *world.World
	// ahead is how far its clock is ahead of the world's, in seconds.
	ahead atomic.Int64
}

// new is a company whose payer has a bucket and a domain, after change has seen to it.
func newCompany(t *testing.T, change func(*world.World)) *company {
	t.Helper()
	at := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	life := world.Life{Created: at.AddDate(0, -1, 0)}
	domain := &world.Domain{Life: life, ID: "d-lab", Name: "lab"}
	region := &world.Region{Name: "us-east-1", Domains: []*world.Domain{domain}, Buckets: []*world.Bucket{{Life: life, Name: "acme-billing"}},
		Tags: map[string]map[string]string{"arn:aws:sagemaker:us-east-1:111122223333:domain/d-lab": {"team": "research", "CostCenter": "7", "cost-center": "7"}}}
	away := &world.Region{Name: "eu-west-1", Buckets: []*world.Bucket{{Life: life, Name: "acme-eu"}}}
	c := &company{world: &world.World{At: at, Accounts: []*world.Account{{ID: pays, Name: "management", Regions: []*world.Region{region, away}},
		{ID: member, Name: "lab", Regions: []*world.Region{{Name: "us-east-1", Buckets: []*world.Bucket{{Life: life, Name: "lab-billing"}}}}}},
		Organization: &world.Organization{ID: "o-abcdefghij", Management: pays, Root: &world.Unit{ID: "r-root", Name: "Root", Accounts: []string{pays, member}}}}}
	if change != nil {
		change(c.world)
	}
	var err error
	if c.server, err = wire.New(wire.Options{World: c.world, Writable: true, Now: c.now}); err != nil {
		t.Fatal(err)
	}
	return c
}

// now passes by a second with each look at it.
func (c *company) now() time.Time { return c.world.At.Add(time.Duration(c.ahead.Add(1)) * time.Second) }

func (c *company) config(account string) aws.Config {
	return aws.Config{Region: "us-east-1", BaseEndpoint: aws.String("http://simulated"), HTTPClient: inMemory{c.server}, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+account, "secret", "")}
}

func (c *company) payer(account string) *Payer {
	cfg := c.config(account)
	return &Payer{Target: estate.Target{Partition: "aws", Account: account, Region: "us-east-1"}, Exports: bcmdataexports.NewFromConfig(cfg), Reports: costandusagereportservice.NewFromConfig(cfg),
		Tags: costexplorer.NewFromConfig(cfg), Bucket: s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }), Organization: organizations.NewFromConfig(cfg), Now: c.now}
}

func (c *company) places() []Place {
	return []Place{{Target: estate.Target{Partition: "aws", Account: pays, Region: "us-east-1"}, Studio: sagemaker.NewFromConfig(c.config(pays))}}
}

// everything is a wish for all of it.
func everything() Wish {
	return Wish{Parts: Parts, Export: "sagewarden", Bucket: "acme-billing", Prefix: "exports", Policy: true, Keys: []string{"CostCenter", "team"}, Spellings: as,
		BackfillFrom: time.Date(2025, 12, 1, 0, 0, 0, 0, time.UTC)}
}

// as takes keys that differ in case and in dashes for one.
func as(key string, seen []string) (all []string) {
	fold := func(s string) string { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
	for _, s := range slices.Sorted(slices.Values(seen)) {
		if fold(s) == fold(key) {
			all = append(all, s)
		}
	}
	return all
}

// A diary is a journal that remembers.
type diary struct {
	intents []string
	ends    []settings.Outcome
	before  []json.RawMessage
}

func (d *diary) Intend(operation, _ string, undo any) (string, error) {
	text, err := json.Marshal(undo)
	d.intents, d.before = append(d.intents, operation), append(d.before, text)
	return fmt.Sprint(len(d.intents)), err
}

func (d *diary) Settle(_ string, o settings.Outcome, _ string) error {
	d.ends = append(d.ends, o)
	return nil
}

func (c *company) apply(t *testing.T, p *Plan) (lines []string, d *diary) {
	t.Helper()
	return c.applyAs(t, c.payer(pays), p)
}

func (c *company) applyAs(t *testing.T, payer *Payer, p *Plan) (lines []string, d *diary) {
	t.Helper()
	d = &diary{}
	e := Engine{Payer: payer, Journal: d, Wait: func(context.Context, time.Duration) error { return nil },
		Studio: func(estate.Target) settings.Studio { return sagemaker.NewFromConfig(c.config(pays)) }}
	for _, r := range e.Apply(t.Context(), p, func(Result) {}) {
		lines = append(lines, r.String())
	}
	return lines, d
}

func plan(t *testing.T, c *company, account string, w Wish) *Plan {
	t.Helper()
	p, err := New(t.Context(), c.payer(account), c.places(), w)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSetup: all that is missing is planned in order, done with each intent written down before, and never planned again.
func TestSetup(t *testing.T) {
	c := newCompany(t, nil)
	p := plan(t, c, pays, everything())
	if n := len(c.server.Mutations()); n > 0 {
		t.Errorf("a plan has changed %d things", n)
	}
	lines, d := c.apply(t, p)
	if diff := cmp.Diff([]string{
		"done: let billing deliver to s3://acme-billing", "done: create the export sagewarden of 111122223333", "done: activate 6 tags on the bill of 111122223333",
		"done: show the tags on the bills of 111122223333 from 2025-12 on", "done: hand tags on in arn:aws:sagemaker:us-east-1:111122223333:domain/d-lab",
	}, lines); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{opPutPolicy, opCreateExport, opUpdateTags, opBackfill, opUpdateDomain}, d.intents); diff != "" {
		t.Error(diff)
	}
	for i, step := range p.Steps {
		if step.Operation() != d.intents[i] {
			t.Errorf("%s calls %s", step.Action, step.Operation())
		}
	}
	if got := p.Steps[2].Keys; !slices.Equal(got, []string{"CostCenter", "cost-center", "team", "sagemaker:domain-arn", "sagemaker:space-arn", "sagemaker:user-profile-arn"}) {
		t.Errorf("activated: %v", got)
	}
	before := len(c.server.Mutations())
	again := plan(t, c, pays, everything())
	if len(again.Steps) > 0 || !strings.Contains(again.String(), "Nothing is to be changed.") || !strings.Contains(again.String(), "AWS does one backfill at a time") {
		t.Errorf("again: %s", again)
	}
	c.ahead.Add(2 * 3600)
	if later := plan(t, c, pays, everything()); len(later.Steps) > 0 || !strings.Contains(later.String(), "ok: the bills from 2025-12 on have the tags") {
		t.Errorf("when the backfill is through: %s", later)
	}
	earlier := everything()
	earlier.BackfillFrom = earlier.BackfillFrom.AddDate(0, -1, 0)
	if soon := plan(t, c, pays, earlier); len(soon.Steps) > 0 || !strings.Contains(soon.String(), "AWS takes one backfill a day") {
		t.Errorf("another on the same day: %s", soon)
	}
	c.ahead.Add(24 * 3600)
	if next := plan(t, c, pays, earlier); len(next.Steps) != 1 || next.Steps[0].Action != actBackfill {
		t.Errorf("another on the next day: %s", next)
	}
	if n := len(c.server.Mutations()); n != before {
		t.Errorf("plans have changed %d things", n-before)
	}
}

// TestManyTags: tags are activated twenty at a time, and one that billing has never seen is not tried.
func TestManyTags(t *testing.T) {
	c := newCompany(t, func(w *world.World) {
		for _, tags := range w.Accounts[0].Regions[0].Tags {
			for n := range 38 {
				tags[fmt.Sprintf("key-%02d", n)] = "x"
			}
		}
	})
	w := everything()
	w.Parts, w.BackfillFrom, w.Keys = []string{PartTags}, time.Time{}, []string{"nobodys"}
	for n := range 38 {
		w.Keys = append(w.Keys, fmt.Sprintf("key-%02d", n))
	}
	p := plan(t, c, pays, w)
	var sizes []int
	for _, s := range p.Steps {
		sizes = append(sizes, len(s.Keys))
	}
	if !slices.Equal(sizes, []int{20, 20, 1}) || !strings.Contains(p.String(), "the tag nobodys was never seen by billing") {
		t.Errorf("%v\n%s", sizes, p)
	}
	if lines, _ := c.apply(t, p); !slices.Equal(lines, []string{"done: activate 20 tags on the bill of 111122223333", "done: activate 20 tags on the bill of 111122223333", "done: activate 1 tag on the bill of 111122223333"}) {
		t.Errorf("%v", lines)
	}
}

// TestTagsThatAreRefused: of several tags, AWS may take some; which ones it refused is said, the months before are left alone, and a later run asks for the rest.
func TestTagsThatAreRefused(t *testing.T) {
	c := newCompany(t, nil)
	w := everything()
	w.Parts = []string{PartTags}
	p := plan(t, c, pays, w)
	p.Steps[0].Keys = append(p.Steps[0].Keys, "gone")
	lines, _ := c.apply(t, p)
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "failed: activate 7 tags") || !strings.Contains(lines[0], "gone: NotFound: Tag keys not found.") ||
		lines[1] != "untried: show the tags on the bills of 111122223333 from 2025-12 on: it waits for a step that was not done" {
		t.Errorf("%v", lines)
	}
	if next := plan(t, c, pays, w); len(next.Steps) != 1 || next.Steps[0].Action != actBackfill {
		t.Errorf("next: %s", next)
	}
}

// TestHalfDone: what waits for a step that failed is left alone, all else is done, and a later run does the rest.
func TestHalfDone(t *testing.T) {
	fault := &world.Fault{Operation: opPutPolicy, Error: "AccessDenied", Status: http.StatusForbidden, Times: 1}
	c := newCompany(t, func(w *world.World) { w.Faults = []*world.Fault{fault} })
	lines, d := c.apply(t, plan(t, c, pays, everything()))
	if len(lines) != 5 || !strings.HasPrefix(lines[0], "failed: let billing deliver to s3://acme-billing: ") || !strings.HasSuffix(lines[1], "it waits for a step that was not done") ||
		!slices.Equal(d.ends, []settings.Outcome{settings.Refused, settings.Done, settings.Done, settings.Done}) {
		t.Errorf("%v\n%v", lines, d.ends)
	}
	var rest []string
	for _, s := range plan(t, c, pays, everything()).Steps {
		rest = append(rest, s.Action)
	}
	if !slices.Equal(rest, []string{actPolicy, actCreate}) {
		t.Errorf("left to do: %v", rest)
	}
}

// TestSomebodyElseWasFaster: a policy or an export that has changed since the plan was made is left alone.
func TestSomebodyElseWasFaster(t *testing.T) {
	c := newCompany(t, nil)
	w := everything()
	w.Parts = []string{PartExport}
	p := plan(t, c, pays, w)
	theirs := `{"Version":"2012-10-17","Statement":[]}`
	if _, err := c.payer(pays).Bucket.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("acme-billing"), Policy: &theirs}); err != nil {
		t.Fatal(err)
	}
	if lines, _ := c.apply(t, p); len(lines) != 2 || !strings.HasPrefix(lines[0], "changed: let billing deliver to s3://acme-billing: its policy has changed") || !strings.HasPrefix(lines[1], "untried: ") {
		t.Errorf("%v", lines)
	}
	if lines, _ := c.apply(t, plan(t, c, pays, w)); len(lines) != 2 || !strings.HasPrefix(lines[1], "done: create") {
		t.Errorf("%v", lines)
	}
	w.Split = true
	p = plan(t, c, pays, w)
	if len(p.Steps) != 1 || p.Steps[0].Action != actUpdate || !slices.Equal(p.Steps[0].Lacks, []string{"split cost allocation data", "11 columns"}) && !slices.Equal(p.Steps[0].Lacks, []string{"split cost allocation data"}) {
		t.Fatalf("%s", p)
	}
	old := *p.Steps[0].Was
	old.DataQuery = &types.DataQuery{QueryStatement: aws.String("SELECT line_item_usage_type FROM " + table), TableConfigurations: old.DataQuery.TableConfigurations}
	if _, err := c.payer(pays).Exports.UpdateExport(t.Context(), &bcmdataexports.UpdateExportInput{ExportArn: &p.Steps[0].Resource, Export: &old}); err != nil {
		t.Fatal(err)
	}
	if lines, _ := c.apply(t, p); len(lines) != 1 || !strings.HasPrefix(lines[0], "changed: update the export sagewarden") {
		t.Errorf("%v", lines)
	}
	if lines, _ := c.apply(t, plan(t, c, pays, w)); len(lines) != 1 || !strings.HasPrefix(lines[0], "done: update") {
		t.Errorf("%v", lines)
	}
}

// TestSettle: of what an earlier run has begun and not ended, a look tells whether it was done; of a call that may be on its way, nothing is said yet.
func TestSettle(t *testing.T) {
	c := newCompany(t, nil)
	p := plan(t, c, pays, everything())
	payer := *c.payer(pays)
	for _, step := range p.Steps[:4] {
		text, err := json.Marshal(step)
		if err != nil {
			t.Fatal(err)
		}
		var kept Step
		if err := json.Unmarshal(text, &kept); err != nil {
			t.Fatal(err)
		}
		if o, _, known := Settle(t.Context(), payer, kept, time.Minute); known || o != settings.Unsettled {
			t.Errorf("%s, a minute after: %s, known %t", step, o, known)
		}
		if o, _, known := Settle(t.Context(), payer, kept, time.Hour); !known || o != settings.Refused {
			t.Errorf("%s, an hour after: %s, known %t", step, o, known)
		}
		if err := kept.call(t.Context(), payer); err != nil {
			t.Fatal(err)
		}
		if o, _, known := Settle(t.Context(), payer, kept, time.Minute); !known || o != settings.Done {
			t.Errorf("%s, done: %s, known %t", step, o, known)
		}
	}
}

// TestMember: a member account is told what it cannot do, and exports its own lines only where that is meant.
func TestMember(t *testing.T) {
	c := newCompany(t, nil)
	w := everything()
	w.Parts, w.Bucket = []string{PartExport, PartTags}, "lab-billing"
	p := plan(t, c, member, w)
	if text := p.String(); len(p.Steps) > 0 || p.Holes() > 0 || !strings.Contains(text, "444455556666 is a member of an organization for which 111122223333 pays") || !strings.Contains(text, "--member says") {
		t.Errorf("%s", text)
	}
	w.Member = true
	if p := plan(t, c, member, w); len(p.Steps) != 2 || p.Steps[1].Action != actCreate {
		t.Errorf("meant: %s", p)
	}
	for _, tt := range []struct{ operation, code, message, want string }{
		{opListTags, "AccessDeniedException", "Linked account doesn't have access to cost allocation tags.", "AWS takes 111122223333 for a member of an organization"},
		{opOrganization, "AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", "111122223333 is in no organization"},
	} {
		c := newCompany(t, func(w *world.World) {
			w.Faults = []*world.Fault{{Operation: tt.operation, Error: tt.code, Status: 400, Message: tt.message}}
		})
		if p := plan(t, c, pays, everything()); !strings.Contains(p.String(), tt.want) {
			t.Errorf("%s: %s", tt.code, p)
		}
	}
}

// TestBuckets: a bucket that will not do is said to be so, and why; nothing is planned for it.
func TestBuckets(t *testing.T) {
	for name, tt := range map[string]struct {
		wish   func(*Wish)
		change func(*world.World)
		want   string
	}{
		"none is named":           {func(w *Wish) { w.Bucket = "" }, nil, "name a bucket for one with --bucket"},
		"none is there":           {func(w *Wish) { w.Bucket, w.Region = "acme-bill", "eu-west-1" }, nil, "make one, with aws s3api create-bucket --bucket acme-bill --region eu-west-1 --create-bucket-configuration LocationConstraint=eu-west-1"},
		"another account's":       {func(w *Wish) { w.Bucket = "lab-billing" }, nil, "the bucket lab-billing does not belong to 111122223333"},
		"in another region":       {func(w *Wish) { w.Bucket, w.Region = "acme-eu", "us-east-1" }, nil, "the bucket acme-eu is in eu-west-1 and not in us-east-1"},
		"its policy is not to be": {func(w *Wish) { w.Policy = false }, nil, `"aws:SourceAccount": "111122223333"`},
		"open": {nil, func(w *world.World) {
			w.Accounts[0].Regions[0].Buckets[0].Policy = `{"Statement":[{"Sid":"Web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-billing/*"}]}`
		}, "open to everybody by the statement Web"},
		"not understood": {nil, func(w *world.World) { w.Accounts[0].Regions[0].Buckets[0].Policy = `{"Statement":[{"Effect":1}]}` }, "could not be read, and is left alone: statement 1"},
	} {
		w := everything()
		w.Parts = []string{PartExport}
		if tt.wish != nil {
			tt.wish(&w)
		}
		p := plan(t, newCompany(t, tt.change), pays, w)
		if text := p.String(); len(p.Steps) > 0 || !strings.Contains(text, tt.want) {
			t.Errorf("%s: want %q\n%s", name, tt.want, text)
		}
	}
	w := everything()
	w.Parts, w.Bucket = []string{PartExport}, "acme-eu"
	c := newCompany(t, nil)
	p := plan(t, c, pays, w)
	if len(p.Steps) != 2 || *p.Steps[1].Export.DestinationConfigurations.S3Destination.S3Region != "eu-west-1" {
		t.Fatalf("a bucket in a region of its own: %s", p)
	}
	if lines, _ := c.apply(t, p); !slices.Equal(lines, []string{"done: let billing deliver to s3://acme-eu", "done: create the export sagewarden of 111122223333"}) {
		t.Errorf("%v", lines)
	}
}

// locked is a bucket with settings of its own.
type locked struct {
	Bucket
	encryption *s3types.ServerSideEncryptionByDefault
}

func (l locked) GetBucketEncryption(context.Context, *s3.GetBucketEncryptionInput, ...func(*s3.Options)) (*s3.GetBucketEncryptionOutput, error) {
	if l.encryption == nil {
		return nil, &smithy.GenericAPIError{Code: "ServerSideEncryptionConfigurationNotFoundError"}
	}
	return &s3.GetBucketEncryptionOutput{ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{Rules: []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: l.encryption}}}}, nil
}

func (l locked) GetPublicAccessBlock(context.Context, *s3.GetPublicAccessBlockInput, ...func(*s3.Options)) (*s3.GetPublicAccessBlockOutput, error) {
	return nil, &smithy.GenericAPIError{Code: "NoSuchPublicAccessBlockConfiguration"}
}

// TestSafeBuckets: a bill is put into no bucket that does not encrypt, and what else is to be looked at is said.
func TestSafeBuckets(t *testing.T) {
	w := everything()
	w.Parts = []string{PartExport}
	for _, tt := range []struct {
		encryption *s3types.ServerSideEncryptionByDefault
		steps      int
		want       string
	}{
		{nil, 0, "does not encrypt by default, and a bill is not put into it: aws s3api put-bucket-encryption --bucket acme-billing"},
		{&s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAwsKms, KMSMasterKeyID: aws.String("k")}, 2, "encrypts by the key k, whose own policy has to let bcm-data-exports.amazonaws.com use it"},
		{&s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAes256}, 2, "does not block all public access"},
	} {
		payer := newCompany(t, nil).payer(pays)
		payer.Bucket = locked{payer.Bucket, tt.encryption}
		p, err := New(t.Context(), payer, nil, w)
		if err != nil || len(p.Steps) != tt.steps || !strings.Contains(p.String(), tt.want) {
			t.Errorf("%v, want %q\n%s", err, tt.want, p)
		}
	}
}

// TestBlind: what could not be read is a hole with what it hides, and nothing is planned by it.
func TestBlind(t *testing.T) {
	for _, op := range Reads {
		c := newCompany(t, func(w *world.World) {
			w.Faults = []*world.Fault{{Operation: op, Error: "AccessDeniedException", Status: http.StatusForbidden, Message: "no"}}
			w.Accounts[0].Billing = &world.Billing{Exports: []types.Export{*Wish{Export: "poor"}.wanted("acme-billing", "exports", "us-east-1")}}
			w.Accounts[0].Billing.Exports[0].DataQuery.TableConfigurations[table][granularity] = "DAILY"
		})
		p := plan(t, c, pays, everything())
		i := slices.IndexFunc(p.Coverage, func(c estate.Coverage) bool { return c.Operation == op && c.Hole() && c.Hides != "" && c.Hint != "" })
		if i < 0 || p.Holes() != 1 {
			t.Errorf("%s: %+v", op, p.Coverage)
		}
		hidden := map[string][]string{opOrganization: {actCreate, actPolicy, actUpdate, actActivate, actBackfill}, opListExports: {actCreate, actPolicy}, opGetExport: {actCreate, actPolicy}, opListTags: {actActivate, actBackfill}, opBackfills: {actBackfill}, opLocation: {actCreate, actPolicy},
			opPolicy: {actCreate, actPolicy}, opEncryption: {actCreate, actPolicy}, opPublicAccess: {actCreate, actPolicy}, opListDomains: {actPropagate}, opDescribeDomain: {actPropagate}}
		for _, s := range p.Steps {
			if slices.Contains(hidden[op], s.Action) {
				t.Errorf("without %s, %s is planned", op, s)
			}
		}
	}
}

// TestBackfillMonths: a backfill begins with a month that was, a year ago at most.
func TestBackfillMonths(t *testing.T) {
	now := time.Date(2026, 3, 31, 23, 0, 0, 0, time.UTC)
	for month, good := range map[string]bool{"2026-03": true, "2025-03": true, "2025-02": false, "2026-04": false} {
		from, _ := time.Parse("2006-01", month)
		if wrong := CheckBackfill(from, now); (wrong == "") != good {
			t.Errorf("%s: %q", month, wrong)
		}
	}
}

// has puts an export into the simulated payer's account, after change has seen to it.
func has(name string, change func(*types.Export)) func(*world.World) {
	return func(w *world.World) {
		e := Wish{Export: name}.wanted("acme-billing", "exports", "us-east-1")
		change(e)
		w.Accounts[0].Billing = &world.Billing{Exports: []types.Export{*e}}
	}
}

// TestFilteredExports: an export of a part of the bill will not do, and one of our name is neither updated nor taken for what an update was to make of it.
func TestFilteredExports(t *testing.T) {
	behind := func(rest string) func(*types.Export) {
		return func(e *types.Export) { e.DataQuery.QueryStatement = aws.String(*e.DataQuery.QueryStatement + rest) }
	}
	viewed := func(arn string) func(*types.Export) {
		return func(e *types.Export) { e.DataQuery.TableConfigurations[table][view] = arn }
	}
	for name, tt := range map[string]struct {
		change func(*types.Export)
		filter string
	}{
		"a condition":        {behind(" WHERE line_item_usage_account_id =\n '1'"), "WHERE line_item_usage_account_id = '1'"},
		"a limit":            {behind(" limit 5;"), "limit 5"},
		"a view":             {viewed("arn:aws:billing::111122223333:billingview/custom-7"), view + " arn:aws:billing::111122223333:billingview/custom-7"},
		"the whole":          {behind(" ;\n"), ""},
		"the view of it all": {viewed("arn:aws:billing::111122223333:billingview/primary"), ""},
	} {
		for _, whose := range []string{"sagewarden", "other"} {
			w := everything()
			w.Parts = []string{PartExport}
			p := plan(t, newCompany(t, has(whose, tt.change)), pays, w)
			text := p.String()
			ok := strings.Contains(text, "ok: the export "+whose+" has hourly lines with resources")
			switch {
			case tt.filter == "" && (!ok || len(p.Steps) > 0):
				t.Errorf("%s, %s: it will do\n%s", name, whose, text)
			case tt.filter != "" && (ok || !strings.Contains(text, "the export "+whose+" is of a part of the bill, by its filter") || !strings.Contains(text, ": "+tt.filter)):
				t.Errorf("%s, %s: want the filter %q\n%s", name, whose, tt.filter, text)
			case tt.filter != "" && whose == "sagewarden" && len(p.Steps) > 0, tt.filter != "" && whose == "other" && len(p.Steps) != 2:
				t.Errorf("%s, %s: %d steps\n%s", name, whose, len(p.Steps), text)
			}
		}
	}
	w := everything()
	w.Parts = []string{PartExport}
	poor := has("sagewarden", func(e *types.Export) {
		behind(" WHERE line_item_usage_account_id = '1'")(e)
		e.DataQuery.TableConfigurations[table][granularity] = "DAILY"
	})
	if p := plan(t, newCompany(t, poor), pays, w); len(p.Steps) > 0 || !strings.Contains(p.String(), "and is left alone: WHERE line_item_usage_account_id = '1'") {
		t.Errorf("one that lacks something besides: %s", p)
	}
	is, want := w.wanted("b", "p", "r"), w.wanted("b", "p", "r")
	if behind(" LIMIT 1")(is); same(is, want) {
		t.Error("a filtered export is taken for a whole one")
	}
}

// edited are exports that somebody has changed since.
type edited struct {
	Exports
	change func(*types.Export)
}

func (e edited) GetExport(ctx context.Context, in *bcmdataexports.GetExportInput, of ...func(*bcmdataexports.Options)) (*bcmdataexports.GetExportOutput, error) {
	out, err := e.Exports.GetExport(ctx, in, of...)
	if err == nil {
		e.change(out.Export)
	}
	return out, err
}

// TestExportsThatChanged: an export of which anything has changed since the plan is left alone, and so is one that has nothing to say any more.
func TestExportsThatChanged(t *testing.T) {
	for name, change := range map[string]func(*types.Export){
		"its columns": func(e *types.Export) { e.DataQuery.QueryStatement = aws.String("SELECT tags FROM " + table) },
		"its settings": func(e *types.Export) {
			e.DataQuery.TableConfigurations[table][view] = "arn:aws:billing::1:billingview/custom"
		},
		"its place": func(e *types.Export) { e.DestinationConfigurations.S3Destination.S3Bucket = aws.String("acme-eu") },
		"its form": func(e *types.Export) {
			e.DestinationConfigurations.S3Destination.S3OutputConfigurations.Overwrite = types.OverwriteOptionCreateNewReport
		},
		"its cadence":     func(e *types.Export) { e.RefreshCadence = nil },
		"its description": func(e *types.Export) { e.Description = aws.String("for the auditors") },
		"no query":        func(e *types.Export) { e.DataQuery = nil },
		"no place":        func(e *types.Export) { e.DestinationConfigurations = nil },
	} {
		c := newCompany(t, func(w *world.World) {
			has("sagewarden", func(e *types.Export) { e.DataQuery.TableConfigurations[table][granularity] = "DAILY" })(w)
			w.Accounts[0].Regions[0].Buckets[0].Policy = world.BillingPolicy("aws", "acme-billing", pays)
		})
		w := everything()
		w.Parts = []string{PartExport}
		p := plan(t, c, pays, w)
		if len(p.Steps) != 1 || p.Steps[0].Action != actUpdate {
			t.Fatalf("%s", p)
		}
		before, payer := len(c.server.Mutations()), c.payer(pays)
		payer.Exports = edited{payer.Exports, change}
		lines, _ := c.applyAs(t, payer, p)
		if len(lines) != 1 || !strings.HasPrefix(lines[0], "changed: update the export sagewarden of 111122223333: it has changed since") || len(c.server.Mutations()) != before {
			t.Errorf("%s: %v, %d changes", name, lines, len(c.server.Mutations())-before)
		}
	}
}

// TestBucketsThatChanged: right before an export is made or changed its bucket is looked at again, and a bill is put into none that is not as safe as it was.
func TestBucketsThatChanged(t *testing.T) {
	policy := world.BillingPolicy("aws", "acme-billing", pays)
	web := strings.Replace(policy, `"Statement":[`, `"Statement":[{"Sid":"Web","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-billing/*"},`, 1)
	s3Managed := &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAes256}
	for name, tt := range map[string]struct {
		meanwhile func(*testing.T, *Payer)
		want      string
	}{
		"no encryption": {func(_ *testing.T, p *Payer) { p.Bucket = locked{p.Bucket, nil} }, "the bucket acme-billing does not encrypt by default, other than"},
		"public access": {func(_ *testing.T, p *Payer) { p.Bucket = locked{p.Bucket, s3Managed} }, "the bucket acme-billing does not block all public access, other than"},
		"open":          {put(web), "is open to everybody by the statement Web"},
		"shut":          {put(`{"Version":"2012-10-17","Statement":[]}`), "does not let billing deliver, other than"},
		"garbled":       {put(`{"Version":"2012-10-17","Statement":[{"Effect":1}]}`), "the policy of the bucket acme-billing"},
		"nothing":       {func(*testing.T, *Payer) {}, ""},
	} {
		for _, action := range []string{actCreate, actUpdate} {
			c := newCompany(t, func(w *world.World) {
				if action == actUpdate {
					has("sagewarden", func(e *types.Export) { e.DataQuery.TableConfigurations[table][granularity] = "DAILY" })(w)
				}
				w.Accounts[0].Regions[0].Buckets[0].Policy = policy
			})
			w := everything()
			w.Parts = []string{PartExport}
			p, payer := plan(t, c, pays, w), c.payer(pays)
			if len(p.Steps) != 1 || p.Steps[0].Action != action {
				t.Fatalf("%s", p)
			}
			tt.meanwhile(t, payer)
			lines, _ := c.applyAs(t, payer, p)
			want := "changed: " + action + " the export sagewarden of 111122223333: "
			if tt.want == "" {
				want = "done: " + action
			}
			if name == "garbled" {
				want = "failed: " + action + " the export sagewarden of 111122223333: it could not be looked at again, and was left alone: "
			}
			if len(lines) != 1 || !strings.HasPrefix(lines[0], want) || !strings.Contains(lines[0], tt.want) {
				t.Errorf("%s, %s: %v", name, action, lines)
			}
		}
	}
}

// put puts a policy on the payer's bucket.
func put(policy string) func(*testing.T, *Payer) {
	return func(t *testing.T, p *Payer) {
		if _, err := p.Bucket.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("acme-billing"), Policy: &policy}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNobodyKnowsWhoPays: where the organization cannot be seen, nothing of billing is planned by a guess; an export is where a member's will do.
func TestNobodyKnowsWhoPays(t *testing.T) {
	for name, fault := range map[string]world.Fault{
		"denied":    {Operation: opOrganization, Error: "AccessDeniedException", Status: http.StatusBadRequest},
		"throttled": {Operation: opOrganization, Error: "ThrottlingException", Status: http.StatusBadRequest},
		"broken":    {Operation: opOrganization, Error: "InternalFailure", Status: http.StatusInternalServerError},
	} {
		for _, own := range []bool{false, true} {
			w := everything()
			w.Parts, w.Member = []string{PartExport, PartTags}, own
			p := plan(t, newCompany(t, func(w *world.World) { w.Faults = []*world.Fault{&fault} }), pays, w)
			var steps []string
			for _, s := range p.Steps {
				steps = append(steps, s.Action)
			}
			want := map[bool][]string{true: {actPolicy, actCreate}}[own]
			if text := p.String(); !slices.Equal(steps, want) || p.Holes() != 1 || !strings.Contains(text, "whether 111122223333 pays could not be seen") || strings.Contains(text, "--member says") == own {
				t.Errorf("%s, --member %t: %v\n%s", name, own, steps, text)
			}
		}
	}
}

// ailing are exports that AWS does not deliver.
type ailing struct{ Exports }

func (a ailing) ListExports(ctx context.Context, in *bcmdataexports.ListExportsInput, of ...func(*bcmdataexports.Options)) (*bcmdataexports.ListExportsOutput, error) {
	out, err := a.Exports.ListExports(ctx, in, of...)
	if err == nil {
		for i := range out.Exports {
			out.Exports[i].ExportStatus = &types.ExportStatus{StatusCode: types.ExportStatusCodeUnhealthy, StatusReason: types.ExecutionStatusReasonInsufficientPermission}
		}
	}
	return out, err
}

// TestUnhealthyExports: an export that AWS does not deliver will not do. Of ours the bucket is looked at: its policy is mended, or it is left for another.
func TestUnhealthyExports(t *testing.T) {
	const policy, create, update = actPolicy, actCreate, actUpdate
	for name, tt := range map[string]struct {
		whose  string
		change func(*types.Export)
		wish   func(*Wish)
		steps  []string
		want   string
	}{
		"another's":           {"other", nil, nil, []string{policy, create}, ""},
		"another's, alone":    {"other", nil, func(w *Wish) { w.Bucket = "" }, nil, "there is no healthy export with hourly lines and resources: name a bucket"},
		"ours":                {"sagewarden", nil, func(w *Wish) { w.Bucket = "" }, []string{policy}, ""},
		"ours, and no policy": {"sagewarden", nil, func(w *Wish) { w.Policy = false }, nil, `"aws:SourceAccount": "111122223333"`},
		"ours, and moved":     {"sagewarden", nil, func(w *Wish) { w.Bucket = "acme-eu" }, []string{policy, update}, "and no longer to s3://acme-billing/exports/sagewarden"},
		"ours, and poor":      {"sagewarden", func(e *types.Export) { e.DataQuery.TableConfigurations[table][resources] = no }, nil, []string{policy, update}, "it lacks resources"},
	} {
		c := newCompany(t, has(tt.whose, func(e *types.Export) {
			if tt.change != nil {
				tt.change(e)
			}
		}))
		w := everything()
		w.Parts = []string{PartExport}
		if tt.wish != nil {
			tt.wish(&w)
		}
		payer := c.payer(pays)
		payer.Exports = ailing{payer.Exports}
		p, err := New(t.Context(), payer, nil, w)
		if err != nil {
			t.Fatal(err)
		}
		var steps []string
		for _, s := range p.Steps {
			steps = append(steps, s.Action)
		}
		text := p.String()
		if !slices.Equal(steps, tt.steps) || strings.Contains(text, "ok: the export") || !strings.Contains(text, "AWS says that the export "+tt.whose+" is unhealthy: insufficient permission") || !strings.Contains(text, tt.want) {
			t.Errorf("%s: %v\n%s", name, steps, text)
		}
	}
}

// TestMovedExports: an update keeps what an export asks for besides, and where it was delivered to is said where that changes.
func TestMovedExports(t *testing.T) {
	poor := func(e *types.Export) {
		e.DataQuery.TableConfigurations[table][granularity] = "DAILY"
		e.DataQuery.TableConfigurations[table][discounts] = yes
		e.DataQuery.TableConfigurations[table][view] = "arn:aws:billing::111122223333:billingview/primary"
	}
	for bucket, moved := range map[string]bool{"": false, "acme-billing": false, "acme-eu": true} {
		w := everything()
		w.Parts, w.Bucket = []string{PartExport}, bucket
		p := plan(t, newCompany(t, has("sagewarden", poor)), pays, w)
		if len(p.Steps) != 2 || p.Steps[1].Action != actUpdate {
			t.Fatalf("%q: %s", bucket, p)
		}
		set := p.Steps[1].Export.DataQuery.TableConfigurations[table]
		if set[granularity] != hourly || set[discounts] != yes || set[view] == "" {
			t.Errorf("%q: %v", bucket, set)
		}
		if strings.Contains(p.String(), "and no longer to s3://acme-billing/exports/sagewarden") != moved {
			t.Errorf("%q: %s", bucket, p)
		}
	}
}

// TestSomebodyElsesBackfill: what somebody else has asked for since the plan is not taken for what was to be asked for.
func TestSomebodyElsesBackfill(t *testing.T) {
	for _, earlier := range []bool{false, true} {
		c := newCompany(t, nil)
		w := everything()
		w.Parts = []string{PartTags}
		ask := func(from string) {
			if _, err := c.payer(pays).Tags.StartCostAllocationTagBackfill(t.Context(), &costexplorer.StartCostAllocationTagBackfillInput{BackfillFrom: &from}); err != nil {
				t.Fatal(err)
			}
		}
		if earlier {
			ask("2026-02-01T00:00:00Z")
			c.ahead.Add(2 * 24 * 3600)
		}
		p := plan(t, c, pays, w)
		if len(p.Steps) != 2 || p.Steps[1].Action != actBackfill {
			t.Fatalf("%s", p)
		}
		ask("2025-12-01T00:00:00Z")
		before := len(c.server.Mutations())
		lines, d := c.apply(t, p)
		if len(lines) != 2 || !strings.HasPrefix(lines[1], "changed: show the tags on the bills of 111122223333 from 2025-12 on: somebody else has asked for a backfill since") ||
			!slices.Equal(d.ends, []settings.Outcome{settings.Done, settings.Changed}) || len(c.server.Mutations()) != before+1 {
			t.Errorf("%v", lines)
		}
	}
}
