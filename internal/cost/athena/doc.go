// Package athena asks an organization's own bill where it lies: a table of CUR 2.0 in S3, that Athena reads. The table charges is made of it by the same
// SQL by which an import makes the lake's, so that a report is the same whichever engine runs it. It bounds what a query reads, and says what it has read.
package athena
