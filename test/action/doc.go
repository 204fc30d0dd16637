// Package action carries out what the families allow, on the simulated organization, and undoes it.
package action
