package cli

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/access"
	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/pulse"
	"github.com/sagewarden/sagewarden/internal/server"
)

// iamFlags say which permissions to print, and how.
type iamFlags struct {
	purposes, kinds []string
	format, as      string
	role            string
	place           access.Place
	// heartbeats and signingKey say where agents report.
	heartbeats, signingKey string
	// config is a configuration whose ledger, heartbeats and channels are meant, and state the ledger alone.
	config, state string
	// billBucket is the bucket that the bill is delivered to.
	billBucket string
}

// The forms of iam.
const (
	formatJSON           = "json"
	formatTerraform      = "terraform"
	formatCloudFormation = "cloudformation"

	asPolicy   = "policy"
	asRole     = "role"
	asStackSet = "stackset"
	asFunction = "function"
)

// prints are the ways to print a bundle, by what it is printed as and the form.
var prints = map[[2]string]func(*access.Bundle, io.Writer, *iamFlags) error{
	{asPolicy, formatJSON}:             func(b *access.Bundle, w io.Writer, f *iamFlags) error { return b.JSON(w, f.place) },
	{asPolicy, formatTerraform}:        func(b *access.Bundle, w io.Writer, _ *iamFlags) error { return b.Terraform(w) },
	{asPolicy, formatCloudFormation}:   func(b *access.Bundle, w io.Writer, _ *iamFlags) error { return b.CloudFormation(w) },
	{asRole, formatTerraform}:          func(b *access.Bundle, w io.Writer, f *iamFlags) error { return b.RoleTerraform(w, f.role) },
	{asRole, formatCloudFormation}:     func(b *access.Bundle, w io.Writer, f *iamFlags) error { return b.RoleCloudFormation(w, f.role) },
	{asStackSet, formatCloudFormation}: func(b *access.Bundle, w io.Writer, f *iamFlags) error { return b.RoleStackSet(w, f.role) },
	{asFunction, formatTerraform}: func(b *access.Bundle, w io.Writer, _ *iamFlags) error {
		return b.FunctionTerraform(w, server.CreateEvents())
	},
	{asFunction, formatCloudFormation}: func(b *access.Bundle, w io.Writer, _ *iamFlags) error {
		return b.FunctionCloudFormation(w, server.CreateEvents())
	},
}

func newIAM(env Env) *cobra.Command {
	var f iamFlags
	cmd := &cobra.Command{
		Use:   "iam",
		Short: "Print the least permissions that the commands need",
		Long: "Iam prints an IAM policy, made from what the commands and the families of resources declare: what reading takes (scan, which is the\n" +
			"default), and what organization, doctor, studio, studio-fix, enforce, tags, cost, cost-setup and cost-views add to that. What changes something is kept to the types of\n" +
			"resources that it is for. As a role or a stack set it is the template of a role for sagewarden to assume; deploy/ has these.",
		Example: "  sagewarden iam > policy.json\n  sagewarden iam --for scan,organization --role ops/SagewardenReader\n" +
			"  sagewarden iam --for enforce --kind endpoint --account 111122223333\n  sagewarden iam --for scan,doctor --as role --format cloudformation",
		Args: cobra.NoArgs,
	}
	fl := cmd.Flags()
	cmd.RunE = func(*cobra.Command, []string) error { return f.print(env, fl.Changed("role")) }
	fl.StringSliceVar(&f.purposes, "for", []string{string(access.Scan)}, "what it is for: "+strings.Join(access.PurposeNames(), ", ")+"; repeatable, or separated by commas")
	fl.StringArrayVar(&f.kinds, "kind", nil, "family of resources that it is for, as in scan; repeatable (default: all)")
	fl.StringVar(&f.format, "format", formatJSON, "form: json, terraform, cloudformation")
	fl.StringVar(&f.as, "as", asPolicy, "what to print: a policy, a role with it, a stackset with the role, or a function that runs policies, with all it needs")
	fl.StringVar(&f.role, "role", cloud.DefaultRole, "name of the role to assume, with its path where it has one")
	fl.StringVar(&f.heartbeats, "heartbeats", "", "also allow reading what agents report to this place in S3, like s3://bucket/heartbeats/")
	fl.StringVar(&f.signingKey, "signing-key", "", "ARN of the KMS key that certifies the agents which report to --heartbeats")
	fl.StringVar(&f.state, "state", "", "also allow keeping the ledger at this place in S3, like s3://bucket/key")
	fl.StringVar(&f.billBucket, "bill-bucket", "", "bucket that the bill is delivered to: with cost, its settings alone are read, and with cost-setup, its policy may be changed")
	fl.StringVar(&f.config, "config", "", "also allow what this configuration file names: its ledger and heartbeats in S3, its channels SES and SNS; and to narrow cost and cost-views to its table of the bill")
	fl.StringVar(&f.place.Partition, "partition", "aws", "AWS partition of the ARNs, where the form is json")
	fl.StringVar(&f.place.Account, "account", "", "account id of the ARNs, where the form is json (default: any, since a policy reaches no other account)")
	_ = cmd.RegisterFlagCompletionFunc("for", cobra.FixedCompletions(access.PurposeNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("format", cobra.FixedCompletions([]string{formatJSON, formatTerraform, formatCloudFormation}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("as", cobra.FixedCompletions([]string{asPolicy, asRole, asStackSet}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("kind", cobra.FixedCompletions(kindCompletions(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

var (
	accountPattern   = regexp.MustCompile(`^[0-9]{12}$`)
	partitionPattern = regexp.MustCompile(`^aws(-[a-z]+)*$`)
)

func (f *iamFlags) print(env Env, named bool) error {
	purposes, err := access.ParsePurposes(f.purposes)
	if err != nil {
		return usagef("--for: %w", err)
	}
	ks, err := parseKinds(f.kinds)
	if err != nil {
		return err
	}
	if err := checkRole(f.role); err != nil {
		return err
	}
	show, ok := prints[[2]string{f.as, f.format}]
	switch {
	case (f.as == asRole || f.as == asFunction) && f.format == formatJSON, f.as == asStackSet && f.format != formatCloudFormation:
		return usageError{&estate.Error{Op: "--as", Err: fmt.Errorf("a %s is printed as %s", f.as, strings.Join(formsOf(f.as), " or ")),
			Hint: "add --format " + strings.Join(formsOf(f.as), " or --format ")}}
	case !ok && len(formsOf(f.as)) == 0:
		return usagef("--as: %q is unknown: say %s, %s, %s or %s", f.as, asPolicy, asRole, asStackSet, asFunction)
	case !ok:
		return usagef("--format: unknown format %q: the formats are %s", f.format, strings.Join(formsOf(asPolicy), ", "))
	case named && f.as == asPolicy && !slices.Contains(purposes, access.Organization):
		return usagef("--role has no effect on a policy that assumes none: add --for organization, or --as role")
	case f.place.Account != "" && !accountPattern.MatchString(f.place.Account):
		return usagef("--account: %q is no account id: those have twelve digits", f.place.Account)
	case f.billBucket != "" && !bucketNames.MatchString(f.billBucket):
		return usagef("--bill-bucket: %q is no name of a bucket: write it without s3://", f.billBucket)
	case f.billBucket != "" && !slices.Contains(purposes, access.Cost) && !slices.Contains(purposes, access.CostSetup):
		return usagef("--bill-bucket has no effect without --for cost or --for cost-setup")
	case !partitionPattern.MatchString(f.place.Partition):
		return usagef("--partition: %q is no partition: write aws, aws-cn or aws-us-gov", f.place.Partition)
	}
	o := access.Options{Purposes: purposes, Kinds: ks, Role: f.role, BillBucket: f.billBucket}
	if err := f.places(env, &o); err != nil {
		return err
	}
	b := access.New(o)
	if err := show(b, env.Stdout, f); err != nil {
		return err
	}
	if n := len(b.Policies); n > 1 {
		_, err = fmt.Fprintf(env.Stderr, "sagewarden: a managed policy holds %d characters and this is more: these are %d policies, to be attached together\n", access.MaxSize, n)
	}
	return err
}

// places adds what flags and the configuration say of heartbeats, the ledger and channels.
func (f *iamFlags) places(env Env, o *access.Options) error {
	if f.heartbeats == "" && f.signingKey != "" {
		return usagef("--signing-key: it is of the agents that report to a place: add --heartbeats")
	}
	file := &config.File{}
	if f.config != "" {
		var err error
		if file, err = config.Load(config.Options{Path: f.config, Env: env.Getenv}); err != nil {
			return err
		}
	}
	o.Athena = file.Cost.Athena
	beats := file.Heartbeats
	if f.heartbeats != "" {
		beats = []config.Heartbeats{{Bucket: f.heartbeats, SigningKey: f.signingKey}}
	}
	for _, h := range beats {
		source, err := pulse.ParseSource(h.Bucket, h.SigningKey)
		if err != nil {
			return usagef("--heartbeats: %w", err)
		}
		o.Heartbeats = append(o.Heartbeats, source)
	}
	if address := cmp.Or(f.state, file.State); f.state != "" || strings.HasPrefix(address, "s3:") {
		p, err := ledger.ParsePlace(address)
		if err != nil {
			return usagef("--state: %w", err)
		}
		o.State = &p
	}
	for _, name := range slices.Sorted(maps.Keys(file.Notify.Channels)) {
		o.Channels = append(o.Channels, file.Notify.Channels[name])
	}
	return nil
}

// formsOf are the forms that something is printed in.
func formsOf(as string) []string {
	var forms []string
	for p := range prints {
		if p[0] == as {
			forms = append(forms, p[1])
		}
	}
	slices.Sort(forms)
	return forms
}

// kindCompletions are the families as shells show them.
func kindCompletions() []string {
	var all []string
	for _, k := range kinds.All() {
		all = append(all, cobra.CompletionWithDesc(string(k.Family().Name), k.Family().Summary))
	}
	return all
}
