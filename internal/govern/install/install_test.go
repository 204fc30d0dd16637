package install

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

const other = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/sagewarden-agent-of-mine"

var (
	target = estate.Target{Partition: "aws", Region: "eu-west-1", Account: "111122223333"}

	domain   = settings.Place{Level: settings.LevelDomain, Domain: "d-1"}
	shared   = settings.Place{Level: settings.LevelShared, Domain: "d-1"}
	ana      = settings.Place{Level: settings.LevelProfile, Domain: "d-1", Name: "ana"}
	lab      = settings.Place{Level: settings.LevelSpace, Domain: "d-1", Name: "lab"}
	team     = settings.Place{Level: settings.LevelSpace, Domain: "d-1", Name: "team"}
	desk     = settings.Place{Level: settings.LevelNotebook, Name: "desk"}
	occupied = settings.Place{Level: settings.LevelNotebook, Name: "occupied"}
)

// A scene is a simulated domain with what has been done to it.
type scene struct {
	t *testing.T
	*sagemaker.Client
	bucket  *s3.Client
	server  *wire.Server
	journal notes
}

// notes are a journal in memory.
type notes struct {
	intents []struct {
		Operation, Resource string
		Undo                []byte
	}
	outcomes []settings.Outcome
}

func (n *notes) Intend(operation, resource string, undo any) (string, error) {
	text, err := json.Marshal(undo)
	n.intents = append(n.intents, struct {
		Operation, Resource string
		Undo                []byte
	}{operation, resource, text})
	return "", err
}

func (n *notes) Settle(_ string, o settings.Outcome, _ string) error {
	n.outcomes = append(n.outcomes, o)
	return nil
}

// open is a domain in which other is the default of JupyterLab: of people where taken says so.
func open(t *testing.T, taken bool) *scene {
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	life := world.Life{Created: at.Add(-24 * time.Hour)}
	d := &world.Domain{Life: life, ID: "d-1", Users: []*world.User{{Life: life, Name: "ana"}}, Spaces: []*world.Space{
		{Life: life, Name: "lab", Owner: "ana", AppType: "JupyterLab", Sharing: "Private"}, {Life: life, Name: "team", Owner: "ana", AppType: "JupyterLab", Sharing: "Shared"}},
		Apps: []*world.App{{Life: life, Space: "lab", Type: "JupyterLab", Name: "default", InstanceType: "ml.t3.medium", Status: "InService"}}}
	if taken {
		d.UserSettings = &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{LifecycleConfigArns: []string{other},
			CodeRepositories:    []types.CodeRepository{{RepositoryUrl: aws.String("https://example.com/r")}},
			DefaultResourceSpec: &types.ResourceSpec{LifecycleConfigArn: aws.String(other), InstanceType: "ml.m5.large"}}}
	}
	script := func(f world.Family, name string, output any) *world.Record {
		return &world.Record{Family: f, Name: name, Life: life, Output: output}
	}
	stopped := func(name, script string) *world.Record {
		out := &sagemaker.DescribeNotebookInstanceOutput{InstanceType: "ml.t3.medium"}
		if script != "" {
			out.NotebookInstanceLifecycleConfigName = &script
		}
		return &world.Record{Family: world.NotebookInstance, Name: name, Life: life, Status: string(types.NotebookInstanceStatusStopped), Output: out}
	}
	r := &world.Region{Name: "eu-west-1", Domains: []*world.Domain{d}, Buckets: []*world.Bucket{{Life: life, Name: "tools"}}, Records: []*world.Record{
		script(world.StudioLifecycleConfig, "sagewarden-agent-of-mine", &sagemaker.DescribeStudioLifecycleConfigOutput{StudioLifecycleConfigAppType: "JupyterLab", StudioLifecycleConfigContent: aws.String("IyEK")}),
		script(world.NotebookInstanceLifecycleConfig, "own", &sagemaker.DescribeNotebookInstanceLifecycleConfigOutput{OnStart: []types.NotebookInstanceLifecycleHook{{Content: aws.String("IyEK")}}}),
		stopped("desk", ""), stopped("occupied", "own"),
		{Family: world.NotebookInstance, Name: "runs", Life: life, Status: "InService", Output: &sagemaker.DescribeNotebookInstanceOutput{InstanceType: "ml.t3.medium"}},
	}}
	calls := 0
	server, err := wire.New(wire.Options{Writable: true, Now: func() time.Time { calls++; return at.Add(time.Duration(calls) * 10 * time.Second) },
		World: &world.World{At: at, Accounts: []*world.Account{{ID: "111122223333", Name: "a", Partition: "aws", Regions: []*world.Region{r}}}}})
	if err != nil {
		t.Fatal(err)
	}
	h := httptest.NewServer(server)
	t.Cleanup(h.Close)
	cfg := aws.Config{Region: "eu-west-1", BaseEndpoint: &h.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM111122223333", "simulated", "")}
	return &scene{t: t, Client: sagemaker.NewFromConfig(cfg), server: server, bucket: s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })}
}

// plan is what there is to do.
func (s *scene) plan(w Wish) *Plan {
	s.t.Helper()
	if w.Types == nil {
		w.Types = Usual
	}
	w.Past = s.past
	p, err := New(s.t.Context(), s.Client, s.bucket, target, w)
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *scene) past(resource string) (all []settings.Change, err error) {
	for i, in := range slices.Backward(s.journal.intents) {
		var c settings.Change
		if in.Resource == resource && slices.Contains(settings.Updates, in.Operation) && s.journal.outcomes[i] == settings.Done {
			if err := json.Unmarshal(in.Undo, &c); err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// do carries a wish out, whole, after which there is nothing left of it to do.
func (s *scene) do(w Wish) *Plan {
	s.t.Helper()
	p := s.plan(w)
	e := Engine{Studio: s.Client, Bucket: s.bucket, Journal: &s.journal, Wait: func(context.Context, time.Duration) error { return nil }}
	for _, r := range e.Apply(s.t.Context(), p, func(Result) {}) {
		if r.Outcome != settings.Done {
			s.t.Fatal(r)
		}
	}
	if again := s.plan(w); len(again.Steps) > 0 {
		s.t.Errorf("done, there is left to do: %s", again)
	}
	return p
}

// says is what a place says of an app type.
func (s *scene) says(p settings.Place, appType string) settings.App {
	s.t.Helper()
	now, err := settings.Read(s.t.Context(), s.Client, p)
	if err != nil {
		s.t.Fatal(err)
	}
	return now.Apps[appType]
}

func wish(script string, places ...settings.Place) Wish {
	return Wish{Places: places, Script: []byte(script), OnStart: []byte(script + "notebook")}
}

func arn(appType, script string) string {
	return target.SageMakerARN(studioConfig + name(appType, []byte(script)))
}

// TestInstallAndRemove: whatever is installed, another version takes its place, and what is removed leaves what was there before: also the
// default that it had replaced, and no lifecycle configuration of ours.
func TestInstallAndRemove(t *testing.T) {
	for _, tt := range []struct {
		name   string
		taken  bool
		places []settings.Place
		look   settings.Place
		app    string
		change func(*Wish)
		want   settings.App // without the scripts
	}{
		{name: "a domain", places: []settings.Place{domain}, look: domain, app: settings.JupyterLab, want: settings.App{Script: arn("JupyterLab", "v2")}},
		{name: "Code Editor", places: []settings.Place{domain}, look: domain, app: settings.CodeEditor, want: settings.App{Script: arn("CodeEditor", "v2")}},
		{name: "beside a default", taken: true, places: []settings.Place{domain}, look: domain, app: settings.JupyterLab, want: settings.App{Script: other, Instance: "ml.m5.large"}},
		{name: "in the place of a default", taken: true, places: []settings.Place{domain}, look: domain, app: settings.JupyterLab, change: func(w *Wish) { w.Default = true },
			want: settings.App{Script: arn("JupyterLab", "v2"), Instance: "ml.m5.large"}},
		{name: "built in", taken: true, places: []settings.Place{domain}, look: domain, app: settings.JupyterLab, change: func(w *Wish) { w.BuiltIn = true },
			want: settings.App{Script: other, BuiltIn: arn("JupyterLab", "v2"), Instance: "ml.m5.large"}},
		{name: "classic", places: []settings.Place{domain}, look: domain, app: settings.JupyterServer, change: func(w *Wish) { w.Types = []string{settings.JupyterServer} },
			want: settings.App{Script: arn("JupyterServer", "v2"), Instance: "system"}},
		{name: "shared spaces", places: []settings.Place{shared}, look: shared, app: settings.JupyterLab, want: settings.App{Script: arn("JupyterLab", "v2")}},
		{name: "a shared space and its defaults", places: []settings.Place{shared, team}, look: shared, app: settings.JupyterLab, want: settings.App{Script: arn("JupyterLab", "v2")}},
		{name: "a profile keeps what it inherited", taken: true, places: []settings.Place{ana}, look: ana, app: settings.JupyterLab, want: settings.App{Script: other, Instance: "ml.m5.large"}},
		{name: "a space follows its domain", taken: true, places: []settings.Place{domain, lab}, look: lab, app: settings.JupyterLab, change: func(w *Wish) { w.Default = true },
			want: settings.App{}},
		{name: "a notebook instance", places: []settings.Place{desk}, look: desk, app: settings.Notebook, want: settings.App{Script: name("notebook", []byte("v2notebook"))}},
		{name: "a notebook instance in the place of its own", places: []settings.Place{occupied}, look: occupied, app: settings.Notebook, change: func(w *Wish) { w.Default = true },
			want: settings.App{Script: name("notebook", []byte("v2notebook"))}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := open(t, tt.taken)
			before := s.says(tt.look, tt.app)
			for _, version := range []string{"v1", "v2"} {
				w := wish(version, tt.places...)
				if tt.change != nil {
					tt.change(&w)
				}
				s.do(w)
			}
			got := s.says(tt.look, tt.app)
			if len(got.Scripts) > 2 || slices.Contains(got.Scripts, arn(tt.app, "v1")) {
				t.Errorf("the first version is still attached: %q", got.Scripts)
			}
			got.Scripts = nil
			if !got.Equal(tt.want) {
				t.Errorf("installed, it says %+v, want %+v", got, tt.want)
			}
			w := Wish{Places: tt.places}
			if tt.change != nil {
				tt.change(&w)
			}
			s.do(w)
			after := s.says(tt.look, tt.app)
			if after.Script != before.Script && after.Script != other || after.BuiltIn != before.BuiltIn {
				t.Errorf("removed, it says %+v, and said %+v", after, before)
			}
			left, err := configs(t.Context(), s.Client)
			if err != nil || len(left) > 0 {
				t.Errorf("%q are left: %v", left, err)
			}
			if d := s.says(domain, settings.JupyterLab); tt.taken && (d.Script != other || !slices.Equal(d.Scripts, []string{other})) {
				t.Errorf("the domain says %+v", d)
			}
			now, err := settings.Read(t.Context(), s.Client, domain)
			out, err2 := s.DescribeDomain(t.Context(), &sagemaker.DescribeDomainInput{DomainId: aws.String("d-1")})
			if err != nil || err2 != nil || tt.taken && len(out.DefaultUserSettings.JupyterLabAppSettings.CodeRepositories) != 1 {
				t.Errorf("a sibling is lost: %+v %v %v", now, err, err2)
			}
		})
	}
}

// TestLeftAlone: what others attached to a notebook instance, one that runs, and a lifecycle configuration that something names or that holds something else
// than its name says are left alone, and said so.
func TestLeftAlone(t *testing.T) {
	s := open(t, false)
	p := s.plan(wish("v1", occupied, settings.Place{Level: settings.LevelNotebook, Name: "runs"}))
	if notes := strings.Join(p.Notes, "\n"); len(p.Steps) > 0 || !strings.Contains(notes, "occupied starts with own") || !strings.Contains(notes, "runs is InService") {
		t.Errorf("%s", p)
	}
	s.do(wish("v1", domain, ana))
	alien := arn("JupyterLab", "alien")
	if _, err := s.CreateStudioLifecycleConfig(t.Context(), &sagemaker.CreateStudioLifecycleConfigInput{StudioLifecycleConfigName: aws.String(last(alien)), StudioLifecycleConfigAppType: "JupyterLab",
		StudioLifecycleConfigContent: aws.String("IyEK")}); err != nil {
		t.Fatal(err)
	}
	p = s.do(Wish{Places: []settings.Place{domain}})
	notes := strings.Join(p.Notes, "\n")
	if !strings.Contains(notes, "user-profile ana names it") || !strings.Contains(notes, alien+" has the name of one of ours and holds something else") {
		t.Errorf("%q", notes)
	}
	if _, err := New(t.Context(), s.Client, s.bucket, target, Wish{Places: []settings.Place{domain}, Types: Usual, Script: []byte("alien")}); err == nil || !strings.Contains(err.Error(), "holds something else") {
		t.Errorf("%v", err)
	}
	w := wish("v1", team)
	w.Types = Usual
	if _, err := New(t.Context(), s.Client, s.bucket, target, w); err == nil || !strings.Contains(err.Error(), "the agent is not among them") {
		t.Errorf("%v", err)
	}
}

// TestSpaceChooses: a space takes by default what its domain only offers, and chooses nothing any more where it is removed.
func TestSpaceChooses(t *testing.T) {
	s := open(t, true)
	s.do(wish("v1", domain))
	w := wish("v1", lab)
	w.Default = true
	s.do(w)
	if got := s.says(lab, settings.JupyterLab); got.Script != arn("JupyterLab", "v1") || got.Instance != "ml.m5.large" {
		t.Errorf("it says %+v", got)
	}
	s.do(Wish{Places: []settings.Place{lab}})
	if got := s.says(lab, settings.JupyterLab); got.Script != "" {
		t.Errorf("removed, it says %+v", got)
	}
}

// TestRunningApp: a lifecycle configuration with which an app runs is not deleted.
func TestRunningApp(t *testing.T) {
	s := open(t, false)
	s.do(wish("v1", domain))
	if _, err := s.CreateApp(t.Context(), &sagemaker.CreateAppInput{DomainId: aws.String("d-1"), SpaceName: aws.String("team"), AppType: "JupyterLab", AppName: aws.String("default"),
		ResourceSpec: &types.ResourceSpec{InstanceType: "ml.t3.medium", LifecycleConfigArn: aws.String(arn("JupyterLab", "v1"))}}); err != nil {
		t.Fatal(err)
	}
	if p := s.do(Wish{Places: []settings.Place{domain}}); !strings.Contains(strings.Join(p.Notes, "\n"), "an app that runs, default of team, names it") {
		t.Errorf("%s", p)
	}
}

// TestUpload: what is put to S3 is known by its content, has its digest in its name, and is verified where it lies.
func TestUpload(t *testing.T) {
	s := open(t, false)
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	header := func(machine byte) string { // of a 64-bit ELF file for a machine
		h := make([]byte, 64)
		copy(h, "\x7fELF\x02\x01\x01")
		h[16], h[18], h[20], h[52], h[54], h[58] = 2, machine, 1, 64, 56, 64
		return string(h)
	}
	var p Package
	w := wish("v1", domain)
	for _, f := range []string{file("amd", header(62)), file("arm", header(183)), file("panel", "\x1f\x8b panel")} {
		u, err := NewUpload(f, "s3://tools/sagewarden", "")
		if err == nil {
			err = u.Add(&p)
		}
		if err != nil {
			t.Fatal(err)
		}
		w.Uploads = append(w.Uploads, u)
	}
	p.Settings = []byte("{}")
	if err := p.Check(); err != nil {
		t.Error(err)
	}
	if want := "s3://tools/sagewarden/sagewarden-agent-linux-arm64-" + digestOf(header(183))[:12]; p.AgentARM64 != want || p.ARM64SHA256 != digestOf(header(183)) {
		t.Errorf("%+v, want %s", p, want)
	}
	if err := w.Uploads[0].Add(&p); err == nil {
		t.Error("two agents for one machine")
	}
	for name, content := range map[string]string{"a text": "hello", "another machine": header(8)} {
		if _, err := NewUpload(file("bad", content), "s3://tools/", ""); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	s.do(w)
	if n := s.server.Calls()["s3:PutObject"]; n != 3 || s.journal.intents[0].Operation != "s3:PutObject" {
		t.Errorf("%d files were put, and the journal has %+v", n, s.journal.intents)
	}
	// What lies there and was put by other means is not believed.
	planted := w.Uploads[0]
	planted.Key += "0"
	if _, err := s.bucket.PutObject(t.Context(), &s3.PutObjectInput{Bucket: &planted.Bucket, Key: &planted.Key, Body: strings.NewReader("other")}); err != nil {
		t.Fatal(err)
	}
	if _, err := planted.There(t.Context(), s.bucket); err == nil || !strings.Contains(err.Error(), "does not vouch") {
		t.Errorf("%v", err)
	}
}

// A deaf client makes nothing, and says whether it may have.
type deaf struct {
	Studio
	err error
}

func (d deaf) CreateStudioLifecycleConfig(context.Context, *sagemaker.CreateStudioLifecycleConfigInput, ...func(*sagemaker.Options)) (*sagemaker.CreateStudioLifecycleConfigOutput, error) {
	return nil, d.err
}

// TestApply: the first step that is not done ends the run, and what is told of it is what was seen.
func TestApply(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want settings.Outcome
	}{{&types.ResourceLimitExceeded{}, settings.Refused}, {nil, settings.Unsettled}, {context.DeadlineExceeded, settings.Unsettled}} {
		s := open(t, false)
		e := Engine{Studio: deaf{s.Client, tt.err}, Journal: &s.journal}
		p := s.plan(wish("v1", domain))
		results := e.Apply(t.Context(), p, func(Result) {})
		if len(results) != 1 || results[0].Outcome != tt.want || len(p.Steps) != 3 {
			t.Errorf("%v: %v", tt.err, results)
		}
		// Later, it is looked at once more.
		if o, _, known := Settle(t.Context(), s.Client, s.bucket, p.Steps[0], time.Hour); o != settings.Refused || !known {
			t.Errorf("%v: settled as %s, %v", tt.err, o, known)
		}
		if o, _, known := Settle(t.Context(), s.Client, s.bucket, p.Steps[0], time.Second); o != settings.Unsettled || known {
			t.Errorf("%v: settled as %s, %v", tt.err, o, known)
		}
		s.do(wish("v1", domain))
		if o, _, known := Settle(t.Context(), s.Client, s.bucket, p.Steps[0], time.Second); o != settings.Done || !known {
			t.Errorf("%v: settled as %s, %v", tt.err, o, known)
		}
	}
}

func digestOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// TestScript runs the script as Studio does, with an AWS CLI that copies from a folder. The app starts whatever happens: the script ends at once and with 0.
// It takes what images have and the agent, a single static file: row K6 had a library that was not there.
func TestScript(t *testing.T) {
	const agent = "#!/bin/bash\necho \"$@\" >$HOME/ran; cat agent.json >>$HOME/ran\n"
	settings := `{"note": "'quoted' \"$(reboot)\""}`
	for _, tt := range []struct {
		name, served, aws string
		machine           string
		want, log         string
	}{
		{name: "well", served: agent, aws: "#!/bin/bash\ncp \"$SERVED\" \"$5\"\n", want: "--config HOME/.sagewarden/agent.json --home HOME\n" + `{"note":"'quoted' \"$(reboot)\""}`},
		{name: "on Graviton", machine: "aarch64", served: agent, aws: "#!/bin/bash\n[[ $4 == s3://tools/graviton ]] && cp \"$SERVED\" \"$5\"\n", want: "--config HOME/.sagewarden/agent.json --home HOME\n" + `{"note":"'quoted' \"$(reboot)\""}`},
		{name: "on a machine for which there is none", machine: "riscv64", served: agent, log: "there is no agent for riscv64"},
		{name: "another file", served: "#!/bin/bash\ntouch $HOME/ran\n", aws: "#!/bin/bash\ncp \"$SERVED\" \"$5\"\n", log: "is not what was to be installed"},
		{name: "denied", served: agent, aws: "#!/bin/bash\nexit 1\n", log: "could not fetch s3://tools/agent"},
		{name: "no AWS CLI", served: agent, log: "could not fetch s3://tools/agent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			p := Package{Agent: "s3://tools/agent", SHA256: digestOf(agent), AgentARM64: "s3://tools/graviton", ARM64SHA256: digestOf(agent), Settings: []byte(settings)}
			if err := p.Check(); err != nil {
				t.Fatal(err)
			}
			text, err := p.Script(false)
			if err != nil {
				t.Fatal(err)
			}
			run(t, home, string(text), tt.served, tt.aws, tt.machine)
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
			run(t, home, string(text), tt.served, "#!/bin/bash\nexit 1\n", tt.machine)
			if _, err := os.Stat(filepath.Join(home, "ran")); err != nil {
				t.Error("it was not started again")
			}
		})
	}
}

// run runs a script, and waits until all that it has begun in the background has ended: only then does the pipe that they inherit end.
func run(t *testing.T, home, script, served, aws, machine string) {
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
	if err := os.WriteFile(filepath.Join(bin, "uname"), []byte("#!/bin/bash\necho "+cmp.Or(machine, "x86_64")+"\n"), 0o700); err != nil { //nolint:gosec // it is run
		t.Fatal(err)
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
		"--agent:":                     func(p *Package) { p.Agent = "s3://tools/$(reboot)" },
		"is not a place":               func(p *Package) { p.Agent = "https://tools/agent" },
		"--sha256:":                    func(p *Package) { p.SHA256 = "sha256:" + p.SHA256 },
		"--agent-arm64:":               func(p *Package) { p.AgentARM64 = "s3://tools/'" },
		"--sha256-arm64:":              func(p *Package) { p.AgentARM64 = "s3://tools/graviton" },
		"--sha256-arm64 has no effect": func(p *Package) { p.ARM64SHA256 = p.SHA256 },
		"--sha256 has no effect":       func(p *Package) { p.Agent, p.AgentARM64, p.ARM64SHA256 = "", p.Agent, p.SHA256 },
		"--extension:":                 func(p *Package) { p.Extension = "s3://tools/'" },
		"--extension-sha256:":          func(p *Package) { p.Extension = "s3://tools/panel.tar.gz" },
		"has no effect":                func(p *Package) { p.ExtensionSHA256 = p.SHA256 },
		"this is no JSON":              func(p *Package) { p.Settings = []byte("{") },
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
