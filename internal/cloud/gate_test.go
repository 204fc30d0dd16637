package cloud

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func listApps(ctx context.Context, s *Session) error {
	_, err := s.SageMaker().ListApps(ctx, nil)
	return err
}

func TestCallsAreCounted(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(map[string]reply{
			"sagemaker:ListApps": func(w http.ResponseWriter, r *http.Request, n int) {
				pass(100 * time.Millisecond)
				if n == 2 {
					throttle(w, r, n)
					return
				}
				says(map[string]any{"Apps": []any{}})(w, r, n)
			},
			"cloudwatch:GetMetricData": refusesCBOR(http.StatusForbidden, "AccessDenied", "no"),
		})
		c := New(Options{HTTPClient: fake})
		s := open(t.Context(), t, c)
		for range 3 {
			if err := listApps(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.CloudWatch().GetMetricData(t.Context(), new(cloudwatch.GetMetricDataInput)); err == nil {
			t.Fatal("an invalid input was sent")
		}
		if _, err := s.CloudWatch().ListMetrics(t.Context(), nil); err == nil {
			t.Fatal("ListMetrics has no reply, and succeeds")
		}

		want := []OperationStats{
			{Operation: "sagemaker:ListApps", Calls: 3, Attempts: 4, Throttles: 1, Time: 400 * time.Millisecond},
			{Operation: "cloudwatch:ListMetrics", Calls: 1, Attempts: 1, Errors: 1},
			{Operation: "sts:GetCallerIdentity", Calls: 1, Attempts: 1},
		}
		got := c.Stats()
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(OperationStats{}, "BytesIn", "BytesOut", "Wait")); diff != "" {
			t.Error(diff)
		}
		apps := got[0]
		if in := int64(3*len(`{"Apps":[]}`+"\n") + len(`{"__type":"ThrottlingException","message":"Rate exceeded"}`+"\n")); apps.BytesIn != in {
			t.Errorf("%d bytes in, want %d", apps.BytesIn, in)
		}
		if out := int64(4 * len(`{}`)); apps.BytesOut != out {
			t.Errorf("%d bytes out, want %d", apps.BytesOut, out)
		}
		if apps.Wait <= 0 || apps.Wait > 3*time.Second {
			t.Errorf("waited %v for 4 attempts at 2/s", apps.Wait)
		}
	})
}

// A bucket belongs to account, region and operation: sessions of one account share it, others do not wait for each other.
func TestBucketsAreSharedByAccountRegionAndOperation(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(map[string]reply{
			"sagemaker:ListApps":      says(map[string]any{}),
			"sagemaker:ListEndpoints": says(map[string]any{"Endpoints": []any{}}),
			"sts:GetCallerIdentity": func(w http.ResponseWriter, r *http.Request, n int) {
				arn := "arn:aws:iam::111122223333:user/ana"
				if n == 3 {
					arn = "arn:aws:iam::444455556666:user/ana"
				}
				caller(arn)(w, r, n)
			},
		})
		c := New(Options{HTTPClient: fake})
		one, same := open(t.Context(), t, c), open(t.Context(), t, c)
		otherAccount, otherRegion := open(t.Context(), t, c), open(t.Context(), t, c, "eu-west-1", "us-east-1")

		start := time.Now()
		var wg sync.WaitGroup
		for _, s := range []*Session{one, same, otherAccount, otherRegion} {
			wg.Go(func() {
				for range 5 {
					if err := listApps(t.Context(), s); err != nil {
						t.Error(err)
					}
				}
			})
			wg.Go(func() {
				if _, err := s.SageMaker().ListEndpoints(t.Context(), nil); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if got, want := time.Since(start), 4500*time.Millisecond; got != want {
			t.Errorf("took %v, want %v: 10 calls at 2/s in the shared bucket, 5 in the others", got, want)
		}
	})
}

// 0-12: every third attempt is throttled, after 200 of which each was, and every call is answered. Such a start uses up
// the quota of retries that the SDK would keep.
func TestThrottleStormLosesNothing(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(map[string]reply{
			"sagemaker:DescribeApp": func(w http.ResponseWriter, r *http.Request, n int) {
				if n <= 200 || n%3 == 0 {
					throttle(w, r, n)
					return
				}
				says(map[string]any{"AppName": "default"})(w, r, n)
			},
		})
		c := New(Options{HTTPClient: fake, MaxAttempts: 50})
		s := open(t.Context(), t, c)
		describe(t, s, 200)
		got := c.Stats()[0]
		if got.Calls != 200 || got.Errors != 0 || got.Throttles < 250 || got.Attempts != 200+got.Throttles {
			t.Errorf("%+v", got)
		}
	})
}

// A server that bears less than we ask for is asked less, until hardly anything is refused.
func TestRateSettlesBelowWhatTheServerBears(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		bears := newBucket(1.5)
		fake := newFakeAWS(map[string]reply{
			"sagemaker:DescribeApp": func(w http.ResponseWriter, r *http.Request, n int) {
				if !bears.limiter.AllowN(time.Now(), 1) {
					throttle(w, r, n)
					return
				}
				says(map[string]any{"AppName": "default"})(w, r, n)
			},
		})
		c := New(Options{HTTPClient: fake})
		s := open(t.Context(), t, c)
		start := time.Now()
		describe(t, s, 600)
		got, took := c.Stats()[0], time.Since(start)
		t.Logf("600 calls, %d throttled, %v; the server's bound is 400s", got.Throttles, took)
		if got.Errors != 0 || got.Throttles > 100 || took > 800*time.Second {
			t.Errorf("%d errors, %d throttles, %v", got.Errors, got.Throttles, took)
		}
	})
}

func describe(t *testing.T, s *Session, n int) {
	t.Helper()
	work := make(chan struct{})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range work {
				_, err := s.SageMaker().DescribeApp(t.Context(), &sagemaker.DescribeAppInput{
					DomainId: new("d-1"), AppName: new("default"), AppType: "JupyterLab", SpaceName: new("s"),
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range n {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
}

func TestNowIsTheServersTime(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		server := time.Now().Add(1000 * time.Hour).UTC()
		fake := newFakeAWS(map[string]reply{"sts:GetCallerIdentity": func(w http.ResponseWriter, r *http.Request, n int) {
			w.Header().Set("Date", server.Format(http.TimeFormat))
			caller("arn:aws:iam::111122223333:user/ana")(w, r, n)
		}})
		s := open(t.Context(), t, New(Options{HTTPClient: fake}))
		pass(time.Minute)
		if got, want := s.Now(), server.Add(time.Minute); !got.Equal(want) {
			t.Errorf("now is %v, want %v", got, want)
		}
	})
}

func TestAttemptsAreBounded(t *testing.T) {
	for _, tt := range []struct {
		name string
		max  int
		env  string
		want int
		// prices is for a price, which is not worth the same patience.
		prices int
	}{
		{"default", 0, "", throttledAttempts, pricingAttempts},
		{"option", 3, "", 3, pricingAttempts},
		{"environment", 0, "2", 2, 2},
		{"option before environment", 4, "2", 4, pricingAttempts},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signedIn(t)
			t.Setenv("AWS_MAX_ATTEMPTS", tt.env)
			synctest.Test(t, func(t *testing.T) {
				fake := newFakeAWS(map[string]reply{"sagemaker:ListApps": throttle, "pricing:GetProducts": throttle})
				s := open(t.Context(), t, New(Options{HTTPClient: fake, MaxAttempts: tt.max}))
				if err := listApps(t.Context(), s); Classify(err) != Throttled {
					t.Errorf("%v", err)
				}
				prices, _ := s.Pricing()
				if _, err := prices.GetProducts(t.Context(), &pricing.GetProductsInput{ServiceCode: aws.String("AmazonSageMaker")}); Classify(err) != Throttled {
					t.Errorf("%v", err)
				}
				for op, want := range map[string]int{"sagemaker:ListApps": tt.want, "pricing:GetProducts": tt.prices} {
					if got := fake.count(op); got != want {
						t.Errorf("%d attempts of %s, want %d", got, op, want)
					}
				}
			})
		})
	}
}

// TestFailuresAreNotStorms: what is broken is not asked for as often as what is busy.
func TestFailuresAreNotStorms(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(map[string]reply{"sagemaker:ListApps": refuses(http.StatusInternalServerError, "InternalFailure", "broken")})
		if err := listApps(t.Context(), open(t.Context(), t, New(Options{HTTPClient: fake}))); errorCode(err) != "InternalFailure" {
			t.Errorf("%v", err)
		}
		if n := fake.count("sagemaker:ListApps"); n != defaultAttempts {
			t.Errorf("%d attempts, want %d", n, defaultAttempts)
		}
	})
}

func TestCancelledWhileWaiting(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(map[string]reply{"sagemaker:ListApps": says(map[string]any{})})
		s := open(t.Context(), t, New(Options{HTTPClient: fake, Limits: []Limit{{"sagemaker:ListApps", 0.001}}}))
		if err := listApps(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		err := listApps(ctx, s)
		if got := time.Since(start); Classify(err) != Canceled || got != time.Second {
			t.Errorf("%v after %v", err, got)
		}
		if got := fake.count("sagemaker:ListApps"); got != 1 {
			t.Errorf("%d requests were sent", got)
		}
	})
}

// TestPlaces: so many attempts on a service in a region are under way at once, and no more; who waits is free to give up.
func TestPlaces(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		release, answer := make(chan struct{}), says(map[string]any{})
		fake := newFakeAWS(map[string]reply{"sagemaker:ListApps": func(w http.ResponseWriter, r *http.Request, n int) {
			<-release
			answer(w, r, n)
		}})
		s := open(t.Context(), t, New(Options{HTTPClient: fake, Limits: NoLimits()}))
		ctx, cancel := context.WithCancel(t.Context())
		var calls sync.WaitGroup
		for range 2 * places {
			calls.Go(func() { _ = listApps(ctx, s) })
		}
		synctest.Wait()
		if n := fake.count("sagemaker:ListApps"); n != places {
			t.Errorf("%d attempts are under way, want %d", n, places)
		}
		cancel()
		close(release)
		calls.Wait()
		if err := listApps(t.Context(), s); err != nil { // every place was given back
			t.Error(err)
		}
	})
}
