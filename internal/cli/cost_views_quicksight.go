package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sagewarden/sagewarden/internal/cost/allocate"
	"github.com/sagewarden/sagewarden/internal/cost/quicksight"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
)

func newCostViewsQuickSight(env Env) *cobra.Command {
	var f struct {
		configFlags
		quicksight.Options
		folder string
	}
	cmd := &cobra.Command{
		Use:   "quicksight --database DATABASE --folder FOLDER",
		Short: "Write files that make a dashboard of the bill in QuickSight",
		Long: "Quicksight writes a folder: template.json makes a data source over Athena, a data set over the view of charges that sagewarden cost views athena makes, and a dashboard,\n" +
			"by CloudFormation; with --user there are the inputs of QuickSight's own calls, too. README.md has the commands. Nothing is asked of AWS.",
		Example: "  sagewarden cost views quicksight --database billing --tag team --folder quicksight\n" +
			"  sagewarden cost views quicksight --database billing --user arn:aws:quicksight:us-east-1:111122223333:user/default/ana --region eu-west-1 --folder quicksight",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if f.folder == "" {
				return usagef("--folder is missing: name the folder that the files are written to")
			}
			if len(f.Tags) == 0 {
				file, err := f.configuration(env)
				if err != nil {
					return err
				}
				f.Tags = allocate.Keys(file.Cost.Allocation)
			}
			if err := f.Check(); err != nil {
				return usageError{err}
			}
			files, err := f.Files()
			if err != nil {
				return err
			}
			return writeFolder(env, f.folder, files)
		},
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.StringVar(&f.Database, "database", "", "database of Athena that has the views")
	fl.StringVar(&f.Prefix, "prefix", "sagewarden_", "what the names of the views begin with")
	fl.StringVar(&f.Workgroup, "workgroup", "primary", "workgroup of Athena that reads them")
	fl.StringArrayVar(&f.Tags, "tag", nil, "tag that the dashboard has a part for, as the bill spells its key; repeatable\n(default: those that the rules of allocation read)")
	fl.IntVar(&f.Months, "months", 13, "how many months are read, this one with them; 0 reads all")
	fl.StringVar(&f.ID, "id", "sagewarden", "id of the data source, the data set and the dashboard")
	fl.StringVar(&f.Name, "name", "SageMaker bill", "what they are called")
	fl.StringVar(&f.User, "user", "", "ARN of the user or group in QuickSight to whom it is given; with it, the inputs of the API are written, too")
	fl.StringVar(&f.Region, "region", "", "region in which QuickSight keeps it (default: that of --user)")
	fl.StringVar(&f.folder, "folder", "", "folder that the files are written to")
	return cmd
}

// writeFolder writes files, each whole or not at all.
func writeFolder(env Env, folder string, files []quicksight.File) error {
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return &estate.Error{Op: "write dashboard", On: folder, Err: errors.Unwrap(err), Hint: "name a folder that you may write to with --folder"}
	}
	for _, file := range files {
		out, err := createOut("write dashboard", filepath.Join(folder, file.Name))
		if err != nil {
			return err
		}
		_, err = out.Write(file.Content)
		if err := out.commit(err); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(env.Stdout, "%s in %s\n", counted(len(files), "file", "files"), report.Lines(folder))
	return err
}
