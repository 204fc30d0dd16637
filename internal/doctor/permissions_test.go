package doctor

import (
	"testing"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// TestPrincipal: IAM is asked about a role, not about one of its sessions.
func TestPrincipal(t *testing.T) {
	for caller, want := range map[string]string{
		"arn:aws:sts::111122223333:assumed-role/Reader/ana@example.com": "arn:aws:iam::111122223333:role/Reader",
		"arn:aws-cn:sts::111122223333:assumed-role/Reader/a/b":          "arn:aws-cn:iam::111122223333:role/Reader",
		"arn:aws:iam::111122223333:user/ops/ana":                        "arn:aws:iam::111122223333:user/ops/ana",
		"arn:aws:iam::111122223333:root":                                "arn:aws:iam::111122223333:root",
	} {
		arn, err := estate.ParseARN(caller)
		if err != nil {
			t.Fatal(err)
		}
		if got := principal(arn).String(); got != want {
			t.Errorf("%s is asked about as %s, want %s", caller, got, want)
		}
	}
}
