package scan

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Save writes a snapshot in pieces; the file is to be what encoding/json would have written in one.
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
		got := saved.Bytes()
		want, err := json.MarshalIndent(snap, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			// An empty array is on one line there, and on two here.
			got, want = compact(t, got), compact(t, want)
		} else {
			want = append(want, '\n')
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
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
