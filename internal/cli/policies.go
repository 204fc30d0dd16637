package cli

import (
	"maps"
	"net/mail"
	"slices"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/ledger"
	"github.com/sagewarden/sagewarden/internal/remediate"
)

// policyFlag adds the flag that names policies.
func policyFlag(cmd *cobra.Command, files *[]string) {
	cmd.Flags().StringArrayVar(files, "policy", nil, "policy file, pattern, or ready pack as pack:studio-basics; repeatable (default: policies in the configuration file)")
}

// guard is what bounds all policies, as the file has it.
func guard(file *config.File) (remediate.Guard, error) {
	g, c := remediate.Guard{Enforce: file.Enforce, Limits: remediate.DefaultLimits, People: people(file)}, file.Guard
	g.Accounts, g.MaxDailySavings, g.MaxHourlySavings = c.Accounts, c.MaxDailySavings.Decimal, c.MaxHourlySavings.Decimal
	if c.MaxActions > 0 {
		g.MaxActions = c.MaxActions
	}
	if c.MaxPerDay > 0 {
		g.MaxPerDay = c.MaxPerDay
	}
	if c.MaxShare > 0 {
		g.MaxShare = float64(c.MaxShare)
	}
	for _, f := range c.Freezes {
		from, to, err := f.Times()
		if err != nil {
			return g, err
		}
		g.Freezes = append(g.Freezes, remediate.Freeze{From: from, To: to, Why: f.Why})
	}
	return g, nil
}

// people are those of a configuration, as far as it says who is who.
func people(file *config.File) (all ledger.People) {
	for _, name := range slices.Sorted(maps.Keys(file.Notify.People)) {
		p := file.Notify.People[name]
		person := ledger.Person{Names: []string{name}, ARNs: p.ARNs, Whole: p.ARNs != nil}
		if a, err := mail.ParseAddress(p.Email); err == nil {
			person.Names = append(person.Names, a.Address)
		}
		all = append(all, person)
	}
	return all
}
