package cli

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsconfig "github.com/aws/aws-sdk-go-v2/config"
	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

func newDemo(env Env) *cobra.Command {
	var keep, all, stats bool
	var listen, format, at string
	var seed int64
	var top int
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Scan a simulated organization: no AWS account needed",
		Long: "Demo starts a simulated AWS organization on this machine, scans it over the real AWS protocols, and prints what is idle. Then it\n" +
			"reads the organization's bill, and prints which team pays what, and how much of that went to no use.\n" +
			"With --keep it goes on listening, and says how the AWS CLI, boto3 or sagewarden in another shell can talk to it.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := loopback(listen, "sim", "the simulated organization checks no signature"); err != nil {
				return err
			}
			w, err := loadWorld(env, "", seed, at)
			if err != nil {
				return err
			}
			file, remove, err := scratch()
			if err != nil {
				return err
			}
			defer remove()
			s, err := simulate(w, listen, file, false)
			if err != nil {
				return err
			}
			defer s.close()

			flags := awsFlags{reachFlags: reachFlags{configFlags: configFlags{file: config.Default()}}, regions: s.regions(), stats: stats}
			f := scanFlags{outputFlags: outputFlags{format: format, all: all, top: top}, evidenceFlags: evidenceFlags{awsFlags: flags}}
			for _, a := range w.Accounts {
				f.profiles = append(f.profiles, profile(a))
			}
			options := cloud.Options{Limits: cloud.NoLimits(), Load: func(ctx context.Context, opts ...func(*awsconfig.LoadOptions) error) (aws.Config, error) {
				// A region of the environment may be one that the organization has not switched on.
				return loadConfig(ctx, append(opts, awsconfig.WithRegion(s.regions()[0]), awsconfig.WithSharedConfigFiles([]string{file}), awsconfig.WithSharedCredentialsFiles(nil), awsconfig.WithBaseEndpoint(s.url))...)
			}}
			next := []string{"sagewarden demo --top 0 --all", "sagewarden demo --keep", "sagewarden scan --region all   (your own account, read-only)"}
			if keep {
				next = nil
			} else if duck.Available {
				next = slices.Insert(next, 2, "sagewarden sim bill -o bill && sagewarden cost import bill --lake lake && sagewarden cost report --lake lake")
				f.then = func(ctx context.Context, snap *estate.Snapshot, o report.Options) error {
					return demoBill(ctx, env, w, snap, o)
				}
			}
			if err := runScan(cmd.Context(), env, &f, options, next...); err != nil || !keep {
				return err
			}
			s.clock.start() // it stood still until here, so that the same seed and instant print the same
			if _, err := fmt.Fprintln(env.Stdout); err != nil {
				return err
			}
			if err := s.instructions(env.Stdout); err != nil {
				return err
			}
			return s.wait(cmd.Context())
		},
	}
	fl := cmd.Flags()
	fl.BoolVar(&keep, "keep", false, "leave the organization listening, and print how to talk to it")
	fl.BoolVar(&all, "all", false, "also show what is in use and what could not be judged")
	fl.BoolVar(&stats, "stats", false, "print how many calls were made to stderr")
	fl.IntVar(&top, "top", 20, "print only that many idle resources, the dearest; 0 prints all")
	fl.StringVar(&listen, "listen", "127.0.0.1:0", "address to listen on")
	fl.StringVar(&at, "at", "", "the instant at which the organization's clock starts (default: the last Wednesday)")
	fl.StringVarP(&format, "output", "o", string(report.Table), "form of the output")
	fl.Int64Var(&seed, "seed", 1, "seed of the organization")
	return cmd
}
