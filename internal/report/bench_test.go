package report

import (
	"fmt"
	"io"
	"testing"
)

func BenchmarkScan(b *testing.B) {
	s := rich()
	few := s.Observations
	for i := range 3_500 {
		ob := few[i%len(few)]
		ob.Resource.Name = fmt.Sprintf("%s-%d", ob.Resource.Name, i)
		s.Observations = append(s.Observations, ob)
	}
	for _, o := range []Options{{Width: 120}, {Format: Wide, Width: 120}, {Format: JSON, All: true}, {Format: CSV}, {Format: HTML}} {
		b.Run(fmt.Sprint(o.Format, o.Width), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := Scan(io.Discard, s, o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
