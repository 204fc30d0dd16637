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

// directions are how AWS names the places within an area.
var directions = regexp.MustCompile(`^(gov-|iso[a-z]?-)?(north|south|east|west|central|northeast|northwest|southeast|southwest)$`)

// checkRegions refuses what is no region by its looks, or the misspelt name of one. Of any other, which may be newer than this
// version, AWS decides.
func checkRegions(names []string) error {
	for _, name := range names {
		if name == cloud.AllRegions || cloud.HasSageMaker(name) {
			continue
		}
		known := cloud.Regions(estate.PartitionOf(name))
		area, _, _ := strings.Cut(name, "-")
		inArea := func(r string) bool { return strings.HasPrefix(r, area+"-") }
		looks := regionPattern.MatchString(name) && slices.ContainsFunc(known, inArea) && directions.MatchString(name[len(area)+1:strings.LastIndex(name, "-")])
		near, ok := strictyaml.Nearest(name, known)
		switch {
		case !looks && ok:
			return usageError{&estate.Error{Op: "--region", Err: fmt.Errorf("no such region: %q; did you mean %s?", name, near),
				Hint: "list the regions of your account with `aws account list-regions`"}}
		case !regionPattern.MatchString(name) || !slices.ContainsFunc(known, inArea):
			return usagef("--region: no such region: %q: write it as eu-west-1, or all for every enabled one", name)
		}
	}
	return nil
}
