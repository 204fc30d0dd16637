package estate

import "time"

// A Duration is a time.Duration that is written as text, "2h0m0s", so that a saved snapshot can be read by people.
type Duration time.Duration

// String is the text of the duration.
func (d Duration) String() string { return time.Duration(d).String() }

// MarshalText writes the duration as text.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = Duration(v)
	return err
}
