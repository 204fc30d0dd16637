// Package bench measures a scan of a large organization against the least that any scan would need, and beside the naive walk; and the import of a large
// bill, reports and an allocation of it beside bare DuckDB and pandas.
package bench
