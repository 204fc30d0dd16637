package cloud

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// openRole opens one account by a role.
func openRole(t *testing.T, c *Cloud, account string, r Role) *Session {
	t.Helper()
	got, err := c.OpenTargets(t.Context(), Targets{Accounts: []Account{{ID: account, Role: &r}}})
	if err != nil || len(got.Sessions) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	return got.Sessions[0]
}

func TestWhatIsAskedOfSTS(t *testing.T) {
	common := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}}
	for _, tt := range []struct {
		name string
		role Role
		want url.Values
	}{
		{"defaults", Role{}, url.Values{
			"RoleArn": {"arn:aws:iam::100000000001:role/SagewardenReader"}, "RoleSessionName": {"sagewarden"}, "DurationSeconds": {"3600"},
		}},
		{"everything", Role{
			Name: "ops/Reader", ExternalID: "x-1", SessionName: "nightly", SessionTags: map[string]string{"team": "finops", "cost": "1"}, Duration: 2 * time.Hour,
		}, url.Values{
			"RoleArn": {"arn:aws:iam::100000000001:role/ops/Reader"}, "RoleSessionName": {"nightly"}, "DurationSeconds": {"7200"}, "ExternalId": {"x-1"},
			"Tags.member.1.Key": {"cost"}, "Tags.member.1.Value": {"1"}, "Tags.member.2.Key": {"team"}, "Tags.member.2.Value": {"finops"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signedIn(t)
			org := acme()
			org.externalID = tt.role.ExternalID
			openRole(t, New(Options{HTTPClient: newFakeAWS(org.replies())}), "100000000001", tt.role)
			maps.Copy(tt.want, common)
			if diff := cmp.Diff([]url.Values{tt.want}, org.assumed); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Sessions of an account share credentials, and have new ones before the old are refused, even where this machine's clock
// is wrong.
func TestCredentialsAreRenewed(t *testing.T) {
	for _, skew := range []time.Duration{0, 10 * time.Hour, -10 * time.Hour} {
		t.Run(skew.String(), func(t *testing.T) {
			signedIn(t)
			synctest.Test(t, func(t *testing.T) {
				org := acme()
				org.skew = map[string]time.Duration{"100000000001": skew}
				var tokens []string
				replies := org.replies()
				replies["sagemaker:ListApps"] = func(w http.ResponseWriter, r *http.Request, n int) {
					if !strings.Contains(r.Header.Get("Authorization"), "Credential=ASIA100000000001/") {
						t.Errorf("signed by %s", r.Header.Get("Authorization"))
					}
					tokens = append(tokens, r.Header.Get("X-Amz-Security-Token"))
					says(map[string]any{"Apps": []any{}})(w, r, n)
				}
				got, err := New(Options{HTTPClient: newFakeAWS(replies)}).OpenTargets(t.Context(), Targets{Accounts: []Account{
					{ID: "100000000001", Role: &Role{Duration: time.Hour}, Regions: []string{"us-east-1", "eu-west-1"}},
				}})
				if err != nil {
					t.Fatal(err)
				}
				for _, after := range []time.Duration{0, 54 * time.Minute, 2 * time.Minute, 0, 2 * time.Hour} {
					pass(after)
					for _, s := range got.Sessions {
						if err := listApps(t.Context(), s); err != nil {
							t.Fatal(err)
						}
					}
				}
				want := []string{"token-1", "token-1", "token-1", "token-1", "token-2", "token-2", "token-2", "token-2", "token-3", "token-3"}
				if diff := cmp.Diff(want, tokens); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestRenewalThatIsRefused(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		org := acme()
		s := openRole(t, New(Options{HTTPClient: newFakeAWS(org.replies())}), "100000000001", Role{})
		if err := listApps(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		org.denied = []string{"100000000001"}
		pass(time.Hour)
		err := Fail("sagemaker:ListApps", s.Target(), listApps(t.Context(), s))
		if Classify(err) != Denied || !strings.Contains(err.Error(), "not authorized to perform: sts:AssumeRole") || !strings.Contains(err.Hint, "trust policy") {
			t.Errorf("%v; %s", err, err.Hint)
		}
	})
}

func TestNowIsTheTimeOfTheAnswerThatOpened(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		org := acme()
		org.skew = map[string]time.Duration{"100000000001": 3 * time.Hour}
		s := openRole(t, New(Options{HTTPClient: newFakeAWS(org.replies())}), "100000000001", Role{})
		if got, want := s.Now(), time.Now().Add(3*time.Hour); !got.Equal(want) {
			t.Errorf("now is %v, want %v", got, want)
		}
	})
}

// STS has just made the credentials: a region that refuses them is off, be it the caller's own.
func TestRegionThatIsOffForTheRole(t *testing.T) {
	signedIn(t)
	replies := acme().replies()
	replies["sagemaker:ListApps"] = refuses(http.StatusBadRequest, "UnrecognizedClientException", "The security token included in the request is invalid.")
	s := openRole(t, New(Options{HTTPClient: newFakeAWS(replies)}), "100000000001", Role{})
	if err := listApps(t.Context(), s); Classify(err) != RegionOff {
		t.Errorf("%v", err)
	}
}
