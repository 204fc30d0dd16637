// Package report renders a snapshot for people and for machines. It reads nothing but its arguments: no clock, no
// network, no terminal. Every age is relative to the snapshot's instant, every absolute time is UTC.
//
// Names, tags and error texts come from strangers. No form lets their control characters, escape sequences or
// bidirectional overrides through: forms for people show a visible stand-in, JSON writes them as \u escapes. Parquet, which no terminal is
// shown, keeps every text as it is.
//
// Money is rounded at print only. A price that is not known prints as "?", a sum that contains one as a lower bound, "≥ $1.23".
package report
