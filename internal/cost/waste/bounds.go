package waste

import (
	"time"

	"github.com/shopspring/decimal"
)

// scale is that of money in the lake.
const scale = 18

// bounds are what of a cost went to no use, at least and at most by what was seen, and what is known to have gone to use. What is left is unknown.
//
// A line that lies in an idle time is idle as a whole. Of one that reaches beyond it, only this is sure: a resource of one instance that ran for r hours of a line of
// d, idle for o of them, ran for r-(d-o) idle hours at least, and min(o, r) at most.
func (p piece) bounds() (least, most, inUse decimal.Decimal) {
	if !p.judged {
		return
	}
	doubt := p.idle + p.perhaps
	switch {
	case p.cost.IsNegative():
		// A credit belongs to whatever the rest of the line's time was: it is left out, as unknown, unless that is all one.
		if p.idle >= p.length {
			return p.cost, p.cost, decimal.Zero
		}
		return
	case p.idle >= p.length:
		return p.cost, p.cost, decimal.Zero
	case p.used >= p.length:
		return decimal.Zero, decimal.Zero, p.cost
	}
	ran := time.Duration(-1)
	if single[p.kind] && p.hours.IsPositive() {
		ran = time.Duration(p.hours.Mul(decimal.NewFromInt(int64(time.Hour))).Round(0).IntPart())
	}
	if ran < 0 || ran > p.length {
		if doubt > 0 {
			most = p.cost
		}
		return
	}
	part := func(of time.Duration, up bool) decimal.Decimal {
		exact := p.cost.Mul(decimal.NewFromInt(int64(max(0, min(of, ran))))).DivRound(decimal.NewFromInt(int64(ran)), scale+4)
		if up {
			return exact.RoundUp(scale)
		}
		return exact.Truncate(scale)
	}
	least, most = part(ran-(p.length-p.idle), false), part(doubt, true)
	inUse = decimal.Min(part(ran-(p.length-p.used), false), p.cost.Sub(most))
	return least, most, inUse
}
