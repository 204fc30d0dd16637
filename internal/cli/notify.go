package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/notify"
	"github.com/sagewarden/sagewarden/internal/report"
)

func newNotify(env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "Check and try how people are told",
		Long:  "Notify has the commands for the channels, people and templates that notify: in sagewarden.yaml describes.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newNotifyCheck(env), newNotifyTest(env))
	return cmd
}

// templatesDir is the folder of templates, which the file names as seen from where it is itself.
func templatesDir(f *config.File) string {
	dir := f.Notify.Templates
	if dir == "" || filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(filepath.Dir(f.Path), dir)
}

func newNotifyCheck(env Env) *cobra.Command {
	var f configFlags
	var format string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check channels, people, templates and links, and send nothing",
		Long: "Check opens every channel with its secrets, sees that everybody can be reached, and tries the templates on letters of every sort.\n\n" +
			"Exit status: 0 fine, 1 something would fail, 2 usage, 4 some cannot be told.",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			out, err := checkOptions(env, format)
			if err != nil {
				return err
			}
			file, err := f.configuration(env)
			if err != nil {
				return err
			}
			checks := notify.Check(file.Notify, templatesDir(file), notifyEnvironment(env, ""))
			if err := report.Checks(env.Stdout, checks, out); err != nil {
				return err
			}
			level := func(l estate.Level) bool {
				return slices.ContainsFunc(checks, func(c estate.Check) bool { return c.Level == l })
			}
			switch {
			case level(estate.Fail):
				return status(exitFailed)
			case level(estate.Warn):
				return status(exitHoles)
			}
			return nil
		},
	}
	f.add(cmd)
	addCheckFormat(cmd, &format)
	return cmd
}

// notifyTestFlags say what is tried on whom.
type notifyTestFlags struct {
	configFlags
	channel, to, template, profile string
}

func newNotifyTest(env Env) *cobra.Command {
	var f notifyTestFlags
	cmd := &cobra.Command{
		Use:     "test",
		Short:   "Send an example through a channel",
		Long:    "Test sends a notice of two resources that do not exist through a channel, to see that it comes, and how it looks.",
		Example: "  sagewarden notify test --channel mail --to ana\n  sagewarden notify test --channel screen --template weekly",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env) },
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.channel, "channel", "", "the channel, by its name in the configuration file")
	fl.StringVar(&f.to, "to", "", "person or group that it is for (default: the fallback)")
	fl.StringVar(&f.template, "template", "", "template to use (default: notice)")
	fl.StringVar(&f.profile, "profile", "", "AWS profile that SES and SNS are called with (default: the SDK's credential chain)")
	return cmd
}

func (f *notifyTestFlags) run(ctx context.Context, env Env) error {
	file, err := f.configuration(env)
	if err != nil {
		return err
	}
	declared, known := file.Notify.Channels[f.channel]
	if !known {
		return usagef("--channel: %q is no channel of the configuration file", f.channel)
	}
	to := f.to
	if to == "" {
		to = file.Notify.Fallback
	}
	if to == "" {
		return usagef("--to: name a person or a group of the configuration file")
	}
	environment := notifyEnvironment(env, f.profile)
	channel, err := notify.OpenChannel(declared, environment)
	if err != nil {
		return &estate.Error{Op: "open the channel", On: f.channel, Err: err}
	}
	links, err := notify.OpenLinks(file.Notify.Links, environment)
	if err != nil {
		return err
	}
	templates, err := notify.ReadTemplates(templatesDir(file))
	if err != nil {
		return err
	}
	office, err := notify.NewOffice(file.Notify, templates)
	if err != nil {
		return err
	}
	notices, gaps, err := office.Sample(env.Now(), to, f.channel, f.template)
	if err != nil {
		return &estate.Error{Op: "write a notice", Err: err}
	}
	for _, g := range gaps {
		return &estate.Error{Op: "tell", On: g.To, Err: errors.New(g.Why)}
	}
	for _, n := range notices {
		to, _ := office.Directory().Lookup(n.To)
		if err := channel.Send(ctx, notify.MessageOf(n, to, links)); err != nil {
			return err
		}
		note(env, fmt.Sprintf("%s has taken the notice %s for %s", f.channel, n.ID, n.To))
	}
	return nil
}
