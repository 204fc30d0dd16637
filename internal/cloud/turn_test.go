package cloud

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
)

// TestAwaited: a call that has awaited its turn waits no second time, and another one does not wait for it.
func TestAwaited(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(map[string]reply{"sagemaker:ListApps": says(map[string]any{}), "sagemaker:ListSpaces": says(map[string]any{})})
		s := open(t.Context(), t, New(Options{HTTPClient: fake, Limits: []Limit{{"sagemaker:*", 1}}}))
		start := time.Now()
		for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			ctx, done := s.Await(t.Context(), "sagemaker:ListApps")
			if got := time.Since(start); got != want {
				t.Errorf("turn %d comes after %v, want %v", i, got, want)
			}
			if err := listApps(ctx, s); err != nil {
				t.Fatal(err)
			}
			if got := time.Since(start); got != want {
				t.Errorf("call %d ends after %v, want %v", i, got, want)
			}
			done()
		}
	})
}

// TestAwaitedPlaces: the turn of a call that was not made, and of one of another operation, is given back.
func TestAwaitedPlaces(t *testing.T) {
	signedIn(t)
	synctest.Test(t, func(t *testing.T) {
		fake := newFakeAWS(map[string]reply{"sagemaker:ListSpaces": says(map[string]any{})})
		s := open(t.Context(), t, New(Options{HTTPClient: fake, Limits: NoLimits()}))
		var all []func()
		for range places {
			ctx, done := s.Await(t.Context(), "sagemaker:ListApps")
			all = append(all, done)
			if len(all) < places {
				continue
			}
			// All places are taken: were this call to keep its own beside, it would wait for ever.
			if _, err := s.SageMaker().ListSpaces(ctx, &sagemaker.ListSpacesInput{}); err != nil {
				t.Fatal(err)
			}
		}
		for _, done := range all {
			done()
			done() // is free
		}
		for range places {
			_, done := s.Await(t.Context(), "sagemaker:ListApps")
			defer done()
		}
	})
}
