// Package acts carries out what the families allow on a simulated organization, and undoes it.
package acts
