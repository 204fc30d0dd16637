package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/install"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/studio"
)

// installFlags say what is installed, and where.
type installFlags struct {
	awsFlags
	changeFlags
	pack                     install.Package
	wish                     install.Wish
	domain                   string
	users, spaces, notebooks []string
	uploads                  []string
	to, kmsKey               string
	settings, format         string
	kinds                    []string
	shared                   bool
	remove, print, notebook  bool
}

func newInstall(env Env) *cobra.Command {
	var f installFlags
	cmd := &cobra.Command{
		Use:   "install --domain ID --agent S3 --sha256 DIGEST",
		Short: "Plan to have Studio start the agent, in a domain, user profiles, spaces or notebook instances, and do it with --apply",
		Long: "Install makes a lifecycle configuration that fetches the agent from S3, verifies its digest and starts it in the background, and attaches it beside\n" +
			"those that are there. The app starts whatever goes wrong. It changes nothing without --apply, which asks first; what it has changed is read back.\n" +
			"--remove takes it off again, and puts back what it had taken the place of.\n\n" +
			"Exit status: 0 fine, 1 failed or not everything was done, 2 usage.",
		Example: "  sagewarden studio install --domain d-abc --upload bin/sagewarden-agent-linux-amd64 --upload bin/labextension.tar.gz --to s3://ml-tools/sagewarden/\n" +
			"  sagewarden studio install --domain d-abc --agent s3://ml-tools/sagewarden-agent-linux-amd64 --sha256 $(sha256sum < bin/sagewarden-agent-linux-amd64 | cut -d' ' -f1)\n" +
			"  sagewarden studio install --notebook-instance risk --agent s3://ml-tools/sagewarden-agent-linux-amd64 --sha256 9f86…\n" +
			"  sagewarden studio install --domain d-abc --remove --apply",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.reach(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.domain, "domain", "", "the Studio domain, by its id")
	fl.StringArrayVar(&f.users, "user", nil, "the user profile, in place of the domain's own settings; repeatable")
	fl.BoolVar(&f.shared, "shared", false, "the domain's defaults of shared spaces, in place of those of people")
	fl.StringArrayVar(&f.spaces, "space", nil, "the space, which chooses among what is attached for it already, in place of the domain's own settings; repeatable")
	fl.StringArrayVar(&f.notebooks, "notebook-instance", nil, "the notebook instance, while it is stopped; repeatable")
	fl.StringArrayVar(&f.kinds, "type", nil, "only apps of this type, JupyterLab, CodeEditor or JupyterServer (default: the first two); repeatable")
	fl.StringVar(&f.pack.Agent, "agent", "", "place of the agent for linux/amd64 in S3")
	fl.StringVar(&f.pack.SHA256, "sha256", "", "digest of the agent")
	fl.StringVar(&f.pack.AgentARM64, "agent-arm64", "", "place of the agent for linux/arm64 in S3, for instances with Graviton")
	fl.StringVar(&f.pack.ARM64SHA256, "sha256-arm64", "", "digest of the agent for linux/arm64")
	fl.StringVar(&f.pack.Extension, "extension", "", "place of the panel's archive, bin/labextension.tar.gz, in S3")
	fl.StringVar(&f.pack.ExtensionSHA256, "extension-sha256", "", "digest of the panel's archive")
	fl.StringArrayVar(&f.uploads, "upload", nil, "agent or panel's archive to put to S3 first, in place of the flags that name it there; repeatable")
	fl.StringVar(&f.to, "to", "", "with --upload: the place in S3, like s3://bucket/tools/")
	fl.StringVar(&f.kmsKey, "kms-key", "", "with --upload: the ARN of the KMS key that encrypts (default: the bucket's default encryption)")
	fl.StringVar(&f.settings, "settings", "", "file with the agent's configuration (default: one with which it stops nothing)")
	fl.BoolVar(&f.wish.BuiltIn, "built-in", false, "start it before whichever lifecycle configuration is chosen, in place of making it the default")
	fl.BoolVar(&f.wish.Default, "default", false, "make it the default, or built in, also where another lifecycle configuration is")
	fl.BoolVar(&f.remove, "remove", false, "take off what was installed")
	fl.BoolVar(&f.print, "print", false, "print the script, and call nothing")
	fl.BoolVar(&f.notebook, "notebook", false, "with --print: the script for a notebook instance's start")
	fl.StringVarP(&f.format, "output", "o", planFormats[0], "form of the plan: "+strings.Join(planFormats, ", "))
	f.register(cmd)
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(planFormats, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("type", cobra.FixedCompletions(install.Types, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var bucketPlace = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9/_.+=@-]*)?$`)

func (f *installFlags) check() error {
	f.wish.Types = install.Usual
	if len(f.kinds) > 0 {
		f.wish.Types = nil
	}
	for _, k := range f.kinds {
		i := slices.IndexFunc(install.Types, func(t string) bool { return strings.EqualFold(t, k) })
		if i < 0 {
			return usagef("--type: %q is none of %s", k, strings.Join(install.Types, ", "))
		}
		f.wish.Types = append(f.wish.Types, install.Types[i])
	}
	inDomain := len(f.users) > 0 || len(f.spaces) > 0 || f.shared
	what := slices.ContainsFunc([]string{"agent", "sha256", "agent-arm64", "sha256-arm64", "extension", "extension-sha256", "upload", "to", "kms-key", "settings"}, f.given)
	switch {
	case f.notebook && !f.print:
		return usagef("--notebook says which script to print: add --print, or name the instance with --notebook-instance")
	case f.print && (f.apply || f.remove || f.wish.Default || f.wish.BuiltIn || f.domain != "" || inDomain || len(f.notebooks) > 0 || len(f.uploads) > 0):
		return usagef("--print calls nothing: leave out --domain, --user, --shared, --space, --notebook-instance, --default, --built-in, --upload, --apply and --remove")
	case !f.print && f.domain == "" && (inDomain || len(f.notebooks) == 0):
		return usagef("--domain is missing: name the Studio domain")
	case f.remove && (what || f.wish.Default || f.wish.BuiltIn):
		return usagef("--remove takes off whatever was installed: leave out what is to be installed, --default and --built-in")
	case f.wish.Default && f.wish.BuiltIn && len(f.spaces) > 0:
		return usagef("a space has no lifecycle configuration built in: leave out --built-in or --space")
	case (len(f.uploads) > 0) != (f.to != "") || f.kmsKey != "" && len(f.uploads) == 0:
		return usagef("--upload takes a place with --to, and --to and --kms-key have no effect without it")
	case f.to != "" && !bucketPlace.MatchString(f.to):
		return usagef("--to: %q is not a place in S3 like s3://bucket/tools/", f.to)
	}
	f.reads = f.remove
	return f.changeFlags.check(f.format, f.users, f.spaces, f.notebooks)
}

// places are those that the flags name.
func (f *installFlags) places() (all []settings.Place) {
	add := func(level settings.Level, names ...string) {
		for _, n := range names {
			all = append(all, settings.Place{Level: level, Domain: f.domain, Name: n})
		}
	}
	if f.domain != "" && len(f.users) == 0 && len(f.spaces) == 0 && !f.shared {
		add(settings.LevelDomain, "")
	}
	if f.shared {
		add(settings.LevelShared, "")
	}
	add(settings.LevelProfile, f.users...)
	add(settings.LevelSpace, f.spaces...)
	for _, n := range f.notebooks {
		all = append(all, settings.Place{Level: settings.LevelNotebook, Name: n})
	}
	return all
}

// script renders what is to run.
func (f *installFlags) script() error {
	if f.remove {
		return nil
	}
	f.pack.Settings = []byte("{}")
	if f.settings != "" {
		if _, err := studio.ReadConfig(f.settings, true); err != nil { // or every agent would end at its start
			return err
		}
		text, err := os.ReadFile(f.settings)
		if err != nil {
			return &estate.Error{Op: "read settings", On: f.settings, Err: errors.Unwrap(err)}
		}
		f.pack.Settings = text
	}
	for _, file := range f.uploads {
		u, err := install.NewUpload(file, f.to, f.kmsKey)
		if err == nil {
			err = u.Add(&f.pack)
		}
		if err != nil {
			return err
		}
		f.wish.Uploads = append(f.wish.Uploads, u)
	}
	if err := f.pack.Check(); err != nil {
		return usageError{err}
	}
	var err error
	if f.wish.Script, err = f.pack.Script(false); err == nil {
		f.wish.OnStart, err = f.pack.Script(true)
	}
	if err != nil {
		return &estate.Error{Op: "render", On: "the lifecycle configuration", Err: err}
	}
	return nil
}

// approvals are the digests that compliance takes for what is attached.
func (f *installFlags) approvals(env Env) {
	if f.notebook || len(f.notebooks) > 0 {
		note(env, "approve it for notebook instances with: sagewarden studio compliance --approve "+install.Digest(f.wish.OnStart))
	}
	if !f.notebook && f.domain != "" || f.print && !f.notebook {
		note(env, "approve it with: sagewarden studio compliance --approve "+install.Digest(f.wish.Script))
	}
}

func (f *installFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := f.script(); err != nil {
		return err
	}
	if f.print {
		text := f.wish.Script
		if f.notebook {
			text = f.wish.OnStart
		}
		_, err := env.Stdout.Write(text)
		f.approvals(env)
		return err
	}
	c, opened, err := f.open(ctx, env, options)
	if err != nil {
		return err
	}
	defer func() { _ = f.printStats(env, c) }()
	if len(opened.Sessions) != 1 {
		return usagef("a domain is in one account and region, and %d are named: name its own with --profile and --region", len(opened.Sessions))
	}
	s := opened.Sessions[0]
	if err := f.meant([]estate.Target{s.Target()}); err != nil {
		return err
	}
	f.wish.Places = f.places()
	f.wish.Past = func(resource string) ([]settings.Change, error) { return f.past(ctx, env, resource) }
	plan, err := install.New(ctx, s.SageMaker(), s.S3(), s.Target(), f.wish)
	if err != nil {
		return err
	}
	if f.format == "table" {
		_, err = fmt.Fprint(env.Stdout, plan)
		if !f.remove {
			f.approvals(env)
		}
	}
	if err == nil && f.apply && len(plan.Steps) > 0 {
		return f.carryOut(ctx, env, s, plan)
	}
	if f.format == "json" {
		err = printJSON(env, plan)
	}
	return err
}

// carryOut asks, and does it.
func (f *installFlags) carryOut(ctx context.Context, env Env, s *cloud.Session, plan *install.Plan) error {
	sessions := []*cloud.Session{s}
	j, err := f.openJournal(ctx, env, f.file, sessions)
	if err != nil {
		return err
	}
	defer func() { _ = j.Close() }()
	if !f.sure {
		if err := confirm(ctx, env, fmt.Sprintf("Change %d things", len(plan.Steps)), []estate.Target{s.Target()}); err != nil {
			return err
		}
	}
	e := install.Engine{Studio: s.SageMaker(), Bucket: s.S3(), Journal: j, Wait: env.Wait}
	results := e.Apply(ctx, plan, func(r install.Result) {
		if f.format == "table" {
			_, _ = fmt.Fprintln(env.Stdout, report.Line(r.String()))
		}
	})
	if f.format == "json" {
		if err := printJSON(env, struct {
			*install.Plan
			Results []install.Result `json:"results"`
		}{plan, results}); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(results, func(r install.Result) bool { return r.Outcome != settings.Done }) {
		return status(exitFailed)
	}
	return nil
}

// past are the earlier changes of a resource's settings, newest first.
func (f *installFlags) past(ctx context.Context, env Env, resource string) (all []settings.Change, err error) {
	l, err := openLedger(ctx, env, f.file, f.state)
	if err != nil {
		return nil, err
	}
	defer func() { _ = l.Close() }()
	done, err := l.Journal().Done(ctx, resource)
	for _, in := range done {
		var c settings.Change
		if slices.Contains(settings.Updates, in.Action) && json.Unmarshal(in.Before, &c) == nil {
			all = append(all, c)
		}
	}
	return all, err
}

func printJSON(env Env, value any) error {
	enc := json.NewEncoder(env.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(value)
}
