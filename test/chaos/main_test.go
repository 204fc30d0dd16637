package chaos_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cli"
	"github.com/sagewarden/sagewarden/test/postgresql"
)

const (
	// clockVariable makes this test's program be sagewarden, with the clock that is in the file: what this machine's is ahead by, as eight bytes.
	clockVariable = "SAGEWARDEN_TEST_CLOCK"
	// waitVariable is where time is asked to pass.
	waitVariable = "SAGEWARDEN_TEST_WAIT"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(clockVariable); file != "" {
		os.Exit(cli.Run(context.Background(), environment(file)))
	}
	code := m.Run()
	postgresql.Stop()
	os.Exit(code)
}

// environment is that of the process, but for the time, which is the test's.
func environment(file string) cli.Env {
	clock, err := os.Open(file)
	if err != nil {
		panic(err)
	}
	env := cli.OS()
	env.Now = func() time.Time {
		var ahead [8]byte
		if _, err := clock.ReadAt(ahead[:], 0); err != nil {
			panic(err)
		}
		return time.Now().Add(time.Duration(binary.BigEndian.Uint64(ahead[:]))).Round(0) //nolint:gosec // it was a duration before
	}
	env.Wait = func(ctx context.Context, d time.Duration) error {
		address := fmt.Sprintf("%s?for=%s", os.Getenv(waitVariable), url.QueryEscape(d.String()))
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(""))
		if err != nil {
			return err
		}
		answer, err := http.DefaultClient.Do(q)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return err
	}
	return env
}
