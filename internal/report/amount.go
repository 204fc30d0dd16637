package report

import (
	"github.com/shopspring/decimal"
)

// Money is an amount in a currency, known to the last digit.
type Money struct {
	Value decimal.Decimal
	// Currency is its code; empty is dollars.
	Currency string
}

// String prints it to the cent, with the sign of its currency. What is less than half a cent does not look like nothing.
func (m Money) String() string {
	value, minus, less := m.Value.Abs(), "", ""
	if m.Value.IsNegative() {
		minus = "-"
	}
	if cents := value.Round(2); cents.IsZero() && !value.IsZero() {
		less, value = "< ", decimal.New(1, -2)
		if minus != "" {
			less = "> "
		}
	}
	return less + minus + m.sign() + digits(value, 2)
}

// Exact prints every digit, and two decimals at least.
func (m Money) Exact() string {
	minus := ""
	if m.Value.IsNegative() {
		minus = "-"
	}
	return minus + m.sign() + digits(m.Value.Abs(), max(2, -m.Value.Exponent()))
}

// Cents reports whether the cent says it all.
func (m Money) Cents() bool { return m.Value.Equal(m.Value.Round(2)) }

func (m Money) sign() string {
	if m.Currency == "" || m.Currency == "USD" {
		return "$"
	}
	return m.Currency + " "
}

// short prints what an axis has room for.
func (m Money) short() string {
	minus, value := "", m.Value.Abs()
	if m.Value.IsNegative() {
		minus = "-"
	}
	for _, unit := range []struct {
		exponent int32
		name     string
	}{{9, "B"}, {6, "M"}, {3, "k"}} {
		if value.GreaterThanOrEqual(decimal.New(1, unit.exponent)) {
			return minus + m.sign() + value.Shift(-unit.exponent).Round(2).String() + unit.name
		}
	}
	return minus + m.sign() + value.String()
}
