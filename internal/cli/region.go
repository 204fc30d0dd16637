package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

var regionPattern = regexp.MustCompile(`^[a-z]+(-[a-z]+)+-[0-9]+$`)

// checkRegions refuses what is no region by its looks, or looks like the misspelt name of one. Of any other, which may be newer
// than this version, AWS decides.
func checkRegions(names []string) error {
	for _, name := range names {
		if name == cloud.AllRegions || cloud.HasSageMaker(name) {
			continue
		}
		known := cloud.Regions(estate.PartitionOf(name))
		area, _, _ := strings.Cut(name, "-")
		inArea := func(r string) bool { return strings.HasPrefix(r, area+"-") }
		near, ok := strictyaml.Nearest(name, known)
		switch {
		case ok:
			return usageError{&estate.Error{Op: "--region", Err: fmt.Errorf("no such region: %q; did you mean %s?", name, near),
				Hint: "if SageMaker came there after this version was made, name it with AWS_REGION"}}
		case !regionPattern.MatchString(name) || !slices.ContainsFunc(known, inArea):
			return usagef("--region: no such region: %q: write it as eu-west-1, or all for every enabled one", name)
		}
	}
	return nil
}
