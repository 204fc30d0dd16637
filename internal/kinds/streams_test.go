package kinds

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// logScope is a scope on a region that holds the streams alone.
func logScope(t testing.TB, streams ...*world.Stream) (*Scope, *wire.Server) {
	t.Helper()
	srv, err := wire.New(wire.Options{World: &world.World{At: now, Accounts: []*world.Account{{ID: "111111111111", Regions: []*world.Region{{Name: "us-east-1", Streams: streams}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(srv)
	t.Cleanup(web.Close)
	c := cloud.New(cloud.Options{Limits: cloud.NoLimits(), Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
		return aws.Config{Region: "us-east-1", BaseEndpoint: &web.URL, Credentials: credentials.NewStaticCredentialsProvider("AKIASIM111111111111", "simulated", "")}, nil
	}})
	sessions, err := c.Open(t.Context(), "", nil)
	if err != nil {
		t.Fatal(err)
	}
	srv.Reset()
	return &Scope{Session: sessions[0], Report: func(string, estate.Outcome, error) {}}, srv
}

func logStream(name string, age time.Duration) *world.Stream {
	return &world.Stream{Group: studioLogs, Name: name, Created: before(90 * day), Events: world.NewInstants(before(age))}
}

// FuzzLastEvents: a stream speaks for the app of its exact name, and for no other.
func FuzzLastEvents(f *testing.F) {
	f.Add("d-1/u/KernelGateway/app-1", "d-1/u/KernelGateway/app-10\nd-1/u/KernelGateway/app-1/LifecycleConfigOnStart")
	f.Add("d-1/u/KernelGateway/app", "D-1/U/KERNELGATEWAY/APP\nd-1/u/KernelGateway/app")
	f.Add("a", "")
	f.Fuzz(func(t *testing.T, wanted, others string) {
		names := strings.Split(others, "\n")
		if len(names) > 20 || wanted == "" || len(wanted) > 512 || strings.ContainsAny(wanted+others, ":*\x00") || strings.ToValidUTF8(wanted+others, "") != wanted+others {
			return
		}
		var streams []*world.Stream
		there := false
		seen := map[string]bool{}
		for _, n := range names {
			if n != "" && len(n) <= 512 && !seen[n] {
				seen[n] = true
				there = there || n == wanted
				streams = append(streams, logStream(n, 5*time.Hour))
			}
		}
		s, _ := logScope(t, streams...)
		got := lastEvents(t.Context(), s, []string{wanted})
		if q := got[wanted].Quality; (q == estate.Good) != there {
			t.Errorf("%q is %s among %q", wanted, q, names)
		}
	})
}

// TestLastEventsAsksTheCheaperWay: recent streams come fifty to a call; a lone old one is asked for by name.
func TestLastEventsAsksTheCheaperWay(t *testing.T) {
	var streams []*world.Stream
	var recent []string
	for i := range 400 {
		name := "d/" + strings.Repeat("x", i%7) + string(rune('a'+i%26)) + strings.Repeat("y", i/26) + "/KernelGateway/app"
		streams = append(streams, logStream(name, time.Duration(i)*time.Minute))
		if i < 100 {
			recent = append(recent, name)
		}
	}
	streams = append(streams, logStream("d/old/KernelGateway/app", 80*day))
	for _, tc := range []struct {
		name  string
		want  []string
		calls int
	}{
		{"a hundred recent ones are two pages", recent, 2},
		{"one old one is a page and a question", []string{"d/old/KernelGateway/app"}, 2},
		{"a hundred recent ones and an old one", append([]string{"d/old/KernelGateway/app"}, recent...), 4},
	} {
		s, srv := logScope(t, streams...)
		got := lastEvents(t.Context(), s, tc.want)
		if len(got) != len(tc.want) {
			t.Errorf("%s: %d answers for %d", tc.name, len(got), len(tc.want))
		}
		if n := srv.Calls()["logs:DescribeLogStreams"]; n > tc.calls {
			t.Errorf("%s: %d calls, want at most %d", tc.name, n, tc.calls)
		}
	}
}
