package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
)

type inventoryFlags struct {
	evidenceFlags
	domain, format, out string
	tags, by            []string
}

func newInventory(env Env) *cobra.Command {
	var f inventoryFlags
	cmd := &cobra.Command{
		Use:   "inventory",
		Short: "List what there is, and what it bills",
		Long: "Inventory lists the SageMaker resources of one or more accounts and regions, with their owners and what they bill now: dearest first, or summed\n" +
			"by groups. It asks nothing about use, so that it makes fewer calls than scan; of a snapshot that scan --save wrote, it shows the verdicts, too.",
		Example: "  sagewarden inventory --region all --group-by account --group-by kind\n  sagewarden inventory --from friday.json --group-by tag:team -o csv\n" +
			"  sagewarden inventory --region all -o parquet --out estate.parquet",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, name := range []string{"idle-for", "min-invocations"} {
				if f.from == "" && cmd.Flags().Changed(name) {
					return usagef("--%s has no effect without --from: an inventory of what is there now judges nothing", name)
				}
			}
			return f.run(cmd.Context(), env, cloud.Options{Load: loadConfig})
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.StringVarP(&f.format, "output", "o", string(report.Table), "form of the output: "+strings.Join(names(report.InventoryFormats()), ", "))
	fl.StringVar(&f.out, "out", "", "write to this file, whole or not at all (default: standard output)")
	fl.StringArrayVar(&f.by, "group-by", nil, "sum by "+strings.Join(report.Dimensions(), ", ")+"; repeat it to group within groups")
	fl.StringVar(&f.domain, "domain", "", "only this Studio domain")
	fl.StringArrayVar(&f.tags, "tag", nil, "only resources with this tag, as key=value; repeatable, all must match")
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(names(report.InventoryFormats()), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("group-by", cobra.FixedCompletions(report.Dimensions(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (f *inventoryFlags) run(ctx context.Context, env Env, options cloud.Options) error {
	limits, ks, err := f.limits()
	if err != nil {
		return err
	}
	by, err := report.ParseDimensions(f.by)
	if err != nil {
		return usagef("--group-by: %w", err)
	}
	tags, err := parseTags("--tag", f.tags)
	if err != nil {
		return err
	}
	form, err := f.form(env)
	if err != nil {
		return err
	}

	var out *outFile
	if f.out != "" {
		if out, err = createOut("write inventory", f.out); err != nil {
			return err
		}
		defer out.discard()
	}

	snap, stats, err := f.snapshot(ctx, env, options, scan.Options{Kinds: ks, Limits: limits, Domain: f.domain, Inventory: true}, nil)
	defer stats()
	if err != nil {
		return err
	}
	snap = scan.Keep(snap, ks, f.domain, tags)
	if out != nil {
		err = out.commit(report.Inventory(out, snap, by, form))
	} else {
		err = report.Inventory(env.Stdout, snap, by, form)
	}
	if err != nil {
		return err
	}
	if form.Format.Rows() {
		if err := report.Holes(env.Stderr, snap); err != nil {
			return err
		}
	}
	if len(snap.Holes()) > 0 || snap.Interrupted {
		return status(exitHoles)
	}
	return nil
}

// form says how to print. What goes to a file is for no terminal, and a terminal takes no Parquet.
func (f *inventoryFlags) form(env Env) (report.Options, error) {
	format, err := report.ParseFormat(f.format, report.InventoryFormats())
	switch {
	case err != nil:
		return report.Options{}, usagef("--output: %w", err)
	case f.out != "":
		return report.Options{Format: format}, nil
	case format == report.Parquet && env.Width(env.Stdout) > 0:
		return report.Options{}, usagef("--output: parquet is not for a terminal: name a file with --out, or send standard output to one")
	}
	return report.Options{Format: format, Color: env.color(env.Stdout), Width: env.Width(env.Stdout)}, nil
}
