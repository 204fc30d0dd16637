package usage_test

import (
	"strings"
	"testing"

	"github.com/sagewarden/sagewarden/internal/cost/usage"
)

// Whatever a bill says is kept, has a component and a class, and names no instance that its text does not have.
func FuzzParse(f *testing.F) {
	for _, u := range written {
		f.Add(u.Raw, "RunInstance", "ml.m5.xlarge-Hosting")
	}
	f.Fuzz(func(t *testing.T, usageType, operation, product string) {
		u := usage.Parse(usageType, operation, product)
		if u.Raw != usageType || u.Component == "" || u.Class == "" {
			t.Errorf("%q is %+v", usageType, u)
		}
		said := strings.ToLower(usageType + " " + product)
		if i := strings.TrimPrefix(u.InstanceType, "Mem-"); !strings.Contains(said, strings.ToLower(i)) {
			t.Errorf("%q with %q has the instance type %q", usageType, product, u.InstanceType)
		}
		if again := usage.Parse(usageType, operation, u.InstanceType); again != u && u.Class == usage.Compute {
			t.Errorf("read again, %+v is %+v", u, again)
		}
	})
}
