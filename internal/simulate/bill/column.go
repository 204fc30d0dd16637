package bill

import "time"

// A sort is what is in a column.
type sort int

const (
	text sort = iota
	number
	moment
	// pairs is a map of texts, shares one of numbers.
	pairs
	shares
)

// A column is one of a format's. What a line does not have is null: empty text, a number that is not there, no instant, an empty map.
type column struct {
	// name is the header of CSV files, flat that of Parquet's and SQL's.
	name, flat string
	sort       sort
	text       func(*Line) string
	number     func(*Line) (Amount, bool)
	moment     func(*Line) time.Time
	pairs      func(*Line) []pair
	// only is what must be on the bill for a legacy report to have the column.
	only feature
}

// A pair is an entry of a map.
type pair struct {
	key, text string
	number    Amount
}

// A feature is what only some bills have.
type feature int

const (
	always feature = iota
	withPlans
	withReservations
	withNet
	withSplits
)

// has reports whether the line has the feature.
func (f feature) has(l *Line) bool {
	switch f {
	case withPlans:
		return l.Plan != nil
	case withReservations:
		return l.Reservation != nil
	case withNet:
		return l.Discount != 0
	case withSplits:
		return l.Split != nil
	}
	return true
}

// words is a column of text, amounts of what every line has, and some of what only some have.
func words(name string, f func(*Line) string) column {
	return column{name: name, flat: snake(name), sort: text, text: f}
}

func amounts(name string, f func(*Line) Amount) column {
	return some(name, func(l *Line) (Amount, bool) { return f(l), true })
}

func some(name string, f func(*Line) (Amount, bool)) column {
	return column{name: name, flat: snake(name), sort: number, number: f}
}

func moments(name string, f func(*Line) time.Time) column {
	return column{name: name, flat: snake(name), sort: moment, moment: f}
}

func mapping(name string, s sort, f func(*Line) []pair) column {
	return column{name: name, flat: snake(name), sort: s, pairs: f}
}

// where is a column of lines with a feature; a legacy report has it only where there are any.
func where(f feature, c column) column {
	c.only = f
	switch of := c; c.sort {
	case text:
		c.text = func(l *Line) string {
			if !f.has(l) {
				return ""
			}
			return of.text(l)
		}
	case number:
		c.number = func(l *Line) (Amount, bool) {
			if !f.has(l) {
				return 0, false
			}
			return of.number(l)
		}
	}
	return c
}

// snake is the name in Parquet and SQL: an underscore before each capital, lower case, and one underscore for all else that is no letter.
func snake(name string) string {
	var b []byte
	for _, c := range []byte(name) {
		switch {
		case c >= 'A' && c <= 'Z':
			b = append(b, '_', c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			b = append(b, c)
		default:
			b = append(b, '_')
		}
	}
	flat := b[:0]
	for i, c := range b {
		if c == '_' && (len(flat) == 0 || flat[len(flat)-1] == '_' || i == len(b)-1) {
			continue
		}
		flat = append(flat, c)
	}
	return string(flat)
}
