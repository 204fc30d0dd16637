package scan

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
)

// TestTheLeastWorkGoesFirst: so many are in at once, and of those that wait the one with the least work is next, of equals the first.
func TestTheLeastWorkGoesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		leave := q.enter(t.Context(), 9)
		var entered []string
		for _, w := range []struct {
			name string
			work int
		}{{"slow", 3}, {"quick", 0}, {"middle", 1}, {"middle too", 1}} {
			go func() {
				defer q.enter(t.Context(), w.work)()
				entered = append(entered, w.name)
			}()
			synctest.Wait()
		}
		if len(entered) > 0 {
			t.Errorf("%v entered beside the first", entered)
		}
		leave()
		synctest.Wait()
		if want := []string{"quick", "middle", "middle too", "slow"}; !slices.Equal(entered, want) {
			t.Errorf("%v, want %v", entered, want)
		}
	})
}

// TestACancelledScanWaitsForNobody: and takes nobody's place.
func TestACancelledScanWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(1)
		leave := q.enter(t.Context(), 0)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		q.enter(ctx, 0)()
		entered := false
		go func() {
			defer q.enter(t.Context(), 0)()
			entered = true
		}()
		synctest.Wait()
		if entered {
			t.Error("a place was given back that was not taken")
		}
		leave()
		synctest.Wait()
		if !entered {
			t.Error("the place was lost")
		}
	})
}
