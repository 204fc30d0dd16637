// Package chaos kills real processes of the program at any point of what they do, and looks at what is left: in the simulated organization, with whoever is
// told, and in the ledger. SAGEWARDEN_CHAOS says how many of them die, and SAGEWARDEN_CHAOS_SEED where the draw begins.
package chaos
