package compliance

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/simulate/wire"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A line carries requests to the simulated organization, but for those about ben, which it loses in its own way.
type line struct {
	http.Handler
	lose func(*http.Request) error
}

func (l line) Do(r *http.Request) (*http.Response, error) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			return nil, err
		}
	}
	if bytes.Contains(body, []byte(`"UserProfileName":"ben"`)) {
		return nil, l.lose(r)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	w := httptest.NewRecorder()
	l.ServeHTTP(w, r)
	return w.Result(), r.Context().Err()
}

// TestK7NoAnswer, in a bubble where waiting takes no time: an answer that never comes ends by itself, as a connection does that is refused or cut; either leaves unknown what it is about, and
// nothing else.
func TestK7NoAnswer(t *testing.T) {
	for name, lose := range map[string]func(*http.Request) error{
		"never answered": func(*http.Request) error { // until the client gives the connection up, as ours does
			<-time.After(30 * time.Second) // of the bubble
			return &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}
		},
		"refused": func(*http.Request) error { return &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED} },
		"cut":     func(*http.Request) error { return io.ErrUnexpectedEOF },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				at := time.Now()
				life := world.Life{Created: at.Add(-time.Hour)}
				d := &world.Domain{Life: life, ID: "d-1", Users: []*world.User{{Life: life, Name: "ana"}, {Life: life, Name: "ben"}, {Life: life, Name: "eva"}},
					UserSettings: &types.UserSettings{JupyterLabAppSettings: &types.JupyterLabAppSettings{AppLifecycleManagement: &types.AppLifecycleManagement{
						IdleSettings: &types.IdleSettings{LifecycleManagement: "ENABLED", IdleTimeoutInMinutes: aws.Int32(120)}}}}}
				server, err := wire.New(wire.Options{Now: time.Now, World: &world.World{At: at, Accounts: []*world.Account{{ID: target.Account, Name: "a", Partition: "aws",
					Regions: []*world.Region{{Name: target.Region, Domains: []*world.Domain{d}}}}}}})
				if err != nil {
					t.Fatal(err)
				}
				c := cloud.New(cloud.Options{HTTPClient: line{server, lose}, Load: func(context.Context, ...func(*config.LoadOptions) error) (aws.Config, error) {
					return aws.Config{Region: target.Region, BaseEndpoint: aws.String("http://simulated"), HTTPClient: line{server, lose},
						Credentials: credentials.NewStaticCredentialsProvider("AKIASIM"+target.Account, "simulated", "")}, nil
				}})
				sessions, err := c.Open(t.Context(), "", []string{target.Region})
				if err != nil {
					t.Fatal(err)
				}
				inv, coverage := Read(t.Context(), sessions[0], Options{})
				all := Evaluate(inv, Policy{}, time.Now())
				for user, want := range map[string]Verdict{"ana": Covered, "ben": Unknown, "eva": Covered} {
					if f := find(t, all, settings.LevelProfile, user, "JupyterLab"); f.Verdict != want {
						t.Errorf("%s is %s: %q", user, f.Verdict, f.Reasons)
					}
				}
				var holes []error
				for _, h := range coverage {
					if h.Hole() {
						holes = append(holes, errors.New(h.Operation))
					}
				}
				if err := errors.Join(holes...); err == nil || !strings.Contains(err.Error(), "DescribeUserProfile") || len(holes) != 1 {
					t.Errorf("the coverage has the holes %v", err)
				}
				if spent := time.Since(at); spent > time.Hour {
					t.Errorf("it took %s to give up", spent)
				}
			})
		})
	}
}
