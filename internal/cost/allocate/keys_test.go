package allocate

import (
	"slices"
	"testing"

	"github.com/sagewarden/sagewarden/internal/config"
)

// TestKeys: the keys are all that rules and pools read from the bill, and not those that the estate is asked for.
func TestKeys(t *testing.T) {
	a := config.Allocation{
		TagKeys: map[string][]string{"team": {"squad"}},
		Rules: []config.AllocationRule{{Tag: "team"}, {AccountTag: "owner"}, {Tag: "team", When: &config.Charges{Tags: map[string][]string{"stage": {"prod"}}}},
			{Team: "x", Unless: &config.Charges{Tags: map[string][]string{"keep": {"*"}}}}, {Estate: &config.EstateRule{Tag: "estate"}}},
		Pools: map[string]config.Pool{"p": {Of: &config.Charges{Tags: map[string][]string{"pool": {"x"}}}}},
	}
	if got := Keys(a); !slices.Equal(got, []string{"keep", "owner", "pool", "stage", "team"}) {
		t.Errorf("%v", got)
	}
	if got := Keys(config.Allocation{}); len(got) > 0 {
		t.Errorf("without rules: %v", got)
	}
	if got := Spellings(a, "team", []string{"Squad", "TEAM", "steam", "squad"}); !slices.Equal(got, []string{"squad", "Squad", "TEAM"}) {
		t.Errorf("spellings: %v", got)
	}
}
