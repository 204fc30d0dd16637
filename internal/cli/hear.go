package cli

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/config"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

// remember opens what earlier runs have seen.
func (f *awsFlags) remember() (*pulse.Memory, error) {
	switch {
	case f.seen == "":
		return pulse.NewMemory(), nil
	case f.heartbeats == "" && len(f.file.Heartbeats) == 0:
		return nil, usagef("--seen: it keeps what agents report to a place: add --heartbeats")
	}
	return pulse.OpenMemory(f.seen)
}

// hear opens the places where agents report, with the caller's own credentials unless the file names others. What was seen there is
// remembered from one look of the run to the next, and for the next run when the memory is committed.
func (f *awsFlags) hear(ctx context.Context, c *cloud.Cloud) ([]*pulse.Reader, error) {
	places := f.file.Heartbeats
	switch {
	case f.heartbeats != "":
		places = []config.Heartbeats{{Bucket: f.heartbeats, SigningKey: f.signingKey}}
	case f.signingKey != "":
		return nil, usagef("--signing-key: it is of the agents that report to a place: add --heartbeats")
	}
	var readers []*pulse.Reader
	for _, p := range places {
		source, err := pulse.ParseSource(p.Bucket, p.SigningKey)
		if err != nil {
			return nil, usagef("--heartbeats: %w", err)
		}
		var caller string
		if len(f.profiles) > 0 {
			caller = f.profiles[0]
		}
		var regions []string
		if p.Region != "" {
			regions = []string{p.Region}
		} else if len(f.regions) > 0 && f.regions[0] != cloud.AllRegions {
			regions = f.regions[:1]
		}
		sessions, err := c.Open(ctx, cmp.Or(p.Profile, caller), regions)
		if err != nil {
			return nil, err
		}
		readers = append(readers, pulse.Open(ctx, sessions[0], source, f.memory))
	}
	return readers, nil
}

// listen checks whether a scan could read what agents report.
func (f *awsFlags) listen(ctx context.Context, c *cloud.Cloud) []estate.Check {
	const name = "heartbeats"
	readers, err := f.hear(ctx, c)
	if err != nil {
		return []estate.Check{failed(name, err)}
	}
	var checks []estate.Check
	for _, r := range readers {
		check := estate.Check{Name: name, On: r.Source(), Level: estate.Fine, Finding: fmt.Sprintf("%d are there", r.Len())}
		for _, hole := range r.Coverage() {
			if hole.Hole() {
				check.Level, check.Finding, check.Hides, check.Hint = estate.Warn, hole.Operation+" "+string(hole.Outcome)+": "+strings.TrimPrefix(hole.Reason(), r.Source()+": "), hole.Hides, hole.Hint
			}
		}
		checks = append(checks, check)
	}
	return checks
}
