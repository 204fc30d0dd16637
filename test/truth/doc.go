// Package truth holds the verdicts against what really happened: the simulated organization knows who was working.
package truth
