package scan

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// labels are the tags and owners of a target's resources. They are read beside what judging takes, which is slower, from what the listings
// tell at once; until join puts them on, whoever judges has the observations for themselves.
type labels struct {
	*target
	// types are the tags of the families that are asked for by type, whatever of them there is: they are read with the first that has listed something.
	types    func() tags
	creators *creators
	// mute says that CloudTrail has failed once: it is not asked again.
	mute    bool
	reading sync.WaitGroup
	found   map[string]label

	mu sync.Mutex
	// queue is what is still to be read, one after the other: CloudTrail allows two calls a second.
	queue []func()
	busy  bool
}

// A listed resource is what a listing tells of one at once.
type listed struct {
	arn     string
	created time.Time
	owner   string
}

// A label is what was found about a resource. Its tags are nil where they could not be read.
type label struct {
	tags        map[string]string
	owner, from string
}

func newLabels(ctx context.Context, t *target) *labels {
	return &labels{target: t, creators: openCreators(t.options.Owners.TrailCache, t.Target()), found: map[string]label{},
		types: sync.OnceValue(func() tags { return t.tagsByType(ctx, t.options.Kinds) })}
}

// read begins to find the labels of what a family has listed.
func (l *labels) read(ctx context.Context, f *kinds.Family, all []listed) {
	if len(all) > 0 {
		l.next(func() { l.own(ctx, f.CreatedBy, all, l.types()) })
	}
}

// readByARN does the same for the families whose tags are asked for by name, together.
func (l *labels) readByARN(ctx context.Context, byFamily map[*kinds.Family][]listed) {
	l.next(func() {
		var all []string
		for _, some := range byFamily {
			for _, r := range some {
				all = append(all, r.arn)
			}
		}
		of := l.tagsByARN(ctx, all)
		byEvent := map[string][]listed{}
		for f, some := range byFamily {
			byEvent[f.CreatedBy] = append(byEvent[f.CreatedBy], some...)
		}
		for event, some := range byEvent {
			l.own(ctx, event, some, of)
		}
	})
}

// next has something read after what is queued.
func (l *labels) next(read func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queue = append(l.queue, read)
	if !l.busy {
		l.busy = true
		l.reading.Go(l.work)
	}
}

// work reads what is queued.
func (l *labels) work() {
	for {
		l.mu.Lock()
		if len(l.queue) == 0 {
			l.busy = false
			l.mu.Unlock()
			return
		}
		read := l.queue[0]
		l.queue = l.queue[1:]
		l.mu.Unlock()
		read()
	}
}

// own finds the owners of what was made in the same sort of event: from tags, from the space or profile that it is in, from the tags that Studio gives
// to jobs, and at last from CloudTrail.
func (l *labels) own(ctx context.Context, event string, all []listed, of tags) {
	missing := map[string]listed{}
	for _, r := range all {
		arn := strings.ToLower(r.arn)
		found := label{tags: of.on(arn, r.created)}
		found.owner, found.from = ownerByTag(found.tags, l.options.Owners.Tags)
		if found.owner == "" && r.owner == "" {
			found.owner, found.from = ownerInStudio(found.tags)
		}
		if found.owner == "" && r.owner == "" && found.tags != nil { // tags that were not read may name another
			missing[arn] = r
		}
		l.found[arn] = found
	}
	if l.options.Owners.TrailPages > 0 && event != "" {
		l.created(ctx, event, missing)
	}
}

// join waits for the labels and puts them on the resources.
func (l *labels) join() {
	l.reading.Wait()
	l.creators.save(l.snap.At)
	for _, o := range l.seen {
		found := l.found[strings.ToLower(o.Resource.ARN)]
		o.Resource.Tags = found.tags
		if found.owner != "" {
			o.Resource.Owner, o.Resource.OwnerFrom = found.owner, found.from
		}
	}
}

// unclaimed leaves the people of whom something, of a family that is asked for by type, has no tag that names its owner.
func (l *labels) unclaimed(theirs map[person][]listed) map[person][]listed {
	maps.DeleteFunc(theirs, func(_ person, all []listed) bool {
		return !slices.ContainsFunc(all, func(r listed) bool {
			owner, _ := ownerByTag(l.types().on(strings.ToLower(r.arn), r.created), l.options.Owners.Tags)
			return owner == ""
		})
	})
	return theirs
}

// listedOf is the resource as its family has listed it.
func listedOf(o *estate.Observation) listed {
	return listed{o.Resource.ARN, o.Resource.Created, o.Resource.Owner}
}
