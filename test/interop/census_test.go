//go:build interop

package interop_test

import (
	"slices"
	"strconv"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A census is how much there is of everything in an account and region.
type census map[string]int

// of keeps to some of the counts.
func (c census) of(names ...string) census {
	part := census{}
	for _, n := range names {
		part[n] = c[n]
	}
	return part
}

// A window is a stretch of CloudWatch's time on whole hours.
type window struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// countWorld is the census as the world has it at the instant, told from the description and not from any answer.
func countWorld(w *world.World, a *world.Account, r *world.Region, now time.Time, win window) census {
	account, err := strconv.Atoi(a.ID)
	if err != nil {
		panic(err) // account ids are digits
	}
	c := census{"account": account, "regions": len(a.Regions)}
	standing := map[string]bool{}
	stands := func(l world.Life, resource string) bool {
		if l.At(now) {
			standing[a.ARN(r.Name, resource)] = true
		}
		return l.At(now)
	}
	count := func(name string, l world.Life, resource string) {
		if stands(l, resource) {
			c[name]++
		}
	}
	for _, name := range []string{"domains", "users", "spaces", "apps listed", "apps", "endpoints", "configs", "variants", "instances", "components",
		"configurations", "models", "metrics", "invocations", "samples", "streams", "tagged", "prices"} {
		c[name] = 0
	}
	for _, l := range listings {
		c[string(l.Family)] = 0
	}
	for _, d := range r.Domains {
		count("domains", d.Life, d.Resource())
		for _, u := range d.Users {
			count("users", u.Life, u.Resource(d.ID))
		}
		for _, s := range d.Spaces {
			count("spaces", s.Life, s.Resource(d.ID))
		}
		listed := map[string]bool{}
		for _, app := range d.Apps {
			// A deleted app stays listed for a day, unless another has taken its name.
			if !now.Before(app.Created) && (app.Deleted.IsZero() || now.Before(app.Deleted.Add(24*time.Hour))) {
				listed[app.Resource(d.ID)] = true
			}
			if stands(app.Life, app.Resource(d.ID)) && app.Status != "Failed" && !app.Vanishes {
				c["apps"]++
			}
		}
		c["apps listed"] += len(listed)
	}
	for _, e := range r.Endpoints {
		if !stands(e.Life, e.Resource()) || e.Vanishes {
			continue
		}
		c["endpoints"]++
		if slices.ContainsFunc(r.Configs, func(cfg *world.EndpointConfig) bool { return cfg.Name == e.Config && cfg.At(now) }) {
			c["configs"]++
		}
		for _, v := range slices.Concat(e.Variants, e.Shadow) {
			c["variants"]++
			if v.MemoryMB == 0 {
				c["instances"] += int(v.Count)
			}
			c["invocations"] += int(total(r, "AWS/SageMaker", "Invocations", e.Name, v.Name, win).Sum)
			c["samples"] += int(total(r, "/aws/sagemaker/Endpoints", "CPUUtilization", e.Name, v.Name, win).Count)
		}
	}
	for _, ic := range r.Components {
		count("components", ic.Life, ic.Resource())
	}
	for _, cfg := range r.Configs {
		count("configurations", cfg.Life, cfg.Resource())
	}
	for _, m := range r.Models {
		count("models", m.Life, m.Resource())
	}
	for _, rec := range r.Records {
		count(string(rec.Family), rec.Life, rec.Resource())
	}
	for _, h := range r.Histories {
		c[string(h.Family)] += h.Over(now)
	}
	c["created"] = createdBySomebody(r, now)
	for _, m := range r.Metrics {
		if m.Namespace == "AWS/SageMaker" && m.Pattern.Stat(now.Add(-14*24*time.Hour), now.Add(-w.MetricLag)).Count > 0 {
			c["metrics"]++
		}
	}
	for _, s := range r.Streams {
		if s.Group == world.StudioLogGroup && !now.Before(s.Created) {
			c["streams"]++
		}
	}
	for arn, tags := range r.Tags {
		if standing[arn] && len(tags) > 0 {
			c["tagged"]++
		}
	}
	for _, p := range w.Prices {
		if p.Attributes["regionCode"] == r.Name && p.Attributes["servicecode"] == "AmazonSageMaker" {
			c["prices"]++
		}
	}
	return c
}

// total sums a variant's series up.
func total(r *world.Region, namespace, name, endpoint, variant string, win window) (sum world.Stat) {
	for _, m := range r.Metrics {
		if m.Namespace == namespace && m.Name == name && len(m.Dimensions) == 2 &&
			m.Dimensions["EndpointName"] == endpoint && m.Dimensions["VariantName"] == variant {
			sum = sum.Add(m.Pattern.Stat(win.Start, win.End))
		}
	}
	return sum
}

// createdBySomebody is how many endpoints CloudTrail knows the creator of, those that are gone included.
func createdBySomebody(r *world.Region, now time.Time) (n int) {
	for _, e := range r.Endpoints {
		if e.Creator != "" && !e.Created.After(now) && now.Sub(e.Created) <= 90*24*time.Hour {
			n++
		}
	}
	return n
}

// countReport is the census as far as a scan takes it: all resources by kind, and what is on the endpoints.
func countReport(r report, t estate.Target) (c census, byKind map[estate.Kind]int) {
	c, byKind = census{"variants": 0, "instances": 0}, map[estate.Kind]int{}
	for _, o := range r.Resources {
		if o.Resource.Target.Key() != t.Key() {
			continue
		}
		byKind[o.Resource.Kind]++
		if o.Resource.Kind != "endpoint" {
			continue
		}
		for _, p := range o.Resource.Parts {
			if p.Role == "pending" {
				continue
			}
			c["variants"]++
			if p.Mode != "serverless" {
				c["instances"] += p.Count
			}
		}
	}
	return c, byKind
}
