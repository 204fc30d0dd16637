package cli

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/duck"
	"github.com/sagewarden/sagewarden/internal/cost/lake"
)

// lakeVariable is the environment variable that says where the lake of charges is.
const lakeVariable = "SAGEWARDEN_LAKE"

func newCost(env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cost",
		Short: "Read AWS bills, and charge every cent of SageMaker to someone",
		Long:  "Cost keeps the charges of your bills in a lake: Parquet files on this machine, a folder for each month, that any tool can read.",
	}
	cmd.AddCommand(newCostImport(env), newCostReport(env), newCostAllocate(env), newCostUntagged(env), newCostChargeback(env), newCostEvidence(env), newCostWaste(env), newCostSetup(env), newCostRules(env), newCostQuery(env), newCostViews(env))
	return cmd
}

// lakeFlags say where the lake is.
type lakeFlags struct {
	configFlags
	lake string
}

func (f *lakeFlags) add(cmd *cobra.Command) {
	f.configFlags.add(cmd)
	cmd.Flags().StringVar(&f.lake, "lake", "", "folder of the lake of charges\n(default: "+lakeVariable+", then cost.lake in the configuration file, then sagewarden/lake in $XDG_STATE_HOME or ~/.local/state)")
}

// dir is the folder of the lake.
func (f *lakeFlags) dir(env Env) (string, error) {
	file, err := f.configuration(env)
	if err != nil {
		return "", err
	}
	configured := file.Cost.Lake
	if configured != "" && !filepath.IsAbs(configured) {
		configured = filepath.Join(filepath.Dir(file.Path), configured)
	}
	if dir := cmp.Or(f.lake, env.Getenv(lakeVariable), configured); dir != "" {
		return dir, nil
	}
	home := stateHome(env)
	if home == "" {
		return "", usagef("nothing says where your lake is: name it with --lake, or set HOME")
	}
	return filepath.Join(home, "lake"), nil
}

// easeCollector undoes what Run sets for scans: what a bill takes of memory is the engine's, none of which the collector can free, and what little
// is Go's comes and goes row by row.
func easeCollector(env Env) {
	if env.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// attached is an engine with the lake's view charges.
type attached struct {
	*duck.DB
	// lake is nil where the charges were fetched from Athena.
	lake *lake.Lake
	// months are the billing periods that there are bills of.
	months []string
	temp   string
}

// open opens the lake, and an engine with the view charges over it.
func (f *lakeFlags) open(ctx context.Context, env Env) (_ *attached, err error) {
	easeCollector(env)
	dir, err := f.dir(env)
	if err != nil {
		return nil, err
	}
	a := &attached{}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if a.lake, err = lake.Open(dir); err != nil {
		return nil, err
	}
	if a.temp, err = os.MkdirTemp("", "sagewarden-"); err != nil {
		return nil, err
	}
	if a.DB, err = duck.Open(ctx, duck.Options{Temp: a.temp}); err != nil {
		return nil, err
	}
	for _, m := range a.lake.Months() {
		a.months = append(a.months, m.Period)
	}
	return a, a.lake.Attach(ctx, a.DB)
}

// Close lets go of both.
func (a *attached) Close() {
	if a.DB != nil {
		_ = a.DB.Close() // its catalog is in memory
	}
	if a.lake != nil {
		_ = a.lake.Close()
	}
	if a.temp != "" {
		_ = os.RemoveAll(a.temp)
	}
}
