package cloud

import (
	"testing"
)

func TestParseLimit(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want Limit
		ok   bool
	}{
		{"sagemaker:List*=2", Limit{"sagemaker:List*", 2}, true},
		{"cloudwatch:GetMetricData=0.5", Limit{"cloudwatch:GetMetricData", 0.5}, true},
		{"*:*=0", Limit{"*:*", 0}, true},
		{"resource-groups:ListGroups=1e2", Limit{"resource-groups:ListGroups", 100}, true},
		{in: ""},
		{in: "sagemaker:List*"},
		{in: "sagemaker:List*="},
		{in: "ListApps=2"},
		{in: "sagemaker:=2"},
		{in: "sagemaker:List[A=2"},
		{in: "sagemaker:List*=-1"},
		{in: "sagemaker:List*=fast"},
		{in: "sagemaker:List*=NaN"},
		{in: "sagemaker:List*=Inf"},
		{in: "sagemaker:List*=2=3"},
	} {
		got, err := ParseLimit(tt.in)
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("ParseLimit(%q) = %v, %v; want %v, ok %v", tt.in, got, err, tt.want, tt.ok)
		}
	}
}

func FuzzParseLimit(f *testing.F) {
	for _, l := range DefaultLimits() {
		f.Add(l.String())
	}
	f.Add("a:b=-0")
	f.Add("a:*=1e308")
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLimit(s)
		if err != nil {
			return
		}
		if again, err := ParseLimit(l.String()); err != nil || again != l {
			t.Errorf("%q is read as %v, which is read as %v, %v", s, l, again, err)
		}
		if !(l.PerSecond >= 0) {
			t.Errorf("%q gives the rate %v", s, l.PerSecond)
		}
	})
}

func TestMostSpecificLimitWins(t *testing.T) {
	ls := limits{asked: []Limit{
		{"sagemaker:ListEndpoints", 9},
		{"sagemaker:*", 1},
		{"cloudwatch:getmetricdata", 7},
		{"sagemaker:Describe*", 0},
	}, usual: DefaultLimits()}
	for op, want := range map[string]float64{
		"sagemaker:ListApps":       1,
		"sagemaker:ListEndpoints":  9,
		"sagemaker:BatchX":         1,
		"sagemaker:DescribeApp":    0,
		"cloudwatch:GetMetricData": 7,
		"sts:GetCallerIdentity":    10,
		"logs:FilterLogEvents":     0,
	} {
		if got := ls.perSecond(op); got != want {
			t.Errorf("%s: %v a second, want %v", op, got, want)
		}
	}
}
