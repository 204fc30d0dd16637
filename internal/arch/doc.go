// Package arch holds the test that keeps the floors of the house: who may import whom.
package arch
