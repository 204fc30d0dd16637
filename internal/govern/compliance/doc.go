// Package compliance finds who is not covered: in which Studio domain, profile, space or notebook instance nothing would stop what
// idles. It signs in as nobody and wakes nothing: it reads settings, lifecycle scripts and heartbeats, and judges them by pure functions.
package compliance
