// Package showback adds up the charges of the lake: by any dimensions, in any of the bill's costs, and compares them with what was before. A
// report is a value; its SQL is of what DuckDB and Athena have in common.
package showback
