package wire

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

func TestFaultsComeByNumber(t *testing.T) {
	throttled := "ThrottlingException"
	tests := []struct {
		name  string
		fault world.Fault
		want  string // one letter a call: . goes well, ! fails
	}{
		{"each", world.Fault{}, "!!!!!!!!"},
		{"every third", world.Fault{Every: 3}, "..!..!.."},
		{"after two", world.Fault{After: 2}, "..!!!!!!"},
		{"three times", world.Fault{Times: 3}, "!!!....."},
		{"every second after one, twice", world.Fault{Every: 2, After: 1, Times: 2}, "..!.!..."},
		{"of a family of operations", world.Fault{Operation: "sagemaker:list*"}, "!!!!!!!!"},
		{"of another operation", world.Fault{Operation: "sagemaker:Describe*"}, "........"},
		{"of another region", world.Fault{Region: "eu-west-1"}, "........"},
		{"of another account", world.Fault{Account: "222222222222"}, "........"},
		{"of this account and region", world.Fault{Account: research, Region: homeTown}, "!!!!!!!!"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := home(&world.Region{})
			test.fault.Error = throttled
			w.Faults = []*world.Fault{&test.fault}
			_, cfg := serve(t, w)
			got := ""
			for range test.want {
				switch err := calls["json"](t.Context(), cfg); code(err) {
				case throttled:
					got += "!"
				case "":
					got += "."
				}
			}
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestFaultErrors(t *testing.T) {
	tests := []struct {
		fault world.Fault
		want  map[string]string // code by protocol
	}{
		{world.Fault{Error: "ThrottlingException"}, map[string]string{"json": "ThrottlingException", "cbor": "Throttling", "query": "Throttling", "rest": "ThrottlingException"}},
		{world.Fault{Error: "AccessDeniedException"}, map[string]string{"json": "AccessDeniedException", "cbor": "AccessDenied", "query": "AccessDenied", "rest": "AccessDeniedException"}},
		{world.Fault{Error: "ServiceUnavailable", Status: 503}, map[string]string{"json": "ServiceUnavailable", "cbor": "ServiceUnavailable", "query": "ServiceUnavailable", "rest": "ServiceUnavailable"}},
	}
	for _, test := range tests {
		for protocol, want := range test.want {
			w := home(&world.Region{})
			w.Faults = []*world.Fault{&test.fault}
			var seen []Call
			_, cfg := serve(t, w, func(o *Options) { o.OnCall = func(c Call) { seen = append(seen, c) } })
			if err := calls[protocol](t.Context(), cfg); code(err) != want {
				t.Errorf("%s over %s: %v", test.fault.Error, protocol, err)
			}
			if len(seen) != 1 || seen[0].Error != test.fault.Error || seen[0].Account != research || seen[0].Region != homeTown {
				t.Errorf("%s over %s was reported as %+v", test.fault.Error, protocol, seen)
			}
		}
	}
}

func TestFaultBody(t *testing.T) {
	for protocol, call := range calls {
		for _, body := range []string{"<html>proxy</html>", `{"Domains": [`} {
			w := home(&world.Region{})
			w.Faults = []*world.Fault{{Body: body}}
			_, cfg := serve(t, w)
			if err := call(t.Context(), cfg); err == nil && protocol != "query" {
				t.Errorf("%s: %q was taken for an answer", protocol, body)
			}
		}
	}
}

func TestFaultLatency(t *testing.T) {
	w := home(&world.Region{})
	w.Faults = []*world.Fault{{Operation: "sagemaker:*", Latency: 2 * time.Second}, {Latency: time.Second}}
	var slept []time.Duration
	_, cfg := serve(t, w, func(o *Options) { o.Sleep = func(_ context.Context, d time.Duration) { slept = append(slept, d) } })
	for _, protocol := range []string{"json", "cbor"} {
		if err := calls[protocol](t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]time.Duration{3 * time.Second, time.Second}, slept); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSleepEndsWithTheCall(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sleep(ctx, 24*time.Hour)
}

func TestWithheldDataHasAReason(t *testing.T) {
	w := invoked(always(1))
	w.Faults = []*world.Fault{{StatusCode: "InternalError", Message: "out of order"}}
	_, cfg := serve(t, w)
	out, err := cloudwatch.NewFromConfig(cfg).GetMetricData(t.Context(), ask(time.Hour, time.Hour, "Sum"))
	if err != nil {
		t.Fatal(err)
	}
	r := out.MetricDataResults[0]
	if r.StatusCode != "InternalError" || len(r.Values) != 0 || *r.Messages[0].Code != "InternalError" || *r.Messages[0].Value != "out of order" {
		t.Errorf("%+v", r)
	}
}

// The counts are exact however many call at once, per account and region.
func TestCallsAreCounted(t *testing.T) {
	w := &world.World{Accounts: []*world.Account{
		{ID: research, Regions: []*world.Region{{Name: "us-east-1"}, {Name: "eu-west-1"}}},
		{ID: "222222222222", Regions: []*world.Region{{Name: "us-east-1"}}},
	}, Faults: []*world.Fault{{Error: "ThrottlingException", Every: 5}}}
	s, cfg := serve(t, w)
	var all sync.WaitGroup
	for _, a := range []string{research, "222222222222"} {
		for _, region := range []string{"us-east-1", "eu-west-1"} {
			all.Go(func() {
				client := sagemaker.NewFromConfig(cfg, func(o *sagemaker.Options) {
					o.Region = region
					o.Credentials = credentials.NewStaticCredentialsProvider("AKIASIM"+a, "secret", "")
				})
				for range 25 {
					_, _ = client.ListApps(t.Context(), &sagemaker.ListAppsInput{MaxResults: aws.Int32(1)})
				}
			})
		}
	}
	all.Wait()
	if diff := cmp.Diff(map[string]int{"sagemaker:ListApps": 100}, s.Calls()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"sagemaker:ListApps": 25}, s.CallsIn("222222222222", "eu-west-1")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	s.Reset()
	if n := len(s.Calls()); n != 0 {
		t.Errorf("%d counts are left", n)
	}
}
