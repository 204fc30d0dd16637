// Package stops counts what is really stopped, by the packs as they are, against what people were really doing: a simulated organization lives on
// for weeks, policies run as serve runs them, an adversary brings people back at the worst moment, and the truth about use decides.
package stops
