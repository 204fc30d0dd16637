// Package estate holds the words of Sagewarden as Go types: targets, resources, meters, signals, verdicts, rates,
// coverage and the snapshot that joins them. It imports nothing else of the project and does no I/O.
//
// Every instant is UTC. Money is decimal dollars (US).
package estate
