package install

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// String is the plan for a person.
func (p *Plan) String() string {
	var b strings.Builder
	if len(p.Steps) == 0 {
		b.WriteString("Nothing is to be changed.\n")
	}
	for _, s := range p.Steps {
		fmt.Fprintln(&b, s)
		for _, kind := range slices.Sorted(maps.Keys(s.After)) {
			before, after := s.Before[kind], s.After[kind]
			fmt.Fprintf(&b, "  %s\n", kind)
			for _, arn := range before.ARNs {
				sign := "-"
				if slices.Contains(after.ARNs, arn) {
					sign = " "
				}
				fmt.Fprintf(&b, "    %s %s\n", sign, arn)
			}
			for _, arn := range after.ARNs {
				if !slices.Contains(before.ARNs, arn) {
					fmt.Fprintf(&b, "    + %s\n", arn)
				}
			}
			if before.Default != after.Default {
				fmt.Fprintf(&b, "    default: %s, was %s\n", orNone(after.Default), orNone(before.Default))
			}
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "note: %s\n", n)
	}
	return b.String()
}

func orNone(arn string) string {
	if arn == "" {
		return "none"
	}
	return arn
}

// String is a line for a person.
func (s Step) String() string { return s.Action + " " + s.Resource }
