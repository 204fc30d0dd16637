// Package bench measures a scan of a large organization against the least that any scan would need, and beside the naive walk.
package bench
