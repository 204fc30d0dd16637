package cli

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

func newCostRules(env Env) *cobra.Command {
	var f struct {
		configFlags
		sheetFlag
	}
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "Check the rules of allocation, and print them in words",
		Long: "Rules reads cost.allocation of the configuration file and prints in order what its rules do, then how its pools are split. A mistake is told with its file, line and column,\n" +
			"and what to write instead. It needs no bill.",
		Example: "  sagewarden cost rules\n  sagewarden cost rules --config sagewarden.yaml -o json",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			options, err := f.options(env)
			if err != nil {
				return err
			}
			file, err := f.configuration(env)
			if err != nil {
				return err
			}
			if len(file.Cost.Allocation.Rules) == 0 && file.Cost.Allocation.Default == "" {
				return &estate.Error{Op: "read rules", On: file.Path, Err: errors.New("it has no rules of allocation"), Hint: "write them under cost.allocation; docs/allocation.md begins with some"}
			}
			return rulesSheet(file).Print(env.Stdout, options)
		},
	}
	f.configFlags.add(cmd)
	f.sheetFlag.add(cmd)
	return cmd
}

func rulesSheet(file *config.File) report.Sheet {
	a := file.Cost.Allocation
	rules, pools := allocate.Describe(a)
	s := report.Sheet{Title: near(file.Path), Columns: []report.Column{{Head: "#", Right: true}, {Head: "RULE"}, {Head: "CHARGES"}, {Head: "GO TO"}}, Document: map[string]any{"rules": rules, "pools": pools}}
	for i, r := range rules {
		s.Rows = append(s.Rows, []string{strconv.Itoa(i + 1), r.Name, r.Of, r.To})
	}
	for _, p := range pools {
		s.Notes = append(s.Notes, "Pool "+p.Name+": "+p.Of+", to "+p.To+".")
	}
	if teams := slices.Sorted(maps.Keys(a.Teams)); len(teams) > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d teams: %s.", len(teams), strings.Join(teams, ", ")))
	}
	return s
}

// near is a path as people write it from where they are, if it is below.
func near(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	if rel, err := filepath.Rel(here, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
