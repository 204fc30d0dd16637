package install

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sagewarden/sagewarden/internal/estate"
)

const (
	old   = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/sagewarden-agent-jupyterlab-0000000000aa"
	fresh = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/sagewarden-agent-jupyterlab-0000000000bb"
	other = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/sagewarden-agent-of-mine"
)

// TestNext: what others have attached stays, in its order, and so does their default unless somebody says otherwise.
func TestNext(t *testing.T) {
	for _, tt := range []struct {
		name  string
		now   Attached
		arn   string
		force bool
		want  Attached
	}{
		{"nothing there", Attached{}, fresh, false, Attached{[]string{fresh}, fresh}},
		{"beside another", Attached{[]string{other}, other}, fresh, false, Attached{[]string{other, fresh}, other}},
		{"before another", Attached{[]string{other}, other}, fresh, true, Attached{[]string{other, fresh}, fresh}},
		{"another without a default", Attached{[]string{other}, ""}, fresh, false, Attached{[]string{other, fresh}, fresh}},
		{"anew", Attached{[]string{old, other}, old}, fresh, false, Attached{[]string{other, fresh}, fresh}},
		{"again", Attached{[]string{fresh, other}, fresh}, fresh, false, Attached{[]string{fresh, other}, fresh}},
		{"removed", Attached{[]string{other, fresh}, fresh}, "", false, Attached{[]string{other}, ""}},
		{"removed beside a default", Attached{[]string{other, old}, other}, "", false, Attached{[]string{other}, other}},
		{"nothing to remove", Attached{[]string{other}, other}, "", false, Attached{[]string{other}, other}},
	} {
		if diff := cmp.Diff(tt.want, next(tt.now, tt.arn, tt.force)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// A house answers for a domain and its one user profile.
type house struct {
	Studio
	domain, user types.UserSettings
}

func (h house) DescribeDomain(context.Context, *sagemaker.DescribeDomainInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeDomainOutput, error) {
	return &sagemaker.DescribeDomainOutput{DomainArn: aws.String("domain"), DefaultUserSettings: &h.domain}, nil
}

func (h house) DescribeUserProfile(context.Context, *sagemaker.DescribeUserProfileInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeUserProfileOutput, error) {
	return &sagemaker.DescribeUserProfileOutput{UserProfileArn: aws.String("user"), UserSettings: &h.user}, nil
}

func (h house) DescribeStudioLifecycleConfig(context.Context, *sagemaker.DescribeStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.DescribeStudioLifecycleConfigOutput, error) {
	return nil, &smithy.GenericAPIError{Code: "ResourceNotFound", Message: "no"}
}

// TestInherited: a profile that names a lifecycle configuration no longer has the domain's, so that it is given those as well; and the domain's default
// stays its default.
func TestInherited(t *testing.T) {
	h := house{domain: types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{LifecycleConfigArns: []string{other},
		DefaultResourceSpec: &types.ResourceSpec{LifecycleConfigArn: aws.String(other)}}}}
	plan, err := New(t.Context(), h, estate.Target{Partition: "aws", Region: "eu-west-1", Account: "111122223333"},
		Wish{Domain: "d-1", Users: []string{"ana"}, Types: Types[:1], Script: []byte("#!/bin/bash")})
	if err != nil {
		t.Fatal(err)
	}
	got := plan.Steps[len(plan.Steps)-1].After["JupyterLab"]
	if len(got.ARNs) != 2 || got.ARNs[0] != other || got.Default != other || len(plan.Notes) != 1 {
		t.Errorf("%+v, notes %v", got, plan.Notes)
	}
}

// TestWith: all other settings of an app type are sent as they were, since AWS replaces them whole.
func TestWith(t *testing.T) {
	image := aws.String("arn:aws:sagemaker:eu-west-1:111122223333:image/mine")
	was := settings{lab: &types.JupyterLabAppSettings{CodeRepositories: []types.CodeRepository{{RepositoryUrl: aws.String("https://example.com/r")}},
		DefaultResourceSpec: &types.ResourceSpec{SageMakerImageArn: image}}}
	got := was.with(map[string]Attached{"JupyterLab": {ARNs: []string{other}, Default: other}})
	want := &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{CodeRepositories: was.lab.CodeRepositories, LifecycleConfigArns: []string{other},
		DefaultResourceSpec: &types.ResourceSpec{SageMakerImageArn: image, LifecycleConfigArn: aws.String(other)}}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(types.UserSettings{}, types.JupyterLabAppSettings{}, types.ResourceSpec{}, types.CodeRepository{})); diff != "" {
		t.Error(diff)
	}
	if got := was.with(map[string]Attached{"JupyterLab": {}}).JupyterLabAppSettings; got.LifecycleConfigArns == nil || got.DefaultResourceSpec.LifecycleConfigArn != nil {
		t.Errorf("nothing is taken off by %+v", got)
	}
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TestScript runs the script as Studio does, with an AWS CLI that copies from a folder. The app starts whatever happens: the script ends at once and with 0.
func TestScript(t *testing.T) {
	const agent = "#!/bin/bash\necho \"$@\" >$HOME/ran; cat agent.json >>$HOME/ran\n"
	settings := `{"note": "'quoted' \"$(reboot)\""}`
	for _, tt := range []struct {
		name, served, aws string
		want, log         string
	}{
		{name: "well", served: agent, aws: "#!/bin/bash\ncp \"$SERVED\" \"$5\"\n", want: "--config HOME/.sagewarden/agent.json --home HOME\n" + `{"note":"'quoted' \"$(reboot)\""}`},
		{name: "another file", served: "#!/bin/bash\ntouch $HOME/ran\n", aws: "#!/bin/bash\ncp \"$SERVED\" \"$5\"\n", log: "is not what was to be installed"},
		{name: "denied", served: agent, aws: "#!/bin/bash\nexit 1\n", log: "could not fetch s3://tools/agent"},
		{name: "no AWS CLI", served: agent, log: "could not fetch s3://tools/agent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			p := Package{Agent: "s3://tools/agent", SHA256: digestOf(agent), Settings: []byte(settings)}
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			text, err := p.Script(false)
			if err != nil {
				t.Fatal(err)
			}
			run(t, home, string(text), tt.served, tt.aws)
			ran, _ := os.ReadFile(filepath.Join(home, "ran"))
			if got := strings.ReplaceAll(string(ran), home, "HOME"); got != tt.want {
				t.Errorf("the agent ran with %q, want %q", got, tt.want)
			}
			log, _ := os.ReadFile(filepath.Join(home, ".sagewarden", "install.log"))
			if !strings.Contains(string(log), tt.log) {
				t.Errorf("log %q lacks %q", log, tt.log)
			}
			if tt.want == "" {
				return
			}
			// Again, with nothing to fetch from: what is there and of the right digest is started.
			if err := os.Remove(filepath.Join(home, "ran")); err != nil {
				t.Fatal(err)
			}
			run(t, home, string(text), tt.served, "#!/bin/bash\nexit 1\n")
			if _, err := os.Stat(filepath.Join(home, "ran")); err != nil {
				t.Error("it was not started again")
			}
		})
	}
}

// run runs a script, and waits until all that it has begun in the background has ended: only then does the pipe that they inherit end.
func run(t *testing.T, home, script, served, aws string) {
	t.Helper()
	bin := t.TempDir()
	file := filepath.Join(bin, "served")
	if err := os.WriteFile(file, []byte(served), 0o600); err != nil {
		t.Fatal(err)
	}
	if aws != "" {
		if err := os.WriteFile(filepath.Join(bin, "aws"), []byte(aws), 0o700); err != nil { //nolint:gosec // it is run
			t.Fatal(err)
		}
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	c := exec.CommandContext(t.Context(), "bash", "-c", script)
	c.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "HOME=" + home, "SERVED=" + file}
	c.ExtraFiles = []*os.File{w}
	out, err := c.CombinedOutput()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil || len(out) > 0 {
		t.Fatalf("the script ended with %v: %s", err, out)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		t.Fatal(err)
	}
}

func TestPackage(t *testing.T) {
	good := Package{Agent: "s3://tools/agent", SHA256: digestOf(""), Settings: []byte("{}")}
	for want, change := range map[string]func(*Package){
		"--agent:":            func(p *Package) { p.Agent = "s3://tools/$(reboot)" },
		"is not a place":      func(p *Package) { p.Agent = "https://tools/agent" },
		"--sha256:":           func(p *Package) { p.SHA256 = "sha256:" + p.SHA256 },
		"--extension:":        func(p *Package) { p.Extension = "s3://tools/'" },
		"--extension-sha256:": func(p *Package) { p.Extension = "s3://tools/panel.tar.gz" },
		"has no effect":       func(p *Package) { p.ExtensionSHA256 = p.SHA256 },
		"this is no JSON":     func(p *Package) { p.Settings = []byte("{") },
	} {
		p := good
		change(&p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", p, err, want)
		}
	}
	good.Settings = []byte(`{"rates":"` + strings.Repeat("x", 12_000) + `"}`)
	if _, err := good.Script(false); err == nil || !strings.Contains(err.Error(), "AWS takes 16384") {
		t.Errorf("%v", err)
	}
}

// A silent journal takes everything, or nothing.
type silent struct{ full error }

func (s silent) Intend(Step) (string, error) { return "", s.full }
func (s silent) Settle(string, error) error  { return nil }

// A renovated house counts the changes of its domain.
type renovated struct {
	*house
	updates int
}

func (r *renovated) UpdateDomain(context.Context, *sagemaker.UpdateDomainInput, ...func(*sagemaker.Options)) (*sagemaker.UpdateDomainOutput, error) {
	r.updates++
	return &sagemaker.UpdateDomainOutput{}, nil
}

func (r *renovated) CreateStudioLifecycleConfig(context.Context, *sagemaker.CreateStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.CreateStudioLifecycleConfigOutput, error) {
	return &sagemaker.CreateStudioLifecycleConfigOutput{}, nil
}

// TestApply: what has changed since the plan was shown is not touched, and neither is what cannot be written down.
func TestApply(t *testing.T) {
	for _, tt := range []struct {
		name      string
		meanwhile []string
		journal   silent
		want      string
		updates   int
	}{
		{name: "the same", updates: 1},
		{name: "another one attached", meanwhile: []string{other}, want: "have changed since they were planned for"},
		{name: "no journal", journal: silent{errors.New("disk full")}, want: "disk full"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &renovated{house: &house{}}
			plan, err := New(t.Context(), r, estate.Target{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}, Wish{Domain: "d-1", Types: Types[:1], Script: []byte("#!/bin/bash")})
			if err != nil {
				t.Fatal(err)
			}
			r.domain.JupyterLabAppSettings = &types.JupyterLabAppSettings{LifecycleConfigArns: tt.meanwhile}
			err = plan.Apply(t.Context(), r, tt.journal, func(Step) {})
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) || r.updates != tt.updates {
				t.Errorf("%v after %d updates", err, r.updates)
			}
		})
	}
}
