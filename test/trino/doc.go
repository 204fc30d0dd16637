// Package trino runs the SQL of Athena on Trino, of the family that Athena's engine comes from, over a generated bill that lies as AWS delivers it, and holds the answers
// against those of DuckDB over the lake.
//
// The tests carry the build tag interop and need a Java and the libraries of pom.xml: make interop sets them up.
package trino
