package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/shopspring/decimal"
)

// A Chart is columns over labels, such as months, that are stacked of series. It is drawn by nothing but the page itself: it needs no script, prints as it looks, and is
// as wide as there is room.
type Chart struct {
	Labels []string
	Series []Series
	// Currency is that of all values.
	Currency string
}

// A Series has a value for each label.
type Series struct {
	Name   string
	Values []decimal.Decimal
}

// The measures of a chart, in pixels. Across they are hundredths of the room that there is.
const (
	chartHeight = 220
	chartTop    = 10
	chartTicks  = 4
	chartLabels = 8
	// chartWidest is how wide a column may be, in hundredths of the room: two months are no walls.
	chartWidest = 12
	// hues are the colours in the style sheet. A chart with more series ends in one of them all the same.
	hues = 8
)

// A chartView is what the template sees of a chart.
type chartView struct {
	Height  int
	Columns []rectView
	Ticks   []tickView
	Labels  []tickView
	Legend  []legendView
	Says    string
}

type rectView struct {
	X, Width, Y, Height string
	Hue                 int
	Title               string
}

type tickView struct {
	At   string
	Text string
	Zero bool
}

type legendView struct {
	Hue  int
	Name string
}

// view reckons where everything is.
func (c *Chart) view() *chartView {
	if c == nil || len(c.Labels) == 0 {
		return nil
	}
	v := &chartView{Height: chartHeight, Says: fmt.Sprintf("columns of %s; the table below has the figures", count(len(c.Labels), "value"))}
	high, low := 0.0, 0.0
	for i := range c.Labels {
		up, down := 0.0, 0.0
		for _, s := range c.Series {
			if f := s.Values[i].InexactFloat64(); f > 0 {
				up += f
			} else {
				down += f
			}
		}
		high, low = max(high, up), min(low, down)
	}
	step := tick(high - low)
	high = math.Ceil(high/step) * step
	if low < -step/4 { // a little below zero needs no step of its own
		low = math.Floor(low/step) * step
	}
	if high == low {
		high = step
	}
	y := func(value float64) float64 {
		return chartTop + (high-value)/(high-low)*(chartHeight-2*chartTop)
	}
	for at := math.Ceil(low/step) * step; at <= high+step/2; at += step {
		v.Ticks = append(v.Ticks, tickView{px(y(at)), Money{decimal.NewFromFloat(at).Round(6), c.Currency}.short(), math.Abs(at) < step/2})
	}
	slot, year := 100/float64(len(c.Labels)), c.year()
	wide := min(.7*slot, chartWidest)
	every := (len(c.Labels) + chartLabels - 1) / chartLabels
	for i, label := range c.Labels {
		if i%every == 0 {
			v.Labels = append(v.Labels, tickView{At: px((float64(i) + .5) * slot), Text: label[year:]})
		}
		up, down := 0.0, 0.0
		for n, s := range c.Series {
			value := s.Values[i]
			f := value.InexactFloat64()
			if f == 0 {
				continue
			}
			from := &up
			if f < 0 {
				from = &down
			}
			top, bottom := y(max(*from, *from+f)), y(min(*from, *from+f))
			*from += f
			v.Columns = append(v.Columns, rectView{X: px((float64(i)+.5)*slot - wide/2), Width: px(wide), Y: px(top), Height: px(bottom - top), Hue: n % hues,
				Title: label + ": " + s.Name + " " + Money{value, c.Currency}.String()})
		}
	}
	for n, s := range c.Series {
		v.Legend = append(v.Legend, legendView{n % hues, s.Name})
	}
	return v
}

// year is how long the year is that all labels begin with, if they are days of one.
func (c *Chart) year() int {
	const length = len("2006-")
	for _, label := range c.Labels {
		if _, err := time.Parse(time.DateOnly, label); err != nil || label[:length] != c.Labels[0][:length] {
			return 0
		}
	}
	return length
}

// tick is a round step that goes a few times into a range.
func tick(span float64) float64 {
	if span <= 0 {
		return 1
	}
	raw := span / chartTicks
	power := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if raw <= m*power {
			return m * power
		}
	}
	return 10 * power
}

// px is a number as an attribute has it.
func px(f float64) string { return decimal.NewFromFloat(f).Round(2).String() }

// bars are drawn beside the rows of a table: from the left, or from the middle where some of them are negative.
func bars(values []decimal.Decimal) []rectView {
	most, negative := 0.0, slices.ContainsFunc(values, decimal.Decimal.IsNegative)
	for _, v := range values {
		most = max(most, v.Abs().InexactFloat64())
	}
	out := make([]rectView, len(values))
	for i, v := range values {
		if most == 0 {
			continue
		}
		share := v.InexactFloat64() / most * 100
		switch {
		case !negative:
			out[i] = rectView{X: "0", Width: px(share)}
		case share < 0:
			out[i] = rectView{X: px(50 + share/2), Width: px(-share / 2), Hue: 2}
		default:
			out[i] = rectView{X: "50", Width: px(share / 2), Hue: 3}
		}
	}
	return out
}
