package scan

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Save writes a snapshot in pieces; the file is to hold what encoding/json would have written in one, an observation a line.
func TestSaveWritesPlainJSON(t *testing.T) {
	for n := range 3 {
		snap := &estate.Snapshot{Version: estate.SnapshotVersion, At: time.Date(2026, 3, 2, 15, 0, 0, 0, time.UTC), Interrupted: true, Observations: []*estate.Observation{},
			Coverage: []estate.Coverage{{Operation: "sagemaker:ListApps", Error: `<"observations": []>`}}}
		for range n {
			snap.Observations = append(snap.Observations, &estate.Observation{Resource: estate.Resource{Name: `"observations": []`, Tags: map[string]string{"a": "b"}}})
		}
		var saved bytes.Buffer
		if err := Save(&saved, snap); err != nil {
			t.Fatal(err)
		}
		want, err := json.Marshal(snap)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(saved.Bytes(), []byte("\n  {\"resource\"")); lines != n {
			t.Errorf("%d observations begin a line, want %d:\n%s", lines, n, saved.String())
		}
		if diff := cmp.Diff(string(compact(t, want)), string(compact(t, saved.Bytes()))); diff != "" {
			t.Errorf("%d observations: %s", n, diff)
		}
	}
}

func compact(t *testing.T, text []byte) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
