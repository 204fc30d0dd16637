package kinds

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

// TestHostingStatus: an endpoint or component that is on its way is unknown, and stuck when it does not arrive; a failed one is broken.
func TestHostingStatus(t *testing.T) {
	for _, tc := range []struct {
		k      Kind
		status string
		since  time.Duration
		rule   string
		cond   estate.ConditionType
	}{
		{endpoint{}, "Updating", stuckAfter, "endpoint/changing", ""},
		{endpoint{}, "Updating", stuckAfter + time.Second, "endpoint/changing", estate.Stuck},
		{endpoint{}, "Creating", day, "endpoint/changing", estate.Stuck},
		{endpoint{}, "SystemUpdating", day, "endpoint/changing", estate.Stuck},
		{endpoint{}, "RollingBack", day, "endpoint/changing", estate.Stuck},
		{endpoint{}, "Deleting", day, "endpoint/changing", estate.Stuck},
		{endpoint{}, "Failed", time.Minute, "endpoint/broken", estate.Broken},
		{endpoint{}, "OutOfService", day, "endpoint/broken", estate.Broken},
		{endpoint{}, "UpdateRollbackFailed", day, "endpoint/broken", estate.Broken},
		{component{}, "Deleting", day, "component/changing", estate.Stuck},
		{component{}, "Creating", time.Hour, "component/changing", ""},
		{component{}, "Failed", day, "component/broken", estate.Broken},
	} {
		r := estate.Resource{Status: tc.status, Created: before(90 * day), Modified: before(tc.since), Attributes: map[string]string{"failureReason": "no capacity"}}
		v := tc.k.Judge(r, nil, week)
		var cond estate.Condition
		if len(v.Conditions) > 0 {
			cond = v.Conditions[0]
		}
		if v.State != estate.Unknown || v.Rule != tc.rule || cond.Type != tc.cond || cond.Type != "" && !cond.Since.Equal(r.Modified) {
			t.Errorf("%s since %s: %s by %s with %+v", tc.status, span(tc.since), v.State, v.Rule, cond)
		}
		if want := "it is " + tc.status + ": no capacity"; cond.Type == estate.Broken && v.Why != want {
			t.Errorf("why: %q, want %q", v.Why, want)
		}
	}
}

// TestVolumesAndModelsOfAnEndpoint: each instance bills its volume, and the configuration names the models, unless it is another one
// by now.
func TestVolumesAndModelsOfAnEndpoint(t *testing.T) {
	variant := func(name string, gb int32) types.ProductionVariant {
		return types.ProductionVariant{VariantName: &name, ModelName: aws.String("m-" + name), InstanceType: types.ProductionVariantInstanceTypeMlM5Large, VolumeSizeInGB: &gb}
	}
	running := func(name string, count int32) types.ProductionVariantSummary {
		return types.ProductionVariantSummary{VariantName: &name, CurrentInstanceCount: &count}
	}
	d := &sagemaker.DescribeEndpointOutput{ProductionVariants: []types.ProductionVariantSummary{running("a", 3), running("zero", 0), running("none", 1)}}
	cfg := &sagemaker.DescribeEndpointConfigOutput{CreationTime: aws.Time(before(day)), ProductionVariants: []types.ProductionVariant{variant("a", 50), variant("zero", 50), variant("none", 0)}}
	volumes := func(r estate.Resource) (all []estate.Meter) {
		for _, m := range r.Meters {
			if m.Component == pricing.ComponentEndpointVolume {
				all = append(all, m)
			}
		}
		return all
	}
	r := estate.Resource{Modified: now, Attributes: map[string]string{}}
	shape(&r, d, cfg, nil)
	if diff := cmp.Diff([]estate.Meter{{Part: "a", Component: pricing.ComponentEndpointVolume, GB: 150}}, volumes(r)); diff != "" {
		t.Errorf("volumes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"model a": "m-a", "model zero": "m-zero", "model none": "m-none"}, r.Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}

	remade := estate.Resource{Modified: before(2 * day), Attributes: map[string]string{}}
	shape(&remade, d, cfg, nil)
	if got := volumes(remade); len(got) != 0 || remade.Attributes[attributeConfigGone] == "" {
		t.Errorf("of a configuration that was made after the endpoint: volumes %+v, attributes %v", got, remade.Attributes)
	}
}
