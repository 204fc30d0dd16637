package setup

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// own are the keys that SageMaker sets on what is launched in Studio (https://docs.aws.amazon.com/sagemaker/latest/dg/domain-multiple.html), by which a line
// is whose space, profile and domain it is.
var own = []string{"sagemaker:domain-arn", "sagemaker:space-arn", "sagemaker:user-profile-arn"}

// others are further keys of AWS's own by which lines are known. Not everybody has them.
var others = []string{"AmazonDataZoneDomain", "AmazonDataZoneProject", "AmazonDataZoneUser", "ManagedByAmazonSageMakerResource"}

// atOnce is how many keys a call may activate.
const atOnce = 20

// tags looks which keys are on the bill.
func (p *Plan) tags(ctx context.Context) {
	t := p.payer.Target
	if p.member {
		return // its call would be refused
	}
	all, err := costTags(ctx, p.payer.Tags)
	if !p.saw(t, opListTags, "which tags are on the bill", err) {
		if strings.Contains(strings.ToLower(p.Coverage[len(p.Coverage)-1].Error), "linked account") {
			p.note("AWS takes %s for a member of an organization: the account that pays activates tags, so run this with its credentials", p.Payer)
		}
		return
	}
	active, since := map[string]bool{}, time.Time{}
	var seen []string
	for _, tag := range all {
		key := aws.ToString(tag.TagKey)
		seen = append(seen, key)
		active[key] = tag.Status == types.CostAllocationTagStatusActive
	}
	var on, off, never []string
	add := func(key string, known []string) {
		if len(known) == 0 {
			never = append(never, key)
		}
		for _, k := range known {
			to := &off
			if active[k] {
				to = &on
			}
			if !slices.Contains(*to, k) {
				*to = append(*to, k)
			}
		}
	}
	for _, key := range p.wish.Keys {
		add(key, p.wish.Spellings(key, seen))
	}
	for _, key := range own {
		add(key, slices.DeleteFunc([]string{key, "aws:" + key}, func(k string) bool { return !slices.Contains(seen, k) }))
	}
	for _, key := range others {
		if slices.Contains(seen, key) {
			add(key, []string{key})
		}
	}
	for _, tag := range all {
		if at := instant(tag.LastUpdatedDate); slices.Contains(on, aws.ToString(tag.TagKey)) && at.After(since) {
			since = at
		}
	}
	if len(on) > 0 {
		p.see("on the bill: %s", strings.Join(on, ", "))
	}
	if len(p.wish.Keys) == 0 {
		p.note("no rule of allocation reads a tag, and no --tag names one: SageMaker's own are looked at alone")
	}
	for _, key := range never {
		p.note("the tag %s was never seen by billing, and so it cannot be activated: set it on something that costs money, and run this again after a day", key)
	}
	if p.unsure {
		p.note("no tag is activated by an account that may be a member: the account that pays alone can")
		return
	}
	resource := estate.ARN{Partition: t.Partition, Service: "ce", Account: t.Account, Resource: "cost-allocation-tags"}.String()
	for keys := range slices.Chunk(off, atOnce) {
		p.Steps = append(p.Steps, Step{Action: actActivate, Resource: resource, Target: t, Keys: keys})
	}
	if len(off) > 0 && p.wish.BackfillFrom.IsZero() {
		p.note("a tag is on what is billed from its activation on, after a day at most; --backfill-from shows it on earlier months, too")
	}
	if !p.wish.BackfillFrom.IsZero() {
		p.backfill(ctx, since, len(off) > 0)
	}
}

// backfill plans to show the tags on earlier bills, unless that was done since the last of them was activated.
func (p *Plan) backfill(ctx context.Context, since time.Time, pending bool) {
	t, from, now := p.payer.Target, p.wish.BackfillFrom, p.payer.Now()
	done, err := backfills(ctx, p.payer.Tags)
	if !p.saw(t, opBackfills, "which backfills there were", err) {
		return
	}
	for _, b := range done {
		asked, first := instant(b.RequestedAt), instant(b.BackfillFrom)
		switch {
		case b.BackfillStatus == types.CostAllocationTagBackfillStatusProcessing:
			p.note("tags are being shown on the bills from %s on, as was asked at %s, and AWS does one backfill at a time: run this again when it is through", first.Format(month), asked.Format(time.RFC3339))
			return
		case b.BackfillStatus == types.CostAllocationTagBackfillStatusSucceeded && !pending && !first.After(from) && !asked.Before(since):
			p.see("the bills from %s on have the tags, by the backfill of %s", first.Format(month), asked.Format(time.RFC3339))
			return
		case now.Sub(asked) < aDay:
			p.note("AWS takes one backfill a day, and one was asked for at %s: run this again after %s", asked.Format(time.RFC3339), asked.Add(aDay).Format(time.RFC3339))
			return
		}
	}
	p.Steps = append(p.Steps, Step{Action: actBackfill, Target: t, From: from.Format(time.RFC3339), latest: latest(done),
		Resource: estate.ARN{Partition: t.Partition, Service: "ce", Account: t.Account, Resource: "cost-allocation-tag-backfill"}.String()})
}

// latest is when the last of the backfills was asked for, zero for none.
func latest(all []types.CostAllocationTagBackfillRequest) (at time.Time) {
	for _, b := range all {
		if asked := instant(b.RequestedAt); asked.After(at) {
			at = asked
		}
	}
	return at
}

const (
	month = "2006-01"
	aDay  = 24 * time.Hour
	// farthest is how many months back a backfill may begin.
	farthest = 12
)

// CheckBackfill says what is wrong with a month from which on tags are wanted on bills, empty for nothing.
func CheckBackfill(from, now time.Time) string {
	y, m, _ := now.UTC().Date()
	this := time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
	switch {
	case from.After(this):
		return "it is to come"
	case from.Before(this.AddDate(0, -farthest, 0)):
		return "AWS goes back twelve months, to " + this.AddDate(0, -farthest, 0).Format(month)
	}
	return ""
}

// instant is one as Cost Explorer writes it, zero for none.
func instant(text *string) time.Time {
	t, err := time.Parse(time.RFC3339, aws.ToString(text))
	if err != nil {
		return time.Time{}
	}
	return t
}
