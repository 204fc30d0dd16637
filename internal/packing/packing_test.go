package packing

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sagewarden/sagewarden/internal/estate"
)

type text string

func TestUnpackedEqualsPacked(t *testing.T) {
	at := time.Date(2026, 3, 2, 15, 7, 30, 123456789, time.UTC)
	type whole struct {
		Text   text
		Yes    bool
		Whole  int
		Long   time.Duration
		Real   float64
		At     time.Time
		Money  decimal.Decimal
		Names  []string
		Tags   map[string]string
		Within []struct{ Note string }
	}
	for name, all := range map[string][]*whole{
		"none":           {},
		"nothing":        {{}},
		"empty, not nil": {{Names: []string{}, Tags: map[string]string{}, Within: []struct{ Note string }{}}},
		"everything": {{Text: "a", Yes: true, Whole: -3, Long: time.Hour, Real: 0.1, At: at, Money: decimal.RequireFromString("-1.250"),
			Names: []string{"a", "", "a"}, Tags: map[string]string{"k": "a", "": ""}, Within: []struct{ Note string }{{}, {"a"}}}},
		"extremes": {{Whole: math.MaxInt64, Long: math.MinInt64, Real: math.Inf(-1), At: time.Unix(-1, 1).UTC(), Text: text(strings.Repeat("x", 1000))},
			{Whole: math.MinInt64, Real: math.MaxFloat64, At: at.AddDate(5000, 0, 0), Text: "\x00\xff"}},
	} {
		p := New[whole]()
		if got := p.Unpack(p.Pack(all)); !reflect.DeepEqual(got, all) {
			t.Errorf("%s: %+v, want %+v", name, got, all)
		}
	}
}

// TestAnObservationIsPacked: every field that an observation has, or ever will have, comes back.
func TestAnObservationIsPacked(t *testing.T) {
	var o estate.Observation
	fill(t, reflect.ValueOf(&o).Elem(), 2)
	p := New[estate.Observation]()
	all := []*estate.Observation{&o, {}, &o}
	if got := p.Unpack(p.Pack(all)); !reflect.DeepEqual(got, all) {
		t.Errorf("%+v, want %+v", got[0], o)
	}
}

// fill sets everything to something, and slices as deep as that.
func fill(t *testing.T, v reflect.Value, deep int) {
	t.Helper()
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 3, 2, 15, 7, 30, 1, time.UTC)))
		return
	case decimal.Decimal:
		v.Set(reflect.ValueOf(decimal.RequireFromString("1.25")))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a" + v.Type().Name())
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(1.5)
	case reflect.Map:
		v.Set(reflect.ValueOf(map[string]string{"k": "v"}))
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field, deep)
		}
	case reflect.Slice:
		if deep > 0 {
			v.Set(reflect.MakeSlice(v.Type(), 2, 2))
			fill(t, v.Index(1), deep-1)
		}
	default:
		t.Fatalf("%v is new here", v.Type())
	}
}

// TestSharedMapsStayShared: most resources are tagged as many others are.
func TestSharedMapsStayShared(t *testing.T) {
	type tagged struct{ Tags map[string]string }
	one := map[string]string{"k": "v"}
	p := New[tagged]()
	got := p.Unpack(p.Pack([]*tagged{{one}, {map[string]string{"k": "v"}}, {one}}))
	if pointer := reflect.ValueOf(got[0].Tags).Pointer(); pointer != reflect.ValueOf(got[2].Tags).Pointer() || pointer == reflect.ValueOf(got[1].Tags).Pointer() {
		t.Error("what was one map is not one any more, or another has become the same")
	}
}

func TestWhatCannotBePackedIsRefused(t *testing.T) {
	for name, new := range map[string]func(){
		"pointer":      func() { New[struct{ P *int }]() },
		"not exported": func() { New[struct{ p int }]() },
		"other map":    func() { New[struct{ M map[string]int }]() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: is taken", name)
				}
			}()
			new()
		}()
	}
}
