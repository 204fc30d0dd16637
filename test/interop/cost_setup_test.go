//go:build interop

package interop_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	cur "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice"
	"github.com/aws/aws-sdk-go-v2/service/organizations"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/sagewarden/sagewarden/internal/cost/setup"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// A modelled is the input of a call.
type modelled struct {
	Service   string          `json:"service"`
	Operation string          `json:"operation"`
	Input     json.RawMessage `json:"input"`
}

// TestQuickSight has others read what cost views quicksight writes: AWS's own models, cfn-lint, and moto, which is told what README.md says.
func TestQuickSight(t *testing.T) {
	v := peer(t)
	program := build(t)
	env := motoEnvironment(t, serveMoto(t, v))
	folder := t.TempDir()
	write := func(folder string, more ...string) {
		t.Helper()
		if r := try(t, env, program, append([]string{"cost", "views", "quicksight", "--database", "billing", "--tag", "team", "--tag", "cost-center", "--folder", folder}, more...)...); r.status != 0 {
			t.Fatalf("exit status %d\n%s", r.status, r.stderr)
		}
	}
	write(folder, "--user", "arn:aws:quicksight:eu-west-1:123456789012:user/default/ana")
	calls := []struct{ file, operation, command string }{{"data-source", "CreateDataSource", "create-data-source"}, {"data-set", "CreateDataSet", "create-data-set"},
		{"refresh-schedule", "CreateRefreshSchedule", ""}, {"dashboard", "CreateDashboard", "create-dashboard"}}

	t.Run("model", func(t *testing.T) {
		var all []modelled
		for _, c := range calls {
			text, err := os.ReadFile(filepath.Join(folder, c.file+".json"))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, modelled{"quicksight", c.operation, text})
		}
		var wrong []string
		v.script(t, env, "model.py", all, &wrong)
		for _, w := range wrong {
			t.Error(w)
		}
		var told []string
		v.script(t, env, "model.py", []modelled{{"quicksight", "CreateDataSource", json.RawMessage(`{"AwsAccountId":"none-of-mine","DataSourceId":"x","Name":"x","Type":"ATHENE"}`)}}, &told)
		if len(told) != 2 {
			t.Errorf("the model takes anything: %v", told)
		}
	})

	t.Run("moto", func(t *testing.T) {
		shell := terminal{t, v, env}
		for _, c := range calls {
			if c.command == "" { // moto has no schedules
				continue
			}
			var made map[string]any
			shell.aws(&made, "quicksight", c.command, "--cli-input-json", "file://"+filepath.Join(folder, c.file+".json"))
		}
		var shown struct {
			Dashboard struct{ DashboardID, Name string }
		}
		shell.aws(&shown, "quicksight", "describe-dashboard", "--aws-account-id", "123456789012", "--dashboard-id", "sagewarden")
		if shown.Dashboard.Name != "SageMaker bill" {
			t.Errorf("%+v", shown)
		}
	})

	t.Run("cfn-lint", func(t *testing.T) {
		l := linters(t)
		any := t.TempDir()
		write(any)
		cmd := exec.CommandContext(t.Context(), l.program("cfn-lint"), filepath.Join(folder, "template.json"), filepath.Join(any, "template.json"))
		cmd.Env = env
		if r := run(t, cmd); r.status != 0 {
			t.Errorf("exit status %d\n%s%s", r.status, r.stdout, r.stderr)
		}
	})
}

// A counter is what moto does not have of billing: it keeps the exports that are made, and holds them against nothing.
type counter struct {
	setup.Exports
	setup.Reports
	made []*types.Export
}

func (d *counter) ListExports(context.Context, *bcmdataexports.ListExportsInput, ...func(*bcmdataexports.Options)) (*bcmdataexports.ListExportsOutput, error) {
	out := &bcmdataexports.ListExportsOutput{}
	for _, e := range d.made {
		out.Exports = append(out.Exports, types.ExportReference{ExportArn: e.Name, ExportName: e.Name})
	}
	return out, nil
}

func (d *counter) GetExport(context.Context, *bcmdataexports.GetExportInput, ...func(*bcmdataexports.Options)) (*bcmdataexports.GetExportOutput, error) {
	return &bcmdataexports.GetExportOutput{Export: d.made[0]}, nil
}

func (d *counter) CreateExport(_ context.Context, in *bcmdataexports.CreateExportInput, _ ...func(*bcmdataexports.Options)) (*bcmdataexports.CreateExportOutput, error) {
	d.made = append(d.made, in.Export)
	return &bcmdataexports.CreateExportOutput{}, nil
}

func (d *counter) DescribeReportDefinitions(context.Context, *cur.DescribeReportDefinitionsInput, ...func(*cur.Options)) (*cur.DescribeReportDefinitionsOutput, error) {
	return &cur.DescribeReportDefinitionsOutput{}, nil
}

// notes is a journal that keeps nothing.
type notes struct{}

func (notes) Intend(string, string, any) (string, error)    { return "", nil }
func (notes) Settle(string, settings.Outcome, string) error { return nil }

// TestSetupOfABucket: what setup asks of S3 and Organizations, moto answers; what it puts beside a policy stays S3's language; and the export that it makes is of
// AWS's own model.
func TestSetupOfABucket(t *testing.T) {
	v := peer(t)
	url := serveMoto(t, v)
	const account = "123456789012"
	cfg := aws.Config{Region: "us-east-1", BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("testing", "testing", ""), RetryMaxAttempts: 1}
	buckets := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := buckets.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("acme-billing"),
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}}); err != nil {
		t.Fatal(err)
	}
	theirs := `{"Version":"2012-10-17","Statement":[{"Sid":"TLS","Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::acme-billing","arn:aws:s3:::acme-billing/*"],"Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}`
	if _, err := buckets.PutBucketPolicy(t.Context(), &s3.PutBucketPolicyInput{Bucket: aws.String("acme-billing"), Policy: &theirs}); err != nil {
		t.Fatal(err)
	}
	billing := &counter{}
	payer := &setup.Payer{Target: estate.Target{Partition: "aws", Account: account, Region: "us-east-1"}, Exports: billing, Reports: billing, Bucket: buckets,
		Organization: organizations.NewFromConfig(cfg), Now: time.Now}
	wish := setup.Wish{Parts: []string{setup.PartExport}, Export: "sagewarden", Bucket: "nobodys-bucket", Prefix: "exports", Policy: true}
	plan := func() *setup.Plan {
		t.Helper()
		p, err := setup.New(t.Context(), payer, nil, wish)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if text := plan().String(); !strings.Contains(text, "there is no bucket nobodys-bucket") {
		t.Errorf("%s", text)
	}
	wish.Bucket = "acme-billing"
	if text := plan().String(); !strings.Contains(text, "the bucket acme-billing does not encrypt by default") { // as buckets of moto, and those of AWS that are old
		t.Errorf("%s", text)
	}
	if _, err := buckets.PutBucketEncryption(t.Context(), &s3.PutBucketEncryptionInput{Bucket: &wish.Bucket, ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{
		Rules: []s3types.ServerSideEncryptionRule{{ApplyServerSideEncryptionByDefault: &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAes256}}}}}); err != nil {
		t.Fatal(err)
	}
	p := plan()
	text := p.String()
	for _, want := range []string{"ok: 123456789012 is in no organization", "let billing deliver to s3://acme-billing", "create the export sagewarden", "does not block all public access"} {
		if !strings.Contains(text, want) {
			t.Errorf("want %q:\n%s", want, text)
		}
	}
	for _, r := range (setup.Engine{Payer: payer, Journal: notes{}}).Apply(t.Context(), p, func(setup.Result) {}) {
		if r.Outcome != settings.Done {
			t.Errorf("%s", r)
		}
	}
	got, err := buckets.GetBucketPolicy(t.Context(), &s3.GetBucketPolicyInput{Bucket: aws.String("acme-billing")})
	if err != nil || !strings.Contains(*got.Policy, `"Sid":"TLS"`) || !strings.Contains(*got.Policy, "bcm-data-exports.amazonaws.com") {
		t.Errorf("%v: %+v", err, got)
	}
	if again := plan(); len(again.Steps) > 0 || !strings.Contains(again.String(), "ok: the export sagewarden has hourly lines") {
		t.Errorf("again: %s", again)
	}
	if len(billing.made) != 1 {
		t.Fatalf("%d exports were made", len(billing.made))
	}
	input, err := json.Marshal(map[string]any{"Export": trimmed(t, billing.made[0])})
	if err != nil {
		t.Fatal(err)
	}
	var wrong []string
	v.script(t, environment(t), "model.py", []modelled{{"bcm-data-exports", "CreateExport", input}}, &wrong)
	for _, w := range wrong {
		t.Error(w)
	}
}

// trimmed is a structure without what is not said.
func trimmed(t *testing.T, of any) any {
	t.Helper()
	text, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	var trim func(any) any
	trim = func(tree any) any {
		if m, ok := tree.(map[string]any); ok {
			for name, member := range m {
				if member == nil {
					delete(m, name)
					continue
				}
				m[name] = trim(member)
			}
		}
		return tree
	}
	return trim(tree)
}
