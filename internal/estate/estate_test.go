package estate

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
)

func TestParseARN(t *testing.T) {
	for s, want := range map[string]ARN{
		"arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn":                          {"aws", "sagemaker", "us-east-1", "111122223333", "endpoint/churn"},
		"arn:aws-cn:sagemaker:cn-north-1:111122223333:app/d-1/u/jupyterlab/default":        {"aws-cn", "sagemaker", "cn-north-1", "111122223333", "app/d-1/u/jupyterlab/default"},
		"arn:aws-us-gov:logs:us-gov-west-1:111122223333:log-group:/aws/sagemaker/studio:*": {"aws-us-gov", "logs", "us-gov-west-1", "111122223333", "log-group:/aws/sagemaker/studio:*"},
		"arn:aws:s3:::bucket": {"aws", "s3", "", "", "bucket"},
	} {
		if got, err := ParseARN(s); err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "arn", "churn", "arn:aws:sagemaker", "arn::sagemaker:us-east-1:1:endpoint/x", "arn:aws::us-east-1:1:endpoint/x", "arn:aws:sagemaker:us-east-1:1:", "ARN:aws:sagemaker:us-east-1:1:endpoint/x"} {
		if got, err := ParseARN(s); err == nil {
			t.Errorf("%q was taken for %+v", s, got)
		}
	}
}

func FuzzParseARN(f *testing.F) {
	f.Add("arn:aws:sagemaker:us-east-1:111122223333:endpoint/churn")
	f.Add("arn:aws:logs:::log-group:a:b:c")
	f.Add("arn:::::")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseARN(s)
		if err != nil {
			return
		}
		if a.String() != s {
			t.Errorf("%q came back as %q", s, a)
		}
		if a.Partition == "" || a.Service == "" || a.Resource == "" {
			t.Errorf("%q was taken with a part missing: %+v", s, a)
		}
	})
}

func TestPartitionOf(t *testing.T) {
	for region, want := range map[string]string{"us-east-1": "aws", "cn-northwest-1": "aws-cn", "us-gov-east-1": "aws-us-gov", "eusc-de-east-1": "aws-eusc",
		"us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b", "us-isof-south-1": "aws-iso-f", "eu-isoe-west-1": "aws-iso-e", "mars-1": "aws"} {
		if got := PartitionOf(region); got != want {
			t.Errorf("%s is in %s, want %s", region, got, want)
		}
	}
}

func dollars(s string) decimal.Decimal { return decimal.RequireFromString(s) }

func TestHourly(t *testing.T) {
	known := Rate{Known: true, Hourly: dollars("1.41")}
	for name, tc := range map[string]struct {
		meters []Meter
		want   string
		known  bool
	}{
		"two instances":                   {[]Meter{{Count: 2, Rate: known}}, "2.82", true},
		"none runs, at an unknown rate":   {[]Meter{{Count: 0}}, "0", true},
		"free":                            {[]Meter{{Count: 1, Free: "system"}}, "0", true},
		"one of two rates is not known":   {[]Meter{{Count: 1, Rate: known}, {Count: 1}}, "1.41", false},
		"a rate that is not known is not": {[]Meter{{Count: 1, Rate: Rate{Hourly: dollars("9")}}}, "0", false},
		"nothing bills":                   {nil, "0", true},
	} {
		if got, ok := (Resource{Meters: tc.meters}).Hourly(); !got.Equal(dollars(tc.want)) || ok != tc.known {
			t.Errorf("%s: %s known %v, want %s known %v", name, got, ok, tc.want, tc.known)
		}
	}
}

func TestConfidence(t *testing.T) {
	order := []Confidence{"", Low, Medium, High}
	for i, a := range order {
		for j, b := range order {
			if want := order[min(i, j)]; a.Min(b) != want {
				t.Errorf("the lesser of %q and %q is %q", a, b, a.Min(b))
			}
		}
	}
}

// TestSnapshotRoundTrip: what is saved can be judged again, so nothing may be lost.
func TestSnapshotRoundTrip(t *testing.T) {
	at := time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC)
	want := Snapshot{Version: SnapshotVersion, At: at, IdleFor: map[Kind]Duration{"endpoint": Duration(168 * time.Hour)}, MinDailyInvocations: 5,
		Targets: []Target{{"aws", "111122223333", "lab", "us-east-1"}}, Coverage: []Coverage{{Operation: "a:B", Outcome: OutcomeDenied, Error: "e", Hides: "h", Hint: "i"}},
		Observations: []*Observation{{
			Resource: Resource{ARN: "arn:aws:sagemaker:us-east-1:111122223333:endpoint/x", Kind: "endpoint", Created: at, Tags: map[string]string{}, Parts: []Part{{Name: "v", Role: "production", Mode: "instances", Count: 1, Members: []string{"m"}}},
				Meters: []Meter{{Part: "v", Component: "Hosting", InstanceType: "ml.m5.large", Count: 1, Rate: Rate{Known: true, Hourly: dollars("0.1234567890123")}}}},
			Signals: Signals{{Name: "s", Quality: Good, At: at, Window: Window{at, at, Duration(time.Hour)}, Spans: []Span{{at, at, 0.5}}}},
			Verdict: Verdict{State: Idle, Confidence: High, Since: at, Open: true, Parts: []PartVerdict{{Part: "v", Verdict: Verdict{State: Idle, Since: at}}}},
			Waste:   Waste{Known: true, Hourly: dollars("1"), SoFar: dollars("2.5"), Parts: []PartWaste{{Part: "v", Hourly: dollars("1"), SoFar: dollars("3")}}},
		}}, Interrupted: true}
	text, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got Snapshot
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmp.Comparer(decimal.Decimal.Equal)); d != "" {
		t.Error(d)
	}
}

func TestError(t *testing.T) {
	cause := errors.New("denied")
	e := &Error{Op: "sagemaker:ListApps", On: "111122223333/us-east-1", Err: cause, Hint: "allow it"}
	if e.Error() != "sagemaker:ListApps on 111122223333/us-east-1: denied" || !errors.Is(e, cause) {
		t.Errorf("%v", e)
	}
}
