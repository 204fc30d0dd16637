package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/athena"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

type viewsFlags struct {
	configFlags
	athenaFlags
	viewsDatabase, prefix, folder string
	tags                          []string
	describe, apply               bool
}

func newCostViewsAthena(env Env) *cobra.Command {
	var f viewsFlags
	cmd := &cobra.Command{
		Use:   "athena",
		Short: "Print the SQL of views over the bill in Athena, or make them there",
		Long: "Athena prints the statements that make views over a table of CUR 2.0: charges, which is the bill line by line in the columns of docs/lake.md, and reports over it,\n" +
			"all by month, so that a condition on the month reads no other. Nothing is asked of AWS and nothing is written unless you say so: --describe reads the columns\n" +
			"that the table has, --folder writes files, and --apply makes the views, or replaces those of the same names.",
		Example: "  sagewarden cost views athena --database billing --table cur2 --tag cost-center --tag project\n" +
			"  sagewarden cost views athena --database billing --table cur2 --folder views\n" +
			"  sagewarden cost views athena --database billing --table cur2 --views-database finops --workgroup finops --apply",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(cmd.Context(), env) },
	}
	f.configFlags.add(cmd)
	f.athenaFlags.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.viewsDatabase, "views-database", "", "database in which the views are (default: cost.athena.viewsDatabase, then the table's)")
	fl.StringVar(&f.prefix, "prefix", "sagewarden_", "what the names of the views begin with")
	fl.StringArrayVar(&f.tags, "tag", nil, "tag that reports have a column for, as the bill spells its key; repeatable")
	fl.StringVar(&f.folder, "folder", "", "write each statement to this folder, as NAME.sql, in place of printing them")
	fl.BoolVar(&f.describe, "describe", false, "read from AWS which columns the table has, in place of taking those of every export")
	fl.BoolVar(&f.apply, "apply", false, "make the views in Athena, or replace those of the same names")
	return cmd
}

func (f *viewsFlags) run(ctx context.Context, env Env) error {
	file, err := f.configuration(env)
	if err != nil {
		return err
	}
	v := athena.Views{Database: cmp.Or(f.viewsDatabase, file.Cost.Athena.ViewsDatabase), Prefix: f.prefix, Tags: f.tags}
	if err := f.check(v); err != nil {
		return err
	}
	if v.Table, err = f.of(file.Cost.Athena); err != nil {
		return err
	}
	v.Database = cmp.Or(v.Database, v.Table.Database)
	if f.apply || f.describe {
		a, err := f.connect(ctx, env, file.Cost.Athena, athena.Options{})
		if err != nil {
			return err
		}
		v.Table = a.table
		if f.apply {
			return f.make(ctx, env, a, v)
		}
	}
	all, err := v.All()
	if err != nil {
		return usageError{err}
	}
	if f.folder != "" {
		return f.write(env, v, all)
	}
	for i, view := range all {
		gap := "\n"
		if i == 0 {
			gap = ""
		}
		if _, err := fmt.Fprintf(env.Stdout, "%s-- %s\n%s;\n", gap, view.Doc, v.Statement(view)); err != nil {
			return err
		}
	}
	return nil
}

func (f *viewsFlags) check(v athena.Views) error {
	for _, n := range []struct{ flag, what, name string }{{"views-database", "database", v.Database}, {"prefix", "view", v.Prefix + "charges"}} {
		if n.name == "" {
			continue
		}
		if err := athena.CheckName(n.what, n.name); err != nil {
			return usagef("--%s: %w", n.flag, err)
		}
	}
	switch {
	case f.apply && f.folder != "":
		return usagef("--folder and --apply: write the statements, or make the views: leave out one of them")
	case !f.apply && !f.describe:
		for _, name := range []string{"workgroup", "results", "profile", "region"} {
			if f.given(name) {
				return usagef("--%s has no effect where AWS is not asked: add --describe or --apply", name)
			}
		}
	}
	return nil
}

// make makes the views, and tells of those that were made whatever became of the others.
func (f *viewsFlags) make(ctx context.Context, env Env, a *fromAthena, v athena.Views) error {
	defer a.tell()
	all, err := v.All()
	if err != nil {
		return usageError{err}
	}
	made, widest := 0, 0
	for _, view := range all {
		widest = max(widest, len(view.Name))
	}
	err = a.Apply(ctx, v, func(view athena.View) {
		made++
		_, _ = fmt.Fprintf(env.Stdout, "%s.%-*s  %s\n", v.Database, widest, view.Name, view.Doc)
	})
	if e, ok := errors.AsType[*estate.Error](err); ok && made < len(all) {
		return &estate.Error{Op: "make view", On: v.Database + "." + all[made].Name, Err: fmt.Errorf("%d of %d views were made: %w", made, len(all), e.Err), Hint: e.Hint}
	}
	return err
}

// write puts each statement into a file.
func (f *viewsFlags) write(env Env, v athena.Views, all []athena.View) error {
	if err := os.MkdirAll(f.folder, 0o750); err != nil {
		return &estate.Error{Op: "write views", On: f.folder, Err: err, Hint: "name a folder that you may write to with --folder"}
	}
	for _, view := range all {
		out, err := createOut("write views", filepath.Join(f.folder, view.Name+".sql"))
		if err != nil {
			return err
		}
		_, err = io.WriteString(out, "-- "+view.Doc+"\n"+v.Statement(view)+";\n")
		if err := out.commit(err); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(env.Stdout, "%s in %s\n", counted(len(all), "view", "views"), report.Lines(f.folder))
	return err
}
