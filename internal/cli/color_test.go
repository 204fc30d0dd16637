package cli

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

func TestColor(t *testing.T) {
	file := filepath.Join(t.TempDir(), "snapshot.json")
	if err := saveTo(file, &estate.Snapshot{Version: estate.SnapshotVersion, At: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name     string
		terminal bool
		env      map[string]string
		format   string
		want     bool
	}{
		{name: "terminal", terminal: true, format: "table", want: true},
		{name: "terminal, wide", terminal: true, format: "wide", want: true},
		{name: "pipe", format: "table"},
		{name: "NO_COLOR", terminal: true, env: map[string]string{"NO_COLOR": "1"}, format: "table"},
		{name: "NO_COLOR, empty, asks for nothing", terminal: true, env: map[string]string{"NO_COLOR": ""}, format: "table", want: true},
		{name: "dumb terminal", terminal: true, env: map[string]string{"TERM": "dumb"}, format: "table"},
		{name: "form for programs", terminal: true, format: "json"},
		{name: "form for sharing", terminal: true, format: "markdown"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := Run(t.Context(), Env{
				Args: []string{"scan", "--from", file, "-o", tt.format}, Stdin: strings.NewReader(""), Stdout: &stdout, Stderr: &stderr,
				Getenv: func(key string) string { return tt.env[key] }, Now: time.Now,
				Width: func(io.Writer) int {
					if tt.terminal {
						return 100
					}
					return 0
				},
			})
			if status != 0 || stderr.Len() > 0 {
				t.Fatalf("exit status %d: %s", status, &stderr)
			}
			if got := strings.Contains(stdout.String(), "\x1b["); got != tt.want {
				t.Errorf("colour %t, want %t:\n%q", got, tt.want, &stdout)
			}
		})
	}
}
