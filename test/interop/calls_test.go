//go:build interop

package interop_test

import (
	"encoding/json"
	"testing"
)

// members are those of a structure, in boto3's words.
type members map[string]any

// A call is one of boto3's.
type call struct {
	Key       string  `json:"key"`
	Token     string  `json:"token"`
	Region    string  `json:"region"`
	Service   string  `json:"service"`
	Protocol  string  `json:"protocol"`
	Operation string  `json:"operation"`
	Arguments members `json:"arguments"`
}

// An outcome is what botocore reads out of an answer.
type outcome struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Status  int    `json:"status"`
	Retries int    `json:"retries"`
}

// An answer is what a call has brought.
type answer struct {
	outcome
	Answer json.RawMessage `json:"answer"`
}

// boto3 makes the calls, one after the other.
func (v venv) boto3(t *testing.T, env []string, calls []call) []answer {
	t.Helper()
	var got []answer
	v.script(t, env, "calls.py", calls, &got)
	if len(got) != len(calls) {
		t.Fatalf("boto3 answers %d of %d calls", len(got), len(calls))
	}
	return got
}
