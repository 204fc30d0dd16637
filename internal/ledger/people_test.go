package ledger_test

import (
	"testing"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

// TestWhoeverMayBeTheSameCountsOnce: who approves by a link has a name there, and by a command an ARN. They are two people only where that is known.
func TestWhoeverMayBeTheSameCountsOnce(t *testing.T) {
	const (
		cem  = "arn:aws:iam::111122223333:user/cem"
		role = "arn:aws:sts::111122223333:assumed-role/sagewarden/run"
	)
	known := ledger.People{
		{Names: []string{"ana", "ana@example.com"}, ARNs: []string{ana, "arn:aws:sts::111122223333:assumed-role/*/ana@example.com"}, Whole: true},
		{Names: []string{"ben"}, ARNs: []string{ben}, Whole: true},
		{Names: []string{"cem"}},              // whose ARNs nobody knows
		{Names: []string{"dea"}, Whole: true}, // who has none
	}
	for name, tt := range map[string]struct {
		by     string
		words  []string
		people ledger.People
		want   int
	}{
		"a link and a command, of nobody knows whom": {role, []string{"ana", ana}, nil, 1},
		"two commands":                                    {role, []string{ana, ben}, nil, 2},
		"a link before two commands":                      {"", []string{"cem", ana, ben}, nil, 2},
		"links alone, of nobody knows whom":               {role, []string{"ana", "ben"}, nil, 0},
		"links alone, without who made it":                {"", []string{"ana", "ben"}, nil, 1},
		"the same person by both":                         {role, []string{"ana", ana}, known, 1},
		"the same person by a mail address":               {role, []string{"ana@example.com", "ana"}, known, 1},
		"the same person in a session of any role":        {role, []string{"ana", "arn:aws:sts::111122223333:assumed-role/Admin/ana@example.com"}, known, 1},
		"two people, one by each":                         {role, []string{"ana", ben}, known, 2},
		"two people by links":                             {role, []string{"ana", "ben"}, known, 2},
		"who made it, by a link":                          {ana, []string{"ana"}, known, 0},
		"who made it, and somebody else":                  {ana, []string{"ana", "ben"}, known, 1},
		"who made it may be who has the link":             {role, []string{"cem"}, known, 0},
		"who made it is known, and so is the link's name": {ana, []string{"cem"}, known, 1},
		"a person without an ARN":                         {role, []string{"dea"}, known, 1},
		"a link of one who has other ARNs, and one":       {"", []string{"cem", cem}, known, 1},
		"a shared mailbox":                                {role, []string{"ml-platform"}, known, 0},
		"a shared mailbox beside a person":                {"", []string{"ml-platform", "ana"}, known, 1},
		"an address that nobody is named for":             {"", []string{"eve@example.com", "ana"}, known, 1},
		"a pattern that fits two people":                  {"", []string{"ana", "ben"}, ledger.People{{Names: []string{"ana"}, ARNs: []string{"arn:*"}, Whole: true}, {Names: []string{"ben"}, ARNs: []string{"arn:*"}, Whole: true}}, 2},
		"an ARN that may be either's":                     {"", []string{"ana", "arn:x"}, ledger.People{{Names: []string{"ana"}, ARNs: []string{"arn:*"}, Whole: true}, {Names: []string{"ben"}, ARNs: []string{"arn:*"}, Whole: true}}, 1},
	} {
		f := ledger.Finding{By: tt.by}
		for _, w := range tt.words {
			f.Approvals = append(f.Approvals, ledger.Approval{By: w})
		}
		if got := f.Approvers(tt.people); got != tt.want {
			t.Errorf("%s: %d people, want %d", name, got, tt.want)
		}
	}
}
