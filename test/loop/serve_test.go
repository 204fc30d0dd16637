package loop_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/cli"
)

// TestServeTellsWaitsAndStops: what idles is told of, and stopped an hour later; what is used is left alone.
func TestServeTellsWaitsAndStops(t *testing.T) {
	s := newStage(t, true)
	out, log := s.run("serve", "--once", "--region", "us-east-1")
	if !strings.Contains(out, "ben/default") || !strings.Contains(log, "told=1") {
		t.Errorf("told:\n%s\n%s", out, log)
	}
	s.pass(30 * time.Minute)
	s.run("serve", "--once")
	if got := s.mutations(); got != "" {
		t.Errorf("before its time: %s", got)
	}
	s.pass(31 * time.Minute)
	s.run("halt", "--why", "INC-1", "--by", "ana")
	s.run("serve", "--once")
	if got := s.mutations(); got != "" {
		t.Errorf("while all is halted: %s", got)
	}
	s.run("resume", "--by", "ana")
	s.pass(15 * time.Minute)
	_, log = s.run("serve", "--once", "--log", "json")
	if got := s.mutations(); got != stopped || !strings.Contains(log, `"outcome":"underway"`) {
		t.Errorf("%q\n%s", got, log)
	}
	s.pass(15 * time.Minute)
	_, log = s.run("serve", "--once")
	if got := s.mutations(); got != stopped || !strings.Contains(log, "outcome=done") {
		t.Errorf("it did it again, or does not know that it is done: %q\n%s", got, log)
	}
	if out, _ := s.run("history", "verify"); !strings.HasPrefix(out, "whole and unaltered\n") {
		t.Error(out)
	}
}

// TestWithoutEnforceNothingIsChangedOrAnnounced: findings are kept, and nobody is told of a change that will not come.
func TestWithoutEnforceNothingIsChangedOrAnnounced(t *testing.T) {
	s := newStage(t, false)
	for range 3 {
		out, _ := s.run("serve", "--once")
		if strings.Contains(out, "ben/default") {
			t.Errorf("told of a stop:\n%s", out)
		}
		s.pass(2 * time.Hour)
	}
	if got := s.mutations(); got != "" {
		t.Error(got)
	}
	if out, _ := s.run("findings", "list"); !strings.Contains(out, "apps") {
		t.Error(out)
	}
}

// TestServeAnswers for its health and its figures while it runs, obeys a halt, and ends in good order.
func TestServeAnswers(t *testing.T) {
	s := newStage(t, true)
	log, w := newLog(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	exit := make(chan int, 1)
	var out bytes.Buffer
	go func() {
		exit <- cli.Run(ctx, s.env(&out, w, "serve", "--listen", "127.0.0.1:0", "--every", "1s", "--config", s.config))
		_ = w.Close()
	}()
	address := regexp.MustCompile(`listen=(\S+)`).FindStringSubmatch(log.until("msg=serving"))[1]
	log.until(`msg="run ends"`)
	ask := func(path string) string {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%d %s", resp.StatusCode, body)
	}
	go func() { // nobody else reads the log meanwhile
		for log.Scan() {
			continue
		}
	}()
	if got := ask("/healthz"); got != "200 ok\n" {
		t.Error(got)
	}
	if got := ask("/readyz"); got != "200 ready\n" {
		t.Error(got)
	}
	metrics := ask("/metrics")
	for _, want := range []string{`sagewarden_runs_total{outcome="done"}`, "sagewarden_run_duration_seconds_count", `sagewarden_findings{policy="apps",status="`, "sagewarden_halted 0",
		`sagewarden_notices_total{outcome="delivered"}`, "sagewarden_idle_dollars_per_hour ", `sagewarden_aws_attempts_total{operation="sagemaker:ListApps"}`, "sagewarden_undelivered_age_seconds 0",
		"sagewarden_last_success_timestamp_seconds 1.77"} {
		if !strings.Contains(metrics, want) {
			t.Errorf("no %s in\n%s", want, metrics)
		}
	}
	s.run("halt", "--by", "ana")
	if got := ask("/metrics"); !strings.Contains(got, "\nsagewarden_halted 1\n") {
		t.Errorf("halted:\n%s", got)
	}
	stop()
	if got := <-exit; got != 0 {
		t.Errorf("exit status %d\n%s", got, strings.Join(log.lines, "\n"))
	}
}

// TestALogHasNoSecret: what is told has links; the log of telling it has none of them, nor the key that they are signed with, nor the caller's secret key or signatures.
func TestALogHasNoSecret(t *testing.T) {
	const key = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
	s := newStage(t, true)
	t.Setenv("LINK_KEY", key)
	text, err := os.ReadFile(s.config)
	if err != nil {
		t.Fatal(err)
	}
	s.write("sagewarden.yaml", strings.Replace(string(text), "notify:\n", "notify:\n  links: {baseURL: \"https://sw.example.com/act\", key: LINK_KEY}\n", 1))
	out, log := s.run("serve", "--once", "--log", "json")
	if !strings.Contains(out, "https://sw.example.com/act/") || log == "" {
		t.Fatalf("nobody was told a link, or nothing was logged:\n%s%s", out, log)
	}
	for _, secret := range []string{"simulated", "AWS4-HMAC", "aws_secret", key, "sw.example.com/act/"} {
		if strings.Contains(strings.ReplaceAll(log, "user/simulated", ""), secret) {
			t.Errorf("the log has %s:\n%s", secret, log)
		}
	}
}
