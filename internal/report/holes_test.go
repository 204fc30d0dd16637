package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// shut is an account that did not open.
func shut(name string, outcome estate.Outcome, err, hint string) estate.Coverage {
	return estate.Coverage{Target: estate.Target{AccountName: name, Region: "all"}, Operation: "sts:AssumeRole", Outcome: outcome, Error: err, Hides: "everything in the account", Hint: hint}
}

const (
	tooLong  = "ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
	stranger = "AccessDenied: User: arn:aws:iam::111122223333:user/ana is not authorized to perform: sts:AssumeRole on resource: *"
)

// TestHolesSayWhy: a reason and a hint that neighbours share are said once.
func TestHolesSayWhy(t *testing.T) {
	var got []string
	for _, r := range coverage(&estate.Snapshot{Coverage: []estate.Coverage{
		shut("a", estate.OutcomeFailed, tooLong, "lower it"),
		shut("b", estate.OutcomeDenied, stranger, "trust b"),
		shut("c", estate.OutcomeFailed, tooLong, "lower it"),
		shut("d", estate.OutcomeDenied, stranger, "trust d"),
		{Target: prod, Operation: "sagemaker:ListApps", Outcome: estate.OutcomeFailed, Error: "HTTP 500", Hint: "again"},
		{Target: prod, Operation: "sagemaker:ListModels", Outcome: estate.OutcomeFailed, Error: "HTTP 502", Hint: "again"},
	}})[1:] {
		got = append(got, strings.Repeat("  ", r.level-1)+r.text)
	}
	want := []string{
		"a/all sts:AssumeRole failed, hides everything in the account",
		"c/all sts:AssumeRole failed, hides everything in the account",
		"  error: " + tooLong,
		"  hint: lower it",
		"b/all sts:AssumeRole denied, hides everything in the account",
		"  error: arn:aws:iam::111122223333:user/ana is not authorized",
		"  hint: trust b",
		"d/all sts:AssumeRole denied, hides everything in the account",
		"  error: arn:aws:iam::111122223333:user/ana is not authorized",
		"  hint: trust d",
		prod.Label() + "/" + prod.Region + " all 2 operations failed, hides everything that was asked for",
		"  first of 2 errors: HTTP 500",
		"  hint: again",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTargetsSayWhy(t *testing.T) {
	var out bytes.Buffer
	closed := []estate.Coverage{shut("a", estate.OutcomeFailed, tooLong, "lower it"), shut("b", estate.OutcomeDenied, stranger, "")}
	if err := Targets(&out, []Reach{{Target: closed[0].Target, Answer: closed[0]}, {Target: closed[1].Target, Answer: closed[1]}}, nil, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"  problem: sts:AssumeRole failed: " + strings.TrimSuffix(tooLong, ".") + ", hides everything in the account\n  hint: lower it\n",
		"  problem: sts:AssumeRole denied: arn:aws:iam::111122223333:user/ana is not authorized, hides everything in the account\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("want %q in\n%s", want, &out)
		}
	}
}
