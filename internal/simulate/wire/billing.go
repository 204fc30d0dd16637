package wire

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	exports "github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	reports "github.com/aws/aws-sdk-go-v2/service/costandusagereportservice/types"

	"github.com/sagewarden/sagewarden/internal/simulate/world"
)

// A billing is what an account has switched on for its bill, with what was changed of it.
type billing struct {
	exports []*export
	reports []reports.ReportDefinition
	// active are the tag keys that are shown, with when that was changed; of what the world has from the start, never.
	active    map[string]time.Time
	inactive  map[string]time.Time
	backfills []backfill
}

// An export is a data export with what became of it.
type export struct {
	exports.Export
	created, updated time.Time
}

// A backfill shows tags on bills that were before.
type backfill struct{ from, asked time.Time }

// backfillTakes is how long it takes to show tags on what was billed before.
const backfillTakes = time.Hour

// billings are those of all accounts.
func billings(w *world.World) map[string]*billing {
	all := map[string]*billing{}
	for _, a := range w.Accounts {
		b := &billing{active: map[string]time.Time{}, inactive: map[string]time.Time{}}
		if has := a.Billing; has != nil {
			for _, e := range has.Exports {
				if e.ExportArn == nil {
					e.ExportArn = aws.String(exportARN(a.InPartition(), a.ID, aws.ToString(e.Name)))
				}
				since := w.At.AddDate(0, -6, 0)
				b.exports = append(b.exports, &export{e, since, since})
			}
			b.reports = slices.Clone(has.Reports)
			for _, key := range has.ActiveTags {
				b.active[key] = time.Time{}
			}
		}
		all[a.ID] = b
	}
	return all
}

func (v *view) billing() *billing { return v.server.billings[v.target.Account] }

// pays refuses an account that another pays for.
func (v *view) pays() error {
	if o := v.server.organization; o != nil && o.members[v.target.Account] != nil && o.Management != v.target.Account {
		return &apiError{code: "AccessDeniedException", message: "Linked account doesn't have access to cost allocation tags."}
	}
	return nil
}

// serviceTags are the keys that SageMaker and billing set by themselves.
var serviceTags = []string{"aws:createdBy", "sagemaker:domain-arn", "sagemaker:space-arn", "sagemaker:user-profile-arn"}

// tagKeys are all keys that billing has seen on anything of the organization.
func (v *view) tagKeys() map[string]types.CostAllocationTagType {
	keys := map[string]types.CostAllocationTagType{}
	for _, a := range v.server.world.Accounts {
		for _, r := range a.Regions {
			for _, tags := range r.Tags {
				for key := range tags {
					keys[key] = types.CostAllocationTagTypeUserDefined
				}
			}
		}
	}
	for _, key := range serviceTags {
		keys[key] = types.CostAllocationTagTypeAwsGenerated
	}
	return keys
}

func (v *view) listCostTags(in *costexplorer.ListCostAllocationTagsInput) (*costexplorer.ListCostAllocationTagsOutput, error) {
	limit, err := most(in.MaxResults, 100, 1000)
	if err != nil {
		return nil, err
	}
	if err := v.pays(); err != nil {
		return nil, err
	}
	b, all := v.billing(), v.tagKeys()
	keys := slices.DeleteFunc(slices.Collect(maps.Keys(all)), func(key string) bool {
		return in.Status != "" && in.Status != b.status(key) || in.Type != "" && in.Type != all[key] || len(in.TagKeys) > 0 && !slices.Contains(in.TagKeys, key)
	})
	cut, next, err := page(v, keys, func(key string) string { return key }, false, limit, in.NextToken)
	if errors.Is(err, errToken) {
		return nil, &apiError{code: "InvalidNextTokenException", message: "The pagination token is invalid."}
	}
	if err != nil {
		return nil, err
	}
	out := &costexplorer.ListCostAllocationTagsOutput{NextToken: next, CostAllocationTags: []types.CostAllocationTag{}}
	for _, key := range cut {
		tag := types.CostAllocationTag{TagKey: aws.String(key), Type: all[key], Status: b.status(key), LastUsedDate: zoned(monthOf(v.now))}
		if at := b.changed(key); !at.IsZero() {
			tag.LastUpdatedDate = zoned(at)
		}
		out.CostAllocationTags = append(out.CostAllocationTags, tag)
	}
	return out, nil
}

func (b *billing) status(key string) types.CostAllocationTagStatus {
	if _, active := b.active[key]; active {
		return types.CostAllocationTagStatusActive
	}
	return types.CostAllocationTagStatusInactive
}

// changed is when the status of the key was changed, zero for never.
func (b *billing) changed(key string) time.Time {
	if at, active := b.active[key]; active {
		return at
	}
	return b.inactive[key]
}

// mostTagsAtOnce is how many statuses a call may change.
const mostTagsAtOnce = 20

func (v *view) updateCostTags(in *costexplorer.UpdateCostAllocationTagsStatusInput) (*costexplorer.UpdateCostAllocationTagsStatusOutput, error) {
	if err := v.pays(); err != nil {
		return nil, err
	}
	if n := len(in.CostAllocationTagsStatus); n < 1 || n > mostTagsAtOnce {
		return nil, invalid("CostAllocationTagsStatus must have between 1 and %d entries, not %d.", mostTagsAtOnce, n)
	}
	b, known := v.billing(), v.tagKeys()
	out := &costexplorer.UpdateCostAllocationTagsStatusOutput{Errors: []types.UpdateCostAllocationTagsStatusError{}}
	for _, e := range in.CostAllocationTagsStatus {
		key := aws.ToString(e.TagKey)
		if _, seen := known[key]; !seen {
			out.Errors = append(out.Errors, types.UpdateCostAllocationTagsStatusError{TagKey: e.TagKey, Code: aws.String("NotFound"), Message: aws.String("Tag keys not found.")})
			continue
		}
		if e.Status == types.CostAllocationTagStatusActive {
			b.active[key] = v.now
			delete(b.inactive, key)
		} else {
			b.inactive[key] = v.now
			delete(b.active, key)
		}
	}
	v.remember(Mutation{Resource: "cost-allocation-tags"})
	return out, nil
}

// oldestBackfill is how far back tags can be shown.
const oldestBackfill = 12

func (v *view) startBackfill(in *costexplorer.StartCostAllocationTagBackfillInput) (*costexplorer.StartCostAllocationTagBackfillOutput, error) {
	if err := v.pays(); err != nil {
		return nil, err
	}
	from, err := time.Parse(time.RFC3339, aws.ToString(in.BackfillFrom))
	month := monthOf(v.now)
	switch b := v.billing(); {
	case err != nil || !from.Equal(monthOf(from)) || from.After(v.now) || from.Before(month.AddDate(0, -oldestBackfill, 0)):
		return nil, invalid("BackfillFrom must be the first day of a month within the last %d months.", oldestBackfill)
	case len(b.backfills) > 0 && v.now.Sub(b.backfills[len(b.backfills)-1].asked) < 24*time.Hour:
		return nil, &apiError{code: "BackfillLimitExceededException", message: "A request to backfill is already in progress, or was made within the last 24 hours."}
	default:
		f := backfill{from, v.now}
		b.backfills = append(b.backfills, f)
		v.remember(Mutation{Resource: "cost-allocation-tag-backfill"})
		return &costexplorer.StartCostAllocationTagBackfillOutput{BackfillRequest: f.at(v.now)}, nil
	}
}

// at is the backfill at the instant.
func (f backfill) at(now time.Time) *types.CostAllocationTagBackfillRequest {
	r := &types.CostAllocationTagBackfillRequest{BackfillFrom: zoned(f.from), RequestedAt: zoned(f.asked), LastUpdatedAt: zoned(f.asked), BackfillStatus: types.CostAllocationTagBackfillStatusProcessing}
	if done := f.asked.Add(backfillTakes); !now.Before(done) {
		r.BackfillStatus, r.CompletedAt, r.LastUpdatedAt = types.CostAllocationTagBackfillStatusSucceeded, zoned(done), zoned(done)
	}
	return r
}

func (v *view) listBackfills(in *costexplorer.ListCostAllocationTagBackfillHistoryInput) (*costexplorer.ListCostAllocationTagBackfillHistoryOutput, error) {
	if err := v.pays(); err != nil {
		return nil, err
	}
	limit, err := most(in.MaxResults, 100, 1000)
	if err != nil {
		return nil, err
	}
	cut, next, err := page(v, v.billing().backfills, func(f backfill) string { return stamp(f.asked) }, true, limit, in.NextToken)
	if errors.Is(err, errToken) {
		return nil, &apiError{code: "InvalidNextTokenException", message: "The pagination token is invalid."}
	}
	if err != nil {
		return nil, err
	}
	out := &costexplorer.ListCostAllocationTagBackfillHistoryOutput{NextToken: next, BackfillRequests: []types.CostAllocationTagBackfillRequest{}}
	for _, f := range cut {
		out.BackfillRequests = append(out.BackfillRequests, *f.at(v.now))
	}
	return out, nil
}

// most is how many items a page has: the usual number, or what was asked for within the limit.
func most(asked *int32, usual, limit int32) (int, error) {
	if asked == nil {
		return int(usual), nil
	}
	if *asked < 1 || *asked > limit {
		return 0, invalid("MaxResults must be between 1 and %d, not %d.", limit, *asked)
	}
	return int(*asked), nil
}

// zoned is an instant as Cost Explorer writes it.
func zoned(t time.Time) *string { return aws.String(t.UTC().Format(time.RFC3339)) }

func monthOf(t time.Time) time.Time {
	y, m, _ := t.UTC().Date()
	return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC)
}
