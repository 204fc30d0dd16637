package bill

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestShelfHoldsWhatItsManifestsName(t *testing.T) {
	w := tiny()
	s := Shelve(w)
	bodies := map[string]string{}
	for _, o := range s.Objects {
		if body, put := o.Content.At(w.At.Add(-365 * 24 * time.Hour)); body != nil || !put.IsZero() {
			t.Errorf("%s lay there a year ago", o.Key)
		}
		body, put := o.Content.At(w.At)
		if len(body) == 0 || put.After(w.At) {
			t.Errorf("%s has %d bytes, put %s", o.Key, len(body), put)
		}
		bodies[o.Key] = string(body)
	}
	if len(s.Manifests) != 6 || !strings.Contains(s.Manifests[0], "2026-03") || !strings.Contains(s.Manifests[3], "2026-04") {
		t.Errorf("manifests %v", s.Manifests)
	}
	for _, key := range s.Manifests {
		named := 0
		for other := range bodies {
			if strings.Contains(bodies[key], `"`+other+`"`) || strings.Contains(bodies[key], `"s3://`+s.Name+"/"+other+`"`) {
				named++
			}
		}
		if named != 1 {
			t.Errorf("%s names %d objects of the bucket, want 1: %s", key, named, bodies[key])
		}
	}
	on := w.Accounts[0].Billing
	if len(on.Exports) != 2 || len(on.Reports) != 1 || *on.Exports[0].DestinationConfigurations.S3Destination.S3Bucket != s.Name || slices.Contains(on.ActiveTags, "Owner") {
		t.Errorf("the payer has switched on %+v", on)
	}
	if w.Accounts[0].Regions[0].Buckets[0] != s.Bucket {
		t.Error("the payer has no such bucket")
	}
}
