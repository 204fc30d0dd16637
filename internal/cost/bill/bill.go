// Package bill reads AWS bills of every form (legacy CUR, CUR 2.0, FOCUS 1.0 and 1.2) into the lake. Lines are never handled one by
// one in Go: a format is a list of columns, from which one statement of SQL is made.
package bill
