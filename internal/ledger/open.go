package ledger

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// An Environment is what a ledger is given by its process.
type Environment struct {
	// Now is the clock of the history.
	Now func() time.Time
	// Pause waits before an update is tried again: the first time after attempt 1. Nil means a random while that grows.
	Pause func(ctx context.Context, attempt int) error
	// S3 opens the bucket of an address, with the credentials of a profile (empty for the caller's own) in a region (empty for the configured one).
	S3 func(ctx context.Context, profile, region string) (S3, error)
}

// hint is what helps with an address.
const hint = "name another place with --state: a file, s3://bucket/key, or postgres://user@host/database"

// Open opens the ledger at an address, and makes it where there is none:
//
//   - a path, or sqlite:PATH, is a file that processes of one machine share;
//   - s3://bucket/key is an object, with those beside it that it names; ?region=, ?profile= and ?kms-key= say how it is reached and encrypted;
//   - postgres://user@host/database is a database, as libpq understands it;
//   - memory: ends with the process.
func Open(ctx context.Context, address string, env Environment) (*Ledger, error) {
	l := &Ledger{now: env.Now, pause: env.Pause}
	if l.pause == nil {
		l.pause = pause
	}
	shown, err := address, error(nil)
	scheme, rest, _ := strings.Cut(address, ":")
	switch {
	case address == "":
		err = errors.New("the address is empty")
	case scheme == "memory":
		l.Store = newMemory()
	case scheme == "sqlite":
		l.Store, err = openSQLite(ctx, rest)
	case scheme == "s3":
		l.Store, err = openBucket(ctx, address, l, env)
	case scheme == "postgres", scheme == "postgresql":
		if u, bad := url.Parse(address); bad == nil {
			u.RawQuery = "" // which may have a password too
			shown = u.Redacted()
		} else {
			shown = scheme + ":…"
		}
		l.Store, err = openPostgreSQL(ctx, address)
	case strings.HasPrefix(rest, "//"):
		err = fmt.Errorf("%s: is no sort of place that a ledger can be in", scheme)
	default:
		l.Store, err = openSQLite(ctx, address)
	}
	if err != nil {
		if e, ok := errors.AsType[*estate.Error](err); ok {
			return nil, e
		}
		return nil, &estate.Error{Op: "open the ledger", On: shown, Err: err, Hint: hint}
	}
	return l, nil
}

// pause waits for a random while: up to two milliseconds at first, and a quarter of a second in the end.
func pause(ctx context.Context, attempt int) error {
	wait := time.NewTimer(rand.N(min(time.Millisecond<<min(attempt, 8), 250*time.Millisecond)))
	defer wait.Stop()
	select {
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
