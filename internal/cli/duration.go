package cli

import (
	"fmt"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// parseDuration reads a length of time above zero.
func parseDuration(s string) (time.Duration, error) {
	d, err := estate.ParseDuration(s)
	if err == nil && d <= 0 {
		err = fmt.Errorf("%q is not a duration above zero: write it like 2h, 90m or 7d", s)
	}
	return d, err
}

// A duration is the value of a flag, in the words of parseDuration. Zero is none given.
type duration time.Duration

// Set reads what the user gave.
func (d *duration) Set(s string) error {
	v, err := parseDuration(s)
	*d = duration(v)
	return err
}

// String is the duration as people write it: 5m, not 5m0s.
func (d *duration) String() string {
	if *d == 0 {
		return ""
	}
	return estate.FormatDuration(time.Duration(*d))
}

// Type is the word for it in the help.
func (*duration) Type() string { return "duration" }
