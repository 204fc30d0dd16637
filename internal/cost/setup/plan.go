package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/bcmdataexports/types"
	"github.com/aws/aws-sdk-go-v2/service/organizations"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
)

// The parts of what is set up.
const (
	PartExport  = "export"
	PartTags    = "tags"
	PartDomains = "domains"
)

// Parts are all of them.
var Parts = []string{PartExport, PartTags, PartDomains}

// A Wish is what is to be there.
type Wish struct {
	// Parts are those that are looked at.
	Parts []string
	// Export is the name of the export that is made where no other will do; Split asks for split cost allocation data.
	Export string
	Split  bool
	// Bucket, Prefix and Region are where it is delivered to. An empty region is the bucket's own.
	Bucket, Prefix, Region string
	// Policy says to put the statement that lets billing deliver, where the bucket's policy lacks it.
	Policy bool
	// Keys are the tag keys that are to be on the bill. Spellings are those of the keys seen that are taken for one.
	Keys      []string
	Spellings func(key string, seen []string) []string
	// BackfillFrom is the first day of the first month on whose bill the tags are wanted, zero for none before now.
	BackfillFrom time.Time
	// Member says that an export of a member account's own lines is meant.
	Member bool
}

// The actions of steps.
const (
	actPolicy    = "let billing deliver to"
	actCreate    = "create"
	actUpdate    = "update"
	actActivate  = "activate"
	actBackfill  = "backfill"
	actPropagate = "hand tags on in"
)

// A Step is one change.
type Step struct {
	Action string `json:"action"`
	// Resource is the ARN of what is changed, and Target where.
	Resource string        `json:"resource"`
	Target   estate.Target `json:"target"`
	// Export is what is to be there, and Was what is there.
	Export *types.Export `json:"export,omitempty"`
	Was    *types.Export `json:"was,omitempty"`
	// Lacks is what the export that is there has not.
	Lacks []string `json:"lacks,omitempty"`
	// Keys are tag keys.
	Keys []string `json:"keys,omitempty"`
	// From is the month from which on tags are shown, as the API has it.
	From string `json:"from,omitempty"`
	// Bucket is one whose policy changes, in its region.
	Bucket *Policy `json:"bucket,omitempty"`
	// Change is that of a domain.
	Change *settings.Change `json:"change,omitempty"`
	// Bare is what was billed for the domain without tags, where a lake tells.
	Bare []Bare `json:"billedWithoutTags,omitempty"`

	// private says that the export's bucket blocked all public access.
	private bool
	// latest is when the latest backfill was asked for, zero for never.
	latest time.Time
}

// A Policy is that of a bucket, before and after.
type Policy struct {
	Name   string `json:"name"`
	Region string `json:"region"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// A Plan is what is there and what would be changed, in order.
type Plan struct {
	// Payer is the account that was looked at, empty where none was.
	Payer string `json:"payer,omitempty"`
	// Seen is what is as it should be.
	Seen  []string `json:"seen"`
	Steps []Step   `json:"steps"`
	// Notes say what an administrator should know or do besides.
	Notes []string `json:"notes,omitempty"`
	// Statement is what the bucket's policy lacks, where it is not to be put.
	Statement map[string]any    `json:"statement,omitempty"`
	Coverage  []estate.Coverage `json:"coverage"`

	payer Payer
	wish  Wish
	// member says that another account pays, and unsure that nobody could tell whether one does.
	member, unsure bool
	// private says that the bucket blocks all public access.
	private bool
}

// New looks what is there, and plans what is missing. Of the payer nothing is asked where the domains alone are looked at. What could not be read is in the
// coverage, and nothing is planned by it.
func New(ctx context.Context, payer *Payer, places []Place, w Wish) (*Plan, error) {
	p := &Plan{Seen: []string{}, Steps: []Step{}, Coverage: []estate.Coverage{}, wish: w}
	if payer != nil {
		p.payer, p.Payer = *payer, payer.Target.Account
		p.whose(ctx)
		if slices.Contains(w.Parts, PartExport) {
			p.exports(ctx)
		}
		if slices.Contains(w.Parts, PartTags) {
			p.tags(ctx)
		}
	}
	if slices.Contains(w.Parts, PartDomains) {
		off := 0
		for _, place := range places {
			off += p.domains(ctx, place)
		}
		if off > 0 {
			p.note("what runs in a domain that does not hand tags on is billed without the tags of its space and profile, and what runs already is billed so until it is started anew; "+
				"sagewarden cost untagged says what of that there is (%s)", count(off, "domain", "domains"))
		}
	}
	if ctx.Err() != nil {
		return nil, &estate.Error{Op: "plan", Err: errors.New("interrupted: nothing was changed")}
	}
	estate.SortCoverage(p.Coverage)
	return p, nil
}

// saw keeps how an operation ended, the first failure before all else, and reports whether it was answered.
func (p *Plan) saw(t estate.Target, op, hides string, err error) bool {
	i := slices.IndexFunc(p.Coverage, func(c estate.Coverage) bool { return c.Target.Key() == t.Key() && c.Operation == op })
	if i >= 0 && (p.Coverage[i].Hole() || err == nil) {
		return err == nil
	}
	c := estate.Coverage{Target: t, Operation: op, Outcome: estate.OutcomeSeen}
	if err != nil {
		c.Outcome, c.Error, c.Hides, c.Hint = cloud.Lost(err), cloud.Brief(err), hides, cloud.Fail(op, t, err).Hint
	}
	if i >= 0 {
		p.Coverage[i] = c
	} else {
		p.Coverage = append(p.Coverage, c)
	}
	return err == nil
}

func (p *Plan) see(format string, args ...any) { p.Seen = append(p.Seen, fmt.Sprintf(format, args...)) }
func (p *Plan) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// whose looks whether the account pays.
func (p *Plan) whose(ctx context.Context) {
	out, err := p.payer.Organization.DescribeOrganization(ctx, &organizations.DescribeOrganizationInput{})
	if code(err) == "AWSOrganizationsNotInUseException" {
		p.saw(p.payer.Target, opOrganization, "", nil)
		p.see("%s is in no organization, and pays for itself", p.Payer)
		return
	}
	pays := ""
	if p.saw(p.payer.Target, opOrganization, "whether the account pays", err) && out.Organization != nil {
		pays = aws.ToString(out.Organization.MasterAccountId)
	}
	if p.unsure = pays == ""; p.unsure {
		p.note("whether %s pays could not be seen: it takes %s", p.Payer, opOrganization)
		return
	}
	if p.member = pays != p.Payer; !p.member {
		p.see("%s pays for its organization", p.Payer)
		return
	}
	p.note("%s is a member of an organization for which %s pays. It cannot activate tags or show them on earlier bills, and an export of its own has its own lines alone: run this with credentials of %s", p.Payer, pays, pays)
}

// exports looks for one that will do.
func (p *Plan) exports(ctx context.Context) {
	t := p.payer.Target
	p.reports(ctx)
	var ours, good *types.Export
	var missing []string
	arn := ""
	var poor []string
	used, sound := "", ""
	ill := false
	for pages := newExportPages(p.payer.Exports); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if !p.saw(t, opListExports, "which exports there are", err) {
			return
		}
		for _, ref := range page.Exports {
			e, err := getExport(ctx, p.payer.Exports, aws.ToString(ref.ExportArn))
			if cloud.Classify(err) == cloud.NotFound {
				continue
			}
			if !p.saw(t, opGetExport, "what exports hold", err) {
				return
			}
			unhealthy := ref.ExportStatus != nil && ref.ExportStatus.StatusCode == types.ExportStatusCodeUnhealthy
			if s := ref.ExportStatus; unhealthy {
				p.note("AWS says that the export %s is %s: %s", aws.ToString(ref.ExportName), strings.ToLower(string(s.StatusCode)), strings.ToLower(strings.ReplaceAll(string(s.StatusReason), "_", " ")))
			}
			absent, another := lacks(e, p.wish.Split)
			part := filter(e)
			switch {
			case another && aws.ToString(ref.ExportName) != p.wish.Export:
			case aws.ToString(ref.ExportName) == p.wish.Export:
				ours, arn, missing, ill = e, aws.ToString(ref.ExportArn), absent, unhealthy
				if another {
					p.note("the export %s is of another table than CUR 2.0: give another name with --export", p.wish.Export)
					return
				}
			case part != "":
				poor = append(poor, fmt.Sprintf("the export %s is of a part of the bill, by its filter: %s", aws.ToString(ref.ExportName), part))
			case len(absent) == 0 && !unhealthy:
				good = e
			case len(absent) == 0:
				sound = "healthy "
			default:
				bucket, _, _ := where(e)
				used = ", as " + bucket + ", to which " + aws.ToString(ref.ExportName) + " is delivered"
				poor = append(poor, fmt.Sprintf("the export %s lacks %s", aws.ToString(ref.ExportName), strings.Join(absent, ", ")))
			}
		}
	}
	if ours != nil && len(missing) == 0 && !ill && filter(ours) == "" {
		good = ours
	}
	if good != nil {
		p.see("the export %s has hourly lines with resources, as Parquet: sagewarden cost import %s", aws.ToString(good.Name), address(good))
		return
	}
	for _, line := range poor {
		p.note("%s", line)
	}
	if p.member && !p.wish.Member {
		p.note("no export is planned in a member account: --member says that one with its own lines alone is meant")
		return
	}
	if p.unsure && !p.wish.Member {
		p.note("no export is planned in an account that may be a member: --member says that one with its own lines alone will do")
		return
	}
	if part := filter(ours); part != "" {
		p.note("the export %s is of a part of the bill, by its filter, and is left alone: %s. Give another name with --export, or take the filter away", p.wish.Export, part)
		return
	}
	if ours != nil {
		p.update(ctx, arn, ours, missing)
		return
	}
	if p.wish.Bucket == "" {
		p.note("there is no %sexport with hourly lines and resources: name a bucket for one with --bucket%s", sound, used)
		return
	}
	region, ok := p.bucket(ctx, p.wish.Bucket, p.wish.Prefix, p.wish.Region)
	if ok {
		want := p.wish.wanted(p.wish.Bucket, p.wish.Prefix, region)
		p.Steps = append(p.Steps, Step{Action: actCreate, Target: t, Export: want, private: p.private,
			Resource: estate.ARN{Partition: t.Partition, Service: "bcm-data-exports", Region: t.Region, Account: t.Account, Resource: "export/" + p.wish.Export}.String()})
	}
}

// update plans to change the export of our name. It goes on to deliver where it does, unless another bucket is named. Where it lacks nothing and AWS does not
// deliver it for all that, the cause is sought in its bucket, and there alone.
func (p *Plan) update(ctx context.Context, arn string, is *types.Export, missing []string) {
	bucket, prefix, region := where(is)
	moves := p.wish.Bucket != "" && p.wish.Bucket != bucket
	if moves {
		bucket, prefix, region = p.wish.Bucket, p.wish.Prefix, p.wish.Region
	}
	region, ok := p.bucket(ctx, bucket, prefix, region)
	if ok && (moves || len(missing) > 0) {
		p.Steps = append(p.Steps, Step{Action: actUpdate, Resource: arn, Target: p.payer.Target, Export: improved(is, p.wish.wanted(bucket, prefix, region)), Was: is, Lacks: missing, private: p.private})
	}
}

// reports looks at legacy reports. They serve as well, and have another schema each month.
func (p *Plan) reports(ctx context.Context) {
	for pages := newReportPages(p.payer.Reports); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if !p.saw(p.payer.Target, opReports, "legacy reports", err) {
			return
		}
		for _, r := range page.ReportDefinitions {
			if good(r) {
				p.see("the legacy report %s has hourly lines with resources; cost import reads it, too", aws.ToString(r.ReportName))
			}
		}
	}
}
