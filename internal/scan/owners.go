package scan

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

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

// created asks CloudTrail who created the resources, which are by ARN in lower case and all made in the same sort of event.
func (l *labels) created(ctx context.Context, event string, missing map[string]listed) {
	oldest := l.snap.At
	for arn, r := range missing {
		by, known := l.creators.of(arn, r.created)
		switch {
		case known:
			l.name(arn, by)
		case l.snap.At.Sub(r.created) < kinds.TrailKept:
			if r.created.Before(oldest) {
				oldest = r.created
			}
			continue
		}
		delete(missing, arn)
	}
	if len(missing) == 0 || l.mute {
		return
	}
	all, err := l.Creations(ctx, event, oldest.Add(-kinds.TrailLag), l.options.Owners.TrailPages, func(c kinds.Creation) bool {
		for _, arn := range c.ARNs {
			// An event of another time made a resource of the same name, that was there before.
			if r, wanted := missing[arn]; wanted && c.By != "" && c.At.Sub(r.created).Abs() < creationTakes {
				by := creator{By: c.By, From: "cloudtrail " + event, Created: r.created}
				l.creators.add(arn, by)
				l.name(arn, by)
				delete(missing, arn)
			}
		}
		return len(missing) > 0
	})
	if err != nil {
		l.mute = true // in the coverage
		return
	}
	for arn, r := range missing {
		if all && l.snap.At.Sub(r.created) > kinds.TrailLag {
			l.creators.add(arn, creator{Created: r.created}) // the trail does not know: it need not be asked again
		}
	}
}

// name makes a creator the owner, where there is one.
func (l *labels) name(arn string, by creator) {
	found := l.found[arn]
	found.owner, found.from = by.By, by.From
	l.found[arn] = found
}

// A creator is who created a resource, By empty where CloudTrail does not know.
type creator struct {
	By   string `json:"by,omitempty"`
	From string `json:"from,omitempty"`
	// Created tells a resource from one of the same name that was there before.
	Created time.Time `json:"created"`
}

// A person is a user profile of a Studio domain.
type person struct{ domain, profile string }

// owners are the people to whom something that bills is to be told, with what that is.
func owners(obs []*estate.Observation) map[person][]listed {
	theirs := map[person][]listed{}
	for _, o := range obs {
		if r := o.Resource; len(r.Meters) > 0 && kinds.OwnedByProfile(r) && (o.Verdict.State == estate.Idle || len(o.Verdict.Conditions) > 0) {
			p := person{r.Domain, r.Owner}
			theirs[p] = append(theirs[p], listedOf(o))
		}
	}
	return theirs
}

// signingIn are the domains in which people sign in through IAM Identity Center.
func signingIn(obs []*estate.Observation) map[string]bool {
	sso := map[string]bool{}
	for _, o := range obs {
		if r := o.Resource; r.Attributes[kinds.AttributeAuthMode] == string(types.AuthModeSso) {
			sso[r.Domain] = true
		}
	}
	return sso
}

// askNames asks for the names with which people sign in, each a call, beside what else there is to ask: signIn finds them answered.
func (t *target) askNames(ctx context.Context, people map[person][]listed, sso map[string]bool) map[person]string {
	names := map[person]string{}
	var mu sync.Mutex
	var g errgroup.Group
	g.SetLimit(describers)
	for p := range people {
		if !sso[p.domain] {
			continue
		}
		g.Go(func() error {
			name := kinds.SignInName(ctx, t.Scope, p.domain, p.profile)
			mu.Lock()
			defer mu.Unlock()
			names[p] = name
			return nil
		})
	}
	_ = g.Wait() // recorded in the coverage
	return names
}

// signIn replaces the profile names of people who sign in through IAM Identity Center by the names that they sign in with, where something
// of theirs that bills is to be told to them.
func (t *target) signIn(ctx context.Context) {
	names := t.askNames(ctx, owners(t.seen), signingIn(t.seen))
	for _, o := range t.seen {
		if r := &o.Resource; kinds.OwnedByProfile(*r) {
			if name := names[person{r.Domain, r.Owner}]; name != "" {
				r.Owner, r.OwnerFrom = name, r.OwnerFrom+", by sign-in name"
			}
		}
	}
}

// describers is how many profiles are described at once.
const describers = 6
