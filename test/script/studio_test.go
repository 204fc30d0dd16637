package script

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/ledger"

	"github.com/sagewarden/sagewarden/internal/simulate/scenario"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// nativelyIdle are settings with the native idle shutdown on.
func nativelyIdle(scripts ...string) *types.UserSettings {
	return &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{LifecycleConfigArns: scripts,
		AppLifecycleManagement: &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{
			LifecycleManagement: types.LifecycleManagementEnabled, IdleTimeoutInMinutes: new(int32(120)),
		}}}}
}

// peopled is an account with a domain of people who sign in through IAM Identity Center.
func peopled(account, region, partition string, people int) *world.World {
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	life := world.Life{Created: at.Add(-24 * time.Hour)}
	arn := "arn:" + partition + ":sagemaker:" + region + ":" + account + ":studio-lifecycle-config/agent"
	script, onStart := "IyEvYmluL2Jhc2gK", "IyEvYmluL2Jhc2gK"
	d := &world.Domain{Life: life, ID: "d-people", Name: "people", AuthMode: "SSO", UserSettings: nativelyIdle(arn)}
	for i := range people {
		d.Users = append(d.Users, &world.User{Life: life, Name: fmt.Sprintf("user-%03d", i), SSOUser: "someone"})
	}
	d.Users[people-1].Settings = &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{
		AppLifecycleManagement: &types.AppLifecycleManagement{IdleSettings: &types.IdleSettings{LifecycleManagement: types.LifecycleManagementDisabled}}}}
	d.Spaces = []*world.Space{{Life: life, Name: "lab", Owner: "user-000", AppType: "JupyterLab", Sharing: "Private"}}
	r := &world.Region{Name: region, Domains: []*world.Domain{d}, Records: []*world.Record{
		{Family: world.StudioLifecycleConfig, Name: "agent", Life: life, Output: &sagemaker.DescribeStudioLifecycleConfigOutput{
			StudioLifecycleConfigAppType: types.StudioLifecycleConfigAppTypeJupyterLab, StudioLifecycleConfigContent: &script}},
		{Family: world.NotebookInstanceLifecycleConfig, Name: "start", Life: life, Output: &sagemaker.DescribeNotebookInstanceLifecycleConfigOutput{
			OnStart: []types.NotebookInstanceLifecycleHook{{Content: &onStart}}}},
		{Family: world.NotebookInstance, Name: "desk", Life: life, Output: &sagemaker.DescribeNotebookInstanceOutput{
			InstanceType: "ml.t3.medium", NotebookInstanceStatus: types.NotebookInstanceStatusInService, NotebookInstanceLifecycleConfigName: new("start")}},
	}}
	return &world.World{At: at, Accounts: []*world.Account{{ID: account, Name: "people", Partition: partition, Regions: []*world.Region{r}}}}
}

// TestCompliance: K1, every page of people is read, the one on the last is found. K3 and K10, nothing but lists and descriptions is
// called: no sign-in URL is ever made and no app is woken. K4, people who sign in through IAM Identity Center are as good as any.
// K11, China is no other case.
func TestCompliance(t *testing.T) {
	for _, place := range [][2]string{{"eu-west-1", "aws"}, {"cn-north-1", "aws-cn"}} {
		w := peopled("111111111111", place[0], place[1], 230)
		server := connect(t, w)
		t.Setenv("AWS_REGION", place[0])
		stdout, stderr, status := session(t, w, append([]string{"studio", "compliance", "-o", "csv", "--region", place[0]}, fast...))
		if status != 0 || stderr != "" {
			t.Fatalf("%s: exit status %d\n%s", place[0], status, stderr)
		}
		var lab []string
		for line := range strings.Lines(stdout) {
			if strings.HasPrefix(line, "uncovered,") && strings.Contains(line, ",JupyterLab,") {
				lab = append(lab, line)
			}
		}
		if len(lab) != 1 || !strings.Contains(lab[0], "user-229") || !strings.Contains(lab[0], "arn:"+place[1]+":") {
			t.Errorf("%s: %q", place[0], lab)
		}
		calls := server.Calls()
		for operation := range calls {
			_, verb, _ := strings.Cut(operation, ":")
			if !strings.HasPrefix(verb, "List") && !strings.HasPrefix(verb, "Describe") && !strings.HasPrefix(verb, "Get") {
				t.Errorf("%s was called", operation)
			}
		}
		if calls["sagemaker:ListUserProfiles"] != 3 || calls["sagemaker:DescribeUserProfile"] != 230 || calls["sagemaker:DescribeStudioLifecycleConfig"] != 1 {
			t.Errorf("%s: %v", place[0], calls)
		}
	}
}

// TestPrintedStudioPermissions: the policy of iam --for studio is enough for compliance, nothing of it is granted in vain, and without
// any one action something is said to be unseen.
func TestPrintedStudioPermissions(t *testing.T) {
	under := func(action string) (string, int, map[string]int) {
		w := peopled("111111111111", "us-east-1", "aws", 3)
		w.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIAREADER", Policies: []string{printed(t, w, "111111111111", "studio").without(t, action)}}}
		server := connect(t, w)
		stdout, stderr, status := session(t, w, append([]string{"studio", "compliance"}, fast...))
		return stdout + stderr, status, server.Calls()
	}
	text, status, asked := under("")
	if status != 0 {
		t.Fatalf("exit status %d under what is printed:\n%s", status, text)
	}
	actions := printed(t, peopled("111111111111", "us-east-1", "aws", 3), "111111111111", "studio").actions()
	for operation := range asked {
		if !slices.Contains(actions, operation) && operation != "sts:GetCallerIdentity" {
			t.Errorf("%s is called and not granted", operation)
		}
	}
	for _, action := range actions {
		if text, status, _ := under(action); status == 0 || !strings.Contains(text, action) {
			t.Errorf("without %s: exit status %d\n%s", action, status, text)
		}
	}
}

// TestEarlierRuns: what earlier runs left without an end is settled by looking at it, before anything is begun; what is not reached or not one's own is
// said. And what a change took away is kept.
func TestEarlierRuns(t *testing.T) {
	w := peopled("111111111111", "us-east-1", "aws", 3)
	connectTo(t, wire.Options{World: w, Writable: true})
	place := filepath.Join(t.TempDir(), "state.db")
	open := func(at time.Time) *ledger.Ledger {
		t.Helper()
		l, err := ledger.Open(t.Context(), place, ledger.Environment{Now: func() time.Time { return at }})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	const prefix = "arn:aws:sagemaker:us-east-1:111111111111:"
	l := open(w.At.Add(-time.Hour))
	for _, in := range []ledger.Intent{
		{Action: "sagemaker:UpdateUserProfile", Resource: prefix + "user-profile/d-people/user-000", Before: json.RawMessage(`{"level":"user-profile","domain":"d-people","name":"user-000",
			"resource":"` + prefix + `user-profile/d-people/user-000","before":{"JupyterLab":{}},"after":{"JupyterLab":{"idle":{"lifecycleManagement":"ENABLED"}}}}`)},
		{Action: "sagemaker:DeleteApp", Resource: prefix + "app/d-people/user-000/kernelgateway/gone", Before: json.RawMessage(`{"arn":"` + prefix + `app/d-people/user-000/kernelgateway/gone",
			"domain":"d-people","user":"user-000","type":"KernelGateway","app":"gone"}`)},
		{Action: "sagemaker:DeleteStudioLifecycleConfig", Resource: prefix + "studio-lifecycle-config/agent", Before: json.RawMessage(`{"action":"delete","resource":"` + prefix + `studio-lifecycle-config/agent","type":"JupyterLab"}`)},
		{Action: "sagemaker:UpdateDomain", Resource: "arn:aws:sagemaker:eu-west-1:222222222222:domain/d-far", Before: json.RawMessage(`{}`)},
		{Action: "sagemaker:DeleteApp", Resource: prefix + "app/d-people/user-001/kernelgateway/policy", Before: json.RawMessage(`{"of":"a policy"}`)},
	} {
		if _, err := l.Journal().Intend(in); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	stdout, stderr, status := session(t, w, append([]string{"studio", "compliance", "--domain", "d-people", "--fix", "native", "--idle", "60", "--apply", "--auto-approve", "--account", "111111111111", "--state", place}, fast...))
	if status != 0 || !strings.Contains(stdout, "done: "+prefix+"user-profile/d-people/user-002") {
		t.Errorf("exit status %d: %s", status, stdout)
	}
	for _, want := range []string{
		"user-profile/d-people/user-000 at 2026-03-02T14:00:00Z by an earlier run: failed, found unchanged by a later run",
		"kernelgateway/gone at 2026-03-02T14:00:00Z by an earlier run: done, found gone by a later run",
		"studio-lifecycle-config/agent at 2026-03-02T14:00:00Z by an earlier run: failed, found undone by a later run",
		"domain/d-far at 2026-03-02T14:00:00Z has no known end: it is in an account or region that this run does not reach",
		"kernelgateway/policy at 2026-03-02T14:00:00Z has no known end: look at it",
	} {
		if !strings.Contains(stderr, want) {
			t.Errorf("stderr lacks %q:\n%s", want, stderr)
		}
	}
	l = open(w.At)
	defer func() { _ = l.Close() }()
	done, err := l.Journal().Done(t.Context(), prefix+"user-profile/d-people/user-002")
	if err != nil || len(done) != 1 || !strings.Contains(string(done[0].Before), `"before":{"JupyterLab":{"idle":{"lifecycleManagement":"DISABLED"}}}`) || done[0].By == "" {
		t.Errorf("%+v, %v", done, err)
	}
	if left, err := l.Journal().Unsettled(t.Context()); err != nil || len(left) != 2 {
		t.Errorf("%d are left without an end: %v", len(left), err)
	}
}

// TestPrintedFixPermissions: what iam --for studio,studio-fix prints is enough to cover whoever nothing covers, in every sort of place, and none of what it adds is
// granted in vain.
func TestPrintedFixPermissions(t *testing.T) {
	const account, configs = "111111111111", "arn:aws:sagemaker:us-east-1:111111111111:"
	source := `
at: 2026-03-02T12:00:00Z
accounts:
  - id: 111111111111
    name: lab
    regions:
      - name: us-east-1
        domains:
          - id: d-lab
            users:
              - {name: ana}
              - {name: ben, settings: {JupyterLabAppSettings: {AppLifecycleManagement: {IdleSettings: {LifecycleManagement: DISABLED}}}}}
            spaces:
              - {name: own, owner: ana, appType: JupyterLab, sharing: Private, settings: {JupyterLabAppSettings: {AppLifecycleManagement: {IdleSettings: {IdleTimeoutInMinutes: 5000}}}}}
        records:
          - {family: notebook-instance, name: desk, ended: -1d}
          - {family: notebook-instance-lifecycle-config, name: start, describe: {OnStart: [{Content: IyEvYmluL2Jhc2gK}]}}
`
	fix := func(action string) (text string, failed bool, calls map[string]int) {
		w, err := scenario.Load("lab.yaml", strings.NewReader(source))
		if err != nil {
			t.Fatal(err)
		}
		w.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIAFIXER", Policies: []string{printed(t, w, account, "studio,studio-fix").without(t, action)}}}
		var ticks atomic.Int64
		server := connectTo(t, wire.Options{World: w, Writable: true, Now: func() time.Time { return w.At.Add(time.Duration(ticks.Add(1)) * 10 * time.Second) }})
		for _, remedy := range [][]string{{"native", "--idle", "120", "--max-idle", "240"}, {"agent", "--approve", configs + "notebook-instance-lifecycle-config/start"}} {
			stdout, stderr, status := session(t, w, slices.Concat([]string{"studio", "compliance", "--fix"}, remedy, []string{"--apply", "--auto-approve", "--account", account}, fast))
			text, failed = text+stdout+stderr, failed || status != 0
		}
		return text, failed, server.Calls()
	}
	text, failed, asked := fix("")
	if failed {
		t.Fatalf("under what is printed:\n%s", text)
	}
	for _, action := range settings.Operations {
		if asked[action] == 0 {
			t.Errorf("%s is granted and never asked\n%s", action, text)
		}
		if text, failed, _ := fix(action); !failed || !strings.Contains(text, action) {
			t.Errorf("without %s:\n%s", action, text)
		}
	}
}
