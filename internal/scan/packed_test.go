package scan_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/report"
	"github.com/sagewarden/sagewarden/internal/scan"
	"github.com/sagewarden/sagewarden/internal/simulate/organization"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// TestPackedSaysTheSame: to the byte, what is printed and saved of a packed snapshot is what is of one that is not.
func TestPackedSaysTheSame(t *testing.T) {
	l := newLab()
	l.kinds = nil
	l.World = organization.Generate(organization.Default(1, at))
	l.Accounts[0].Keys = []world.Key{{AccessKeyID: "AKIASIM" + account, SecretAccessKey: "simulated", Principal: "arn:aws:iam::" + l.Accounts[0].ID + ":role/scan"}}
	loose := l.scan(t, "us-east-1", "eu-west-1")
	l.packed = true
	packed := l.scan(t, "us-east-1", "eu-west-1")
	if n := len(packed.Observations); n > 0 || len(loose.Observations) < 20 {
		t.Fatalf("%d resources are not packed, of %d", n, len(loose.Observations))
	}
	kept := map[string]func(*estate.Snapshot) *estate.Snapshot{
		"all": func(s *estate.Snapshot) *estate.Snapshot { return s },
		"some": func(s *estate.Snapshot) *estate.Snapshot {
			return scan.Keep(s, named("endpoint"), "", nil)
		},
	}
	for which, keep := range kept {
		forms := map[string]func(io.Writer, *estate.Snapshot) error{"saved": scan.Save}
		for _, f := range report.Formats() {
			forms[string(f)] = func(w io.Writer, s *estate.Snapshot) error {
				return report.Scan(w, s, report.Options{Format: f, All: true})
			}
		}
		forms["table, not all"] = func(w io.Writer, s *estate.Snapshot) error { return report.Scan(w, s, report.Options{}) }
		for form, write := range forms {
			var want, got bytes.Buffer
			if err := write(&want, keep(loose)); err != nil {
				t.Fatal(err)
			}
			if err := write(&got, keep(packed)); err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Errorf("%s, %s: %d bytes that are not the %d of what is not packed", which, form, got.Len(), want.Len())
			}
		}
	}
}
