package cloud

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func TestLoops(t *testing.T) {
	for _, tt := range []struct {
		in, out any
		want    bool
	}{
		{&sagemaker.ListAppsInput{}, &sagemaker.ListAppsOutput{NextToken: new("a")}, false},
		{&sagemaker.ListAppsInput{NextToken: new("a")}, &sagemaker.ListAppsOutput{NextToken: new("b")}, false},
		{&sagemaker.ListAppsInput{NextToken: new("a")}, &sagemaker.ListAppsOutput{}, false},
		{&sagemaker.ListAppsInput{NextToken: new("a")}, &sagemaker.ListAppsOutput{NextToken: new("a")}, true},
		{&sagemaker.DescribeAppInput{}, &sagemaker.DescribeAppOutput{}, false},
		{nil, nil, false},
	} {
		if got := loops(tt.in, tt.out); got != tt.want {
			t.Errorf("%+v then %+v: %v", tt.in, tt.out, got)
		}
	}
}

// TestCredentialsThatWaited: a target whose turn comes later than its credentials last gets others.
func TestCredentialsThatWaited(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		var tokens []string
		replies := acme().replies()
		replies["sagemaker:ListApps"] = func(w http.ResponseWriter, r *http.Request, n int) {
			tokens = append(tokens, r.Header.Get("X-Amz-Security-Token"))
			says(map[string]any{"Apps": []any{}})(w, r, n)
		}
		s := openRole(t, New(Options{HTTPClient: newFakeAWS(replies)}), "100000000001", Role{})
		pass(2 * time.Hour)
		if err := listApps(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		if tokens[0] == "token-1" {
			t.Error("the first call went out with credentials that ended an hour ago")
		}
	})
}

// TestLostAccount: whatever the error, an account that was not opened is a hole.
func TestLostAccount(t *testing.T) {
	signedIn(t)
	for _, code := range []string{"UnknownOperationException", "ResourceNotFoundException", "AccessDeniedException"} {
		replies := acme().replies()
		replies["account:ListRegions"] = refuses(http.StatusBadRequest, code, "")
		got, err := New(Options{HTTPClient: newFakeAWS(replies)}).OpenTargets(t.Context(), Targets{Accounts: []Account{{ID: "100000000001", Role: &Role{}, Regions: []string{AllRegions}}}})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Holes) != 1 || !got.Holes[0].Hole() {
			t.Errorf("%s: %+v", code, got.Holes)
		}
	}
}

// TestHollowDirectory: accounts are never lost to an answer without content.
func TestHollowDirectory(t *testing.T) {
	signedIn(t)
	for op, o := range map[string]Organization{
		"organizations:ListAccounts":                     {},
		"organizations:ListTagsForResource":              {Tags: map[string]string{"stage": "prod"}},
		"organizations:ListAccountsForParent":            {Units: []string{"Production", "Research"}},
		"organizations:ListOrganizationalUnitsForParent": {Units: []string{"ou-root-production"}},
	} {
		replies := acme().replies()
		replies[op] = says(map[string]any{})
		if got, err := New(Options{HTTPClient: newFakeAWS(replies)}).OpenTargets(t.Context(), Targets{Organization: &o}); err == nil && !anyHole(got.Holes) {
			t.Errorf("%s: %d sessions and no word", op, len(got.Sessions))
		}
	}
}

func anyHole(cs []estate.Coverage) bool {
	for _, c := range cs {
		if c.Hole() {
			return true
		}
	}
	return false
}
