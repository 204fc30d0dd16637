// Package bill holds the simulated organization's bill against its watch: what a scan says that things cost is what the month charges for them.
package bill
