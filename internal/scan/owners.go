package scan

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"golang.org/x/sync/errgroup"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// Owners say how the owner of a resource is found.
type Owners struct {
	// Tags are the keys that name an owner, best first, whatever their case.
	Tags []string
	// TrailPages bounds the pages of fifty events that CloudTrail is asked for, for a target and a kind of creation, to
	// find who created what has no other sign of an owner. Zero asks for none.
	TrailPages int
	// TrailCache is a folder in which the answers are kept; empty keeps none. Who created something never changes.
	TrailCache string
}

// own finds the owners of what was seen: from tags, from the space or profile that it is in, from the tags that Studio gives
// to jobs, and at last from CloudTrail.
func (t *target) own(ctx context.Context) {
	var missing []*estate.Observation
	for _, o := range t.seen {
		r := &o.Resource
		if owner, from := ownerByTag(r.Tags, t.options.Owners.Tags); owner != "" {
			r.Owner, r.OwnerFrom = owner, from
		}
		if r.Owner == "" {
			r.Owner, r.OwnerFrom = ownerInStudio(r.Tags)
		}
		if r.Owner == "" && r.Tags != nil { // tags that were not read may name another
			missing = append(missing, o)
		}
	}
	if t.options.Owners.TrailPages > 0 {
		t.creators(ctx, missing)
	}
}

func ownerByTag(tags map[string]string, keys []string) (owner, from string) {
	best := len(keys)
	for key, value := range tags {
		i := slices.IndexFunc(keys, func(k string) bool { return strings.EqualFold(k, key) })
		// Keys that differ in case alone are settled by the smaller key, so that every scan says the same.
		if i >= 0 && value != "" && (i < best || i == best && "tag "+key < from) {
			owner, from, best = value, "tag "+key, i
		}
	}
	return owner, from
}

// ownerInStudio is the person from whose Studio a job was started: SageMaker tags it so.
func ownerInStudio(tags map[string]string) (owner, from string) {
	const key = "sagemaker:user-profile-arn"
	arn, err := estate.ParseARN(tags[key])
	if err != nil {
		return "", ""
	}
	return arn.Resource[strings.LastIndex(arn.Resource, "/")+1:], "tag " + key
}

// creationTakes is how far the event of a creation and the stamp of what it made may be apart.
const creationTakes = 5 * time.Minute

// creators asks CloudTrail who created the resources, one sort of event after the other: its limit is two calls a second.
func (t *target) creators(ctx context.Context, obs []*estate.Observation) {
	known := openCreators(t.options.Owners.TrailCache, t.Target())
	defer known.save(t.snap.At)
	wanted := map[string]map[string]*estate.Observation{} // by event, then by ARN
	for _, o := range obs {
		arn := strings.ToLower(o.Resource.ARN)
		switch event := family(o.Resource).CreatedBy; {
		case event == "":
		case known.has(arn, o.Resource.Created):
			o.Resource.Owner, o.Resource.OwnerFrom = known.owner(arn)
		case t.snap.At.Sub(o.Resource.Created) < kinds.TrailKept:
			if wanted[event] == nil {
				wanted[event] = map[string]*estate.Observation{}
			}
			wanted[event][arn] = o
		}
	}
	for _, event := range slices.Sorted(maps.Keys(wanted)) {
		byARN := wanted[event]
		oldest := slices.MinFunc(slices.Collect(maps.Values(byARN)), func(a, b *estate.Observation) int { return a.Resource.Created.Compare(b.Resource.Created) })
		all, err := t.Creations(ctx, event, oldest.Resource.Created.Add(-kinds.TrailLag), t.options.Owners.TrailPages, func(c kinds.Creation) bool {
			for _, arn := range c.ARNs {
				// An event of another time made a resource of the same name, that was there before.
				if o := byARN[arn]; o != nil && c.By != "" && c.At.Sub(o.Resource.Created).Abs() < creationTakes {
					known.add(arn, creator{By: c.By, From: "cloudtrail " + event, Created: o.Resource.Created})
					o.Resource.Owner, o.Resource.OwnerFrom = known.owner(arn)
					delete(byARN, arn)
				}
			}
			return len(byARN) > 0
		})
		if err != nil {
			return // in the coverage
		}
		for arn, o := range byARN {
			if all && t.snap.At.Sub(o.Resource.Created) > kinds.TrailLag {
				known.add(arn, creator{Created: o.Resource.Created}) // the trail does not know: it need not be asked again
			}
		}
	}
}

// A creator is who created a resource, By empty where CloudTrail does not know.
type creator struct {
	By   string `json:"by,omitempty"`
	From string `json:"from,omitempty"`
	// Created tells a resource from one of the same name that was there before.
	Created time.Time `json:"created"`
}

// signInNames replaces the profile names of people who sign in through IAM Identity Center by the names that they sign in with,
// where something of theirs that bills is to be told to them: each costs a call.
func (t *target) signInNames(ctx context.Context) {
	sso := map[string]bool{}
	for _, o := range t.seen {
		if r := o.Resource; r.Attributes[kinds.AttributeAuthMode] == string(types.AuthModeSso) {
			sso[r.Domain] = true
		}
	}
	type person struct{ domain, profile string }
	theirs := map[person][]*estate.Resource{}
	for _, o := range t.seen {
		r := &o.Resource
		if sso[r.Domain] && len(r.Meters) > 0 && kinds.OwnedByProfile(*r) && (o.Verdict.State == estate.Idle || len(o.Verdict.Conditions) > 0) {
			p := person{r.Domain, r.Owner}
			theirs[p] = append(theirs[p], r)
		}
	}
	var g errgroup.Group
	g.SetLimit(describers)
	for p, resources := range theirs {
		g.Go(func() error {
			d, gone, err := kinds.Describe(t.Scope, "sagemaker:DescribeUserProfile", func() (*sagemaker.DescribeUserProfileOutput, error) {
				return t.SageMaker().DescribeUserProfile(ctx, &sagemaker.DescribeUserProfileInput{DomainId: &p.domain, UserProfileName: &p.profile})
			}, func(o *sagemaker.DescribeUserProfileOutput) bool { return o.UserProfileName != nil })
			if gone || err != nil || aws.ToString(d.SingleSignOnUserValue) == "" {
				return err // the profile's name stays
			}
			for _, r := range resources {
				r.Owner, r.OwnerFrom = *d.SingleSignOnUserValue, r.OwnerFrom+", by sign-in name"
			}
			return nil
		})
	}
	_ = g.Wait() // recorded in the coverage
}

// describers is how many profiles are described at once.
const describers = 6
