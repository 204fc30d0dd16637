package report

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
)

func TestProse(t *testing.T) {
	for _, tt := range []struct {
		amount  string
		known   bool
		hourly  string
		monthly string
	}{
		{"1.408", true, "$1.41", "$1,027.84"},
		{"1.408", false, "≥ $1.41", "≥ $1,027.84"},
		{"0", false, "", ""}, // an unknown price is none, and not nothing
		{"0", true, "$0.00", "$0.00"},
	} {
		if h, m := Hourly(decimal.RequireFromString(tt.amount), tt.known), Monthly(decimal.RequireFromString(tt.amount), tt.known); h != tt.hourly || m != tt.monthly {
			t.Errorf("%+v: %q an hour, %q a month", tt, h, m)
		}
	}
	if got := Span(26*time.Hour + 3*time.Minute); got != "1d 2h" {
		t.Error(got)
	}
}
