package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/policy"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
	"github.com/sagewarden/sagewarden/schemas"
)

func newPolicy(env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "policy",
		Short: "Check, test and explain policy files",
		Long: "A policy says which resources matter, when, and what is to happen to them. These commands read files and nothing else, but for backtest,\n" +
			"which looks into the past of an account. None changes anything. See docs/policies.md.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newPolicyCheck(env), newPolicyTest(env), newPolicyBacktest(env), newPolicyExplain(env), newPolicyList(env), newPolicySchema(env))
	return cmd
}

// policiesOf are the policy files of a configuration, found from where it stands.
func policiesOf(file *config.File) []string {
	var all []string
	for _, name := range file.Policies {
		if !strings.HasPrefix(name, policy.PackPrefix) && !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file.Path), name)
		}
		all = append(all, name)
	}
	return all
}

// policyFiles are the files that are named, or else those of the configuration.
func (f *configFlags) policyFiles(env Env, named []string) ([]string, error) {
	if len(named) > 0 {
		return named, nil
	}
	file, err := f.configuration(env)
	if err != nil {
		return nil, err
	}
	if len(file.Policies) == 0 {
		return nil, usageError{&estate.Error{Op: "policy", On: cmp.Or(file.Path, "the command line"), Err: errors.New("no policy file is named, and none is configured"),
			Hint: "name a file, a pattern or a pack like pack:studio-basics, or add policies: to " + config.FileName}}
	}
	return policiesOf(file), nil
}

func newPolicyCheck(env Env) *cobra.Command {
	var f configFlags
	var failOn string
	cmd := &cobra.Command{
		Use:   "check [FILE]...",
		Short: "Read policy files, and say what is wrong with them",
		Long: "Check reads policy files with everything that they include, and says of a mistake the file, the line and the column, with what to\n" +
			"write instead. It warns of what a policy may say and few mean, such as a stop that nobody was told of. A FILE is a path, a pattern, or\n" +
			"a ready pack like pack:studio-basics; without one, those of sagewarden.yaml are read.",
		Example: "  sagewarden policy check\n  sagewarden policy check 'policies/*.yaml' --fail-on warnings\n  sagewarden policy check pack:studio-basics",
		RunE: func(cmd *cobra.Command, args []string) error {
			if failOn != "" && failOn != warnings {
				return usagef("--fail-on: %q is unknown: the value is %s", failOn, warnings)
			}
			files, err := f.policyFiles(env, args)
			if err != nil {
				return err
			}
			set, err := policy.Load(cmd.Context(), files...)
			if err != nil {
				return err
			}
			warned := set.Warnings(env.Now())
			if err := checked(env.Stdout, set, warned); err != nil {
				return err
			}
			if failOn != "" && len(warned) > 0 {
				return status(exitFindings)
			}
			return nil
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&failOn, "fail-on", "", "exit with status 3 on findings: warnings")
	_ = cmd.RegisterFlagCompletionFunc("fail-on", cobra.FixedCompletions([]string{warnings}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

const warnings = "warnings"

// checked prints policies that are well, and what should be thought over.
func checked(to io.Writer, set *policy.Set, warned []policy.Warning) error {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, p := range set.Policies {
		var steps, families []string
		for _, s := range p.Steps {
			step := s.Verb()
			if s.After > 0 {
				step += " after " + estate.FormatDuration(s.After)
			}
			steps = append(steps, step)
		}
		for _, k := range p.Kinds {
			families = append(families, string(k))
		}
		if len(families) > 3 {
			families = append(families[:2], fmt.Sprintf("%d more", len(families)-2))
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s:%d\n", p.Name, strings.Join(families, ", "), strings.Join(steps, ", "), p.File, p.Line)
	}
	_ = w.Flush() // to memory
	for _, warning := range warned {
		fmt.Fprintf(&b, "\nwarning: %s (%s:%d): %s\n  hint: %s\n", warning.Policy.Name, warning.Policy.File, warning.Policy.Line, warning.Text, warning.Hint)
	}
	fmt.Fprintf(&b, "\n%s, no mistakes, %s\n", counted(len(set.Policies), "policy", "policies"), counted(len(warned), "warning", warnings))
	_, err := io.WriteString(to, report.Lines(b.String()))
	return err
}

func counted(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func newPolicyTest(env Env) *cobra.Command {
	var f configFlags
	cmd := &cobra.Command{
		Use:   "test [FILE]...",
		Short: "Run the cases that stand beside policies",
		Long: "Test runs the cases of policy files: those under tests: in a file, and those of the file beside it that ends in _test.yaml. A case is a\n" +
			"resource with its verdict, or a saved snapshot, and what the policy is to say of it. The exit status is 1 where a case fails.",
		Example: "  sagewarden policy test\n  sagewarden policy test policies/team.yaml\n  sagewarden policy test pack:endpoints",
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := f.policyFiles(env, args)
			if err != nil {
				return err
			}
			return testPolicies(cmd.Context(), env, files)
		},
	}
	f.add(cmd)
	return cmd
}

func testPolicies(ctx context.Context, env Env, files []string) error {
	var b strings.Builder
	cases, failed := 0, 0
	for _, pattern := range files {
		paths, err := policy.Expand(pattern)
		if err != nil {
			return err
		}
		for _, path := range paths {
			results, err := policy.Test(ctx, path, scan.Load)
			if err != nil {
				return err
			}
			if len(results) == 0 {
				fmt.Fprintf(&b, "none  %s has no cases\n", path)
			}
			for _, r := range results {
				cases++
				if r.Failed == "" {
					fmt.Fprintf(&b, "ok    %s\n", r.Case.Name)
					continue
				}
				failed++
				fmt.Fprintf(&b, "FAIL  %s (%s:%d)\n      %s\n", r.Case.Name, r.File, r.Line, r.Failed)
			}
		}
	}
	how := "all as expected"
	if failed > 0 {
		how = fmt.Sprintf("%d not as expected", failed)
	}
	if cases == 0 {
		how = "nothing was tested"
	}
	fmt.Fprintf(&b, "\n%s, %s\n", counted(cases, "case", "cases"), how)
	if _, err := io.WriteString(env.Stdout, report.Lines(b.String())); err != nil {
		return err
	}
	if failed > 0 {
		return status(exitFailed)
	}
	return nil
}

func newPolicyExplain(env Env) *cobra.Command {
	var f configFlags
	cmd := &cobra.Command{
		Use:   "explain [FILE-or-name]...",
		Short: "Say in words what policies do",
		Long: "Explain says what a policy does: to which kinds, when, in which order and within which bounds, what undoes each step\n" +
			"and what is lost. It takes files, ready packs, and names of policies: those of sagewarden.yaml, and of the packs.",
		Example: "  sagewarden policy explain\n  sagewarden policy explain policies/team.yaml\n  sagewarden policy explain studio-apps-idle",
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := f.meantPolicies(cmd.Context(), env, args)
			if err != nil {
				return err
			}
			var b strings.Builder
			for i, p := range all {
				if i > 0 {
					b.WriteString("\n")
				}
				if err := p.Explain(&b, env.Now()); err != nil {
					return err
				}
			}
			_, err = io.WriteString(env.Stdout, report.Lines(b.String()))
			return err
		},
	}
	f.add(cmd)
	return cmd
}

// meantPolicies are the policies of files, packs and names; without any, those of the configuration.
func (f *configFlags) meantPolicies(ctx context.Context, env Env, args []string) ([]*policy.Policy, error) {
	if len(args) == 0 {
		files, err := f.policyFiles(env, nil)
		if err != nil {
			return nil, err
		}
		set, err := policy.Load(ctx, files...)
		if err != nil {
			return nil, err
		}
		return set.Policies, nil
	}
	var all []*policy.Policy
	for _, arg := range args {
		if !isFile(arg) {
			p, err := f.policyNamed(ctx, env, arg)
			if err != nil {
				return nil, err
			}
			all = append(all, p...)
			continue
		}
		set, err := policy.Load(ctx, arg)
		if err != nil {
			return nil, err
		}
		all = append(all, set.Policies...)
	}
	return all, nil
}

// isFile reports whether a word is a policy file rather than a policy's name.
func isFile(arg string) bool {
	if strings.HasPrefix(arg, policy.PackPrefix) || strings.ContainsAny(arg, `/\*?[`) || strings.HasSuffix(arg, ".yaml") {
		return true
	}
	info, err := os.Stat(arg)
	return err == nil && !info.IsDir()
}

// policyNamed is the policy of a name, among those of the configuration and of the packs, or all of the pack of the name.
func (f *configFlags) policyNamed(ctx context.Context, env Env, name string) ([]*policy.Policy, error) {
	file, err := f.configuration(env)
	if err != nil {
		return nil, err
	}
	configured, err := policy.Load(ctx, policiesOf(file)...)
	if err != nil {
		return nil, err
	}
	packs, err := policy.Packs()
	if err != nil {
		return nil, err
	}
	all := configured.Policies
	var names []string
	for _, pack := range packs {
		if pack.Name == name {
			return pack.Policies, nil
		}
		all = append(all, pack.Policies...)
		names = append(names, pack.Name)
	}
	for _, p := range all {
		if p.Name == name {
			return []*policy.Policy{p}, nil
		}
		names = append(names, p.Name)
	}
	hint := "name a file, a ready pack or a policy: see sagewarden policy list"
	if near, ok := strictyaml.Nearest(name, names); ok {
		hint = "did you mean " + near + "?"
	}
	return nil, &estate.Error{Op: "policy explain", On: name, Err: errors.New("no policy and no pack has this name, and no file"), Hint: hint}
}

func newPolicyList(env Env) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the ready packs of policies",
		Long: "List shows the ready packs with their policies. Name one in sagewarden.yaml, as policies: [pack:studio-basics], or in a policy file of\n" +
			"your own, as include: [studio-basics].",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			packs, err := policy.Packs()
			if err != nil {
				return err
			}
			for i, pack := range packs {
				if i > 0 {
					_, _ = fmt.Fprintln(env.Stdout)
				}
				_, _ = fmt.Fprintf(env.Stdout, "%s\n  %s\n", pack.Name, pack.Summary)
				for _, p := range pack.Policies {
					if _, err := fmt.Fprintf(env.Stdout, "  - %s: %s\n", p.Name, p.Summary); err != nil {
						return err
					}
				}
			}
			return nil
		},
	}
}

func newPolicySchema(env Env) *cobra.Command {
	return &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON schema of policy files, for editors",
		Long: "Schema prints the JSON schema of policy files. With it beside a policy, an editor completes and checks what is written; name it in the\n" +
			"first line of the file: # yaml-language-server: $schema=./policy.schema.json",
		Example: "  sagewarden policy schema > policy.schema.json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := io.WriteString(env.Stdout, schemas.Policy)
			return err
		},
	}
}
