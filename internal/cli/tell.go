package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/notify"
)

// notifyFlags say who is told.
type notifyFlags struct {
	addresses []string
	log       string
}

func (f *notifyFlags) register(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVar(&f.addresses, "notify", nil, "tell by sns:ARN, smtp://HOST:587?from=A&to=B, or slack:VARIABLE that holds a webhook; repeatable")
	fl.StringVar(&f.log, "notify-log", "", "file that remembers what was told, so that the same is not told again")
}

// A told is a channel with its address.
type told struct {
	address string
	notify.Channel
}

// channels opens who is to be told, with the caller's own credentials, before anything is read.
func (f *notifyFlags) channels(env Env, profile string) ([]told, *notify.Log, error) {
	if len(f.addresses) == 0 {
		if f.log != "" {
			return nil, nil, usagef("--notify-log: nobody is told anything: add --notify")
		}
		return nil, nil, nil
	}
	var all []told
	for _, a := range f.addresses {
		c, err := notify.Parse(a, notifyEnvironment(env, profile))
		if err != nil {
			return nil, nil, usagef("--notify: %w", err)
		}
		all = append(all, told{a, c})
	}
	log, err := notify.OpenLog(f.log)
	return all, log, err
}

// notifyEnvironment is what channels need, with the profile's credentials.
func notifyEnvironment(env Env, profile string) notify.Environment {
	return notify.Environment{Getenv: env.Getenv, Stdout: env.Stdout, Now: env.Now, AWS: func(ctx context.Context, region string) (aws.Config, error) {
		return loadConfig(ctx, awsconfig.WithRegion(region), awsconfig.WithSharedConfigProfile(profile))
	}}
}

// tell tells the notice through all channels that do not know the fact yet. News says that there is something to tell even to who was
// never told anything. A channel that fails keeps none of the others from it.
func tell(ctx context.Context, env Env, channels []told, log *notify.Log, n notify.Message, fact string, news bool) error {
	var failed []error
	for _, c := range channels {
		name, _, _ := strings.Cut(c.address, "?")
		if log.Knows(c.address, fact) || !news && log.Silent(c.address) {
			continue
		}
		if err := c.Send(ctx, n); err != nil {
			failed = append(failed, err)
			continue
		}
		note(env, "told "+name)
		failed = append(failed, log.Add(c.address, fact))
	}
	return errors.Join(failed...)
}
