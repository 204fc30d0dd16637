package remote

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func at() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }

func caller(t *testing.T, f http.HandlerFunc) *Caller {
	t.Helper()
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	env := map[string]string{"AWS_ENDPOINT_URL": s.URL, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "the-secret", "AWS_SESSION_TOKEN": "the-token"}
	getenv := func(name string) string { return env[name] }
	return &Caller{Partition: "aws", Region: "eu-west-1", Credentials: Credentials(getenv), HTTP: s.Client(), Getenv: getenv, Now: at}
}

func TestPutMetric(t *testing.T) {
	var got url.Values
	c := caller(t, func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, _ = url.ParseQuery(string(body))
		if auth := r.Header.Get("Authorization"); !strings.HasPrefix(auth, "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260302/eu-west-1/monitoring/aws4_request") {
			t.Error(auth)
		}
	})
	if err := c.PutMetric(t.Context(), "Sagewarden/Studio", "SecondsSinceLastUse", 90, at(), []Dimension{{"DomainId", "d-1"}, {"AppName", "default"}}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"Action": "PutMetricData", "Namespace": "Sagewarden/Studio", "MetricData.member.1.Value": "90",
		"MetricData.member.1.Timestamp": "2026-03-02T09:00:00Z", "MetricData.member.1.Dimensions.member.2.Name": "AppName", "MetricData.member.1.Dimensions.member.2.Value": "default"} {
		if got.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, got.Get(name), want)
		}
	}
}

// TestErrorsTellNoSecret: neither credentials nor where they come from, which may hold one.
func TestErrorsTellNoSecret(t *testing.T) {
	refused := caller(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte("<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>"))
	})
	unreachable := caller(t, nil)
	unreachable.Getenv = func(string) string { return "http://127.0.0.1:1/?token=the-token" }
	lost := caller(t, nil)
	lost.Credentials = Credentials(func(name string) string {
		return map[string]string{"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/the-token"}[name]
	})
	for name, c := range map[string]*Caller{"refused": refused, "unreachable": unreachable, "no credentials": lost} {
		err := c.PutMetric(t.Context(), "n", "m", 1, at(), nil)
		e, ok := errors.AsType[*estate.Error](err)
		if !ok || e.Hint == "" {
			t.Fatalf("%s: %v", name, err)
		}
		if strings.Contains(err.Error(), "the-secret") || strings.Contains(err.Error(), "the-token") {
			t.Errorf("%s: %v", name, err)
		}
		if name == "refused" && !strings.Contains(err.Error(), "AccessDenied: not authorized") {
			t.Error(err)
		}
	}
}
