package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/install"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/studio"
)

// installFlags say what is installed, and where.
type installFlags struct {
	awsFlags
	changeFlags
	pack                    install.Package
	wish                    install.Wish
	settings, format        string
	kinds                   []string
	remove, print, notebook bool
}

func newInstall(env Env) *cobra.Command {
	var f installFlags
	cmd := &cobra.Command{
		Use:   "install --domain ID --agent S3 --sha256 DIGEST",
		Short: "Plan to have Studio start the agent, for a domain or for user profiles, and do it with --apply",
		Long: "Install makes a lifecycle configuration that fetches the agent from S3, verifies its digest and starts it in the background, and attaches it beside\n" +
			"those that are there. The app starts whatever goes wrong. It changes nothing without --apply, which asks first; --remove takes it off again.\n\n" +
			"Exit status: 0 fine, 1 failed, 2 usage.",
		Example: "  sagewarden studio install --domain d-abc --agent s3://ml-tools/sagewarden-agent-linux-amd64 --sha256 $(sha256sum < bin/sagewarden-agent-linux-amd64 | cut -d' ' -f1)\n" +
			"  sagewarden studio install --print --notebook --agent s3://ml-tools/sagewarden-agent-linux-amd64 --sha256 9f86…\n" +
			"  sagewarden studio install --domain d-abc --remove --apply",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.reach(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.wish.Domain, "domain", "", "the Studio domain, by its id")
	fl.StringArrayVar(&f.wish.Users, "user", nil, "the user profile, in place of the domain's own settings; repeatable")
	fl.StringArrayVar(&f.kinds, "type", nil, "only apps of this type, JupyterLab or CodeEditor (default: both); repeatable")
	fl.StringVar(&f.pack.Agent, "agent", "", "place of the agent for linux/amd64 in S3")
	fl.StringVar(&f.pack.SHA256, "sha256", "", "digest of the agent")
	fl.StringVar(&f.pack.Extension, "extension", "", "place of the panel's archive, bin/labextension.tar.gz, in S3")
	fl.StringVar(&f.pack.ExtensionSHA256, "extension-sha256", "", "digest of the panel's archive")
	fl.StringVar(&f.settings, "settings", "", "file with the agent's configuration (default: one with which it stops nothing)")
	fl.BoolVar(&f.wish.Default, "default", false, "make it the default also where another lifecycle configuration is")
	fl.BoolVar(&f.remove, "remove", false, "take off what was installed")
	fl.BoolVar(&f.print, "print", false, "print the script, and call nothing")
	fl.BoolVar(&f.notebook, "notebook", false, "with --print: the script for a notebook instance's start")
	fl.StringVarP(&f.format, "output", "o", planFormats[0], "form of the plan: "+strings.Join(planFormats, ", "))
	f.register(cmd)
	return cmd
}

func (f *installFlags) check() error {
	for _, k := range install.Types {
		if len(f.kinds) == 0 || slices.ContainsFunc(f.kinds, func(w string) bool { return strings.EqualFold(w, string(k)) }) {
			f.wish.Types = append(f.wish.Types, k)
		}
	}
	switch i := slices.IndexFunc(f.kinds, func(w string) bool {
		return !slices.ContainsFunc(install.Types, func(k types.StudioLifecycleConfigAppType) bool { return strings.EqualFold(w, string(k)) })
	}); {
	case i >= 0:
		return usagef("--type: %q is neither JupyterLab nor CodeEditor", f.kinds[i])
	case f.notebook && !f.print:
		return usagef("--notebook: a notebook instance's script is printed, and attached by hand: add --print")
	case f.print && (f.apply || f.remove || f.wish.Default || f.wish.Domain != "" || len(f.wish.Users) > 0):
		return usagef("--print calls nothing: leave out --domain, --user, --default, --apply and --remove")
	case !f.print && f.wish.Domain == "":
		return usagef("--domain is missing: name the Studio domain")
	case f.remove && (f.pack.Agent != "" || f.pack.SHA256 != "" || f.pack.Extension != "" || f.pack.ExtensionSHA256 != "" || f.settings != "" || f.wish.Default):
		return usagef("--remove takes off whatever was installed: leave out what is to be installed, and --default")
	}
	return f.changeFlags.check(f.format, f.wish.Users)
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
	if err := f.pack.Check(); err != nil {
		return usageError{err}
	}
	var err error
	if f.wish.Script, err = f.pack.Script(f.notebook); err != nil {
		return &estate.Error{Op: "render", On: "the lifecycle configuration", Err: err}
	}
	return nil
}

func (f *installFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := f.script(); err != nil {
		return err
	}
	if f.print {
		_, err := env.Stdout.Write(f.wish.Script)
		note(env, "approve it with: sagewarden studio compliance --approve "+install.Digest(f.wish.Script))
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
	plan, err := install.New(ctx, s.SageMaker(), s.Target(), f.wish)
	if err != nil {
		return err
	}
	if f.format == "json" {
		enc := json.NewEncoder(env.Stdout)
		enc.SetIndent("", "  ")
		err = enc.Encode(plan)
	} else {
		_, err = fmt.Fprint(env.Stdout, plan)
		if f.wish.Script != nil && err == nil {
			note(env, "approve it with: sagewarden studio compliance --approve "+install.Digest(f.wish.Script))
		}
	}
	if err != nil || !f.apply || len(plan.Steps) == 0 {
		return err
	}
	j, err := f.openJournal(ctx, env, f.file)
	if err != nil {
		return err
	}
	defer func() { _ = j.Close() }()
	if !f.sure {
		if err := confirm(ctx, env, fmt.Sprintf("Change %d things", len(plan.Steps)), []estate.Target{s.Target()}); err != nil {
			return err
		}
	}
	return plan.Apply(ctx, s.SageMaker(), installJournal{j, s.Principal()}, func(done install.Step) {
		note(env, "done: "+done.String())
	})
}

// An installJournal writes the changes of settings down.
type installJournal struct {
	ledger.Journal
	by string
}

// Intend keeps the whole step: what was attached before is what undoing takes.
func (j installJournal) Intend(s install.Step) (string, error) {
	before, err := json.Marshal(s)
	if err != nil {
		return "", err
	}
	return j.Journal.Intend(ledger.Intent{Action: "studio install: " + s.Action, Resource: s.Resource, By: j.by, Before: before})
}

// Settle keeps how it ended.
func (j installJournal) Settle(id string, err error) error {
	switch {
	case cloud.Uncertain(err):
		return nil // nobody knows: the next run says so
	case err != nil:
		return j.Journal.Settle(id, ledger.Failed, err.Error())
	}
	return j.Journal.Settle(id, ledger.Done, "")
}
