package kinds

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(space{}) }

// space is the family of Studio spaces: each has a volume that bills whether an app runs in it or not.
type space struct{}

var spaceFamily = Family{
	Name: "studio-space", ARNType: "space", InDomain: true, IdleFor: 30 * 24 * time.Hour,
	Summary: "Studio spaces, whose volumes bill while nothing runs in them",
	Look: looksFor((*sagemaker.Client).DescribeSpace, "Space", func(r estate.Resource) *sagemaker.DescribeSpaceInput {
		return &sagemaker.DescribeSpaceInput{DomainId: &r.Domain, SpaceName: &r.Space}
	}),
	Reads: []Operation{
		{"sagemaker:ListSpaces", "every Studio space, its volume, and who owns the apps that run in it"},
		{"logs:DescribeLogStreams", "when something last ran in a space"},
	},
	Needs: []estate.Kind{appFamily.Name}, CreatedBy: "CreateSpace",
	Actions: []Action{
		{Name: "delete", Operations: []string{"sagemaker:DeleteApp", "sagemaker:DeleteSpace", "sagemaker:ListTags", describesApp, describesSpace},
			Undo: "create it again as it was saved, with an empty volume, and start its apps", UndoOperations: []string{"sagemaker:CreateSpace", "sagemaker:CreateApp", describesApp, describesSpace},
			Loses: "the space's volume with all files on it: refused unless the policy gives its data up", Next: deleteSpace, Back: spaceBack},
		{Name: "set-idle-shutdown", Operations: []string{"sagemaker:UpdateSpace", describesSpace}, Undo: "put the former idle shutdown back",
			UndoOperations: []string{"sagemaker:UpdateSpace", describesSpace}, Next: idleSpace, Back: idleBack},
	},
}

func (space) Family() *Family { return &spaceFamily }

// attributeSharing is Shared for a space in which every profile of the domain may work, else Private.
const attributeSharing = "sharingType"

// memoSpaces is where the listing of spaces is kept until their own family has read it: the apps, which want it for its owners, come first.
const memoSpaces = "spaces"

// listSpaces lists the target's spaces, once for all families.
func listSpaces(ctx context.Context, s *Scope) ([]types.SpaceDetails, error) {
	return once(s, memoSpaces, func() (all []types.SpaceDetails, err error) {
		in := &sagemaker.ListSpacesInput{MaxResults: aws.Int32(100)}
		if s.Domain != "" {
			in.DomainIdEquals = &s.Domain
		}
		pages := sagemaker.NewListSpacesPaginator(s.SageMaker(), in)
		for pages.HasMorePages() {
			page, err := Call(ctx, s, "sagemaker:ListSpaces", func(ctx context.Context) (*sagemaker.ListSpacesOutput, error) { return pages.NextPage(ctx) },
				func(o *sagemaker.ListSpacesOutput) bool { return o.Spaces != nil })
			if err != nil {
				return all, err
			}
			all = append(all, page.Spaces...)
		}
		return all, nil
	})
}

func (space) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	all, err := listSpaces(ctx, s)
	s.forget(memoSpaces)
	for _, d := range all {
		if o := describeSpace(s.Target(), d); s.wants(&spaceFamily, o.Resource.ARN, o.Resource.Name) {
			yield(o)
		}
	}
	return err
}

func describeSpace(t estate.Target, d types.SpaceDetails) estate.Observation {
	r := estate.Resource{
		Kind: spaceFamily.Name, Target: t, Name: aws.ToString(d.SpaceName), Space: aws.ToString(d.SpaceName), Domain: aws.ToString(d.DomainId),
		Status: string(d.Status), Created: aws.ToTime(d.CreationTime).UTC(), Modified: aws.ToTime(d.LastModifiedTime).UTC(), Attributes: map[string]string{},
	}
	r.ARN = t.SageMakerARN(strings.Join([]string{"space", r.Domain, r.Name}, "/"))
	if o := d.OwnershipSettingsSummary; o != nil && aws.ToString(o.OwnerUserProfileName) != "" {
		r.User = *o.OwnerUserProfileName
		r.Owner, r.OwnerFrom = r.User, ownerFromSpace
	}
	if sh := d.SpaceSharingSettingsSummary; sh != nil {
		r.Attributes[attributeSharing] = string(sh.SharingType)
	}
	if st := d.SpaceSettingsSummary; st != nil {
		r.Type = string(st.AppType)
		if st.AppType == types.AppTypeJupyterLab || st.AppType == types.AppTypeCodeEditor { // the others keep their files with the domain
			r.Meters = []estate.Meter{spaceVolume(st.SpaceStorageSettings)}
		}
	}
	stamps := estate.Signal{Name: signalStamps, Source: "sagemaker:ListSpaces CreationTime and LastModifiedTime", Quality: estate.Good, At: later(r.Created, r.Modified)}
	return estate.Observation{Resource: r, Signals: estate.Signals{stamps}}
}

func spaceVolume(st *types.SpaceStorageSettings) estate.Meter {
	m := estate.Meter{Component: pricing.ComponentSpaceVolume}
	if st != nil && st.EbsStorageSettings != nil {
		m.GB = float64(aws.ToInt32(st.EbsStorageSettings.EbsVolumeSizeInGb))
	}
	if m.GB == 0 {
		m.Count, m.Rate.Why = 1, "the size of its volume was not told"
	}
	return m
}

// signalStamps are the control plane's stamps: when the resource was made or last changed, which is not when it was used.
const signalStamps = "stamps"

// Relate finds the apps that run in the space.
func (space) Relate(r estate.Resource, p *Peers) estate.Signals {
	sigs := uses(p.Of(appFamily.Name, "domain/space", r.Domain+"/"+r.Name, func(a estate.Resource) []string {
		if a.Space == "" {
			return nil
		}
		return []string{a.Domain + "/" + a.Space}
	}))
	if hole, ok := p.unseen(signalPeerUnseen, appFamily.Name); ok {
		sigs = append(sigs, hole)
	}
	return sigs
}

// Inspect asks the log streams of the spaces in which nothing runs, and whether there ever was a heartbeat: an app writes and reports
// as long as it runs.
func (k space) Inspect(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) (past []Want) {
	var streams []string
	w, _ := historyWindow(c)
	for _, o := range obs {
		if r := o.Resource; k.Judge(r, o.Signals, c).Rule == ruleSpaceLogUnasked {
			streams = append(streams, strings.Join([]string{r.Domain, r.Name, r.Type, defaultApp}, "/"))
			past = append(past, Want{o, heartbeatOf(signalHeartbeatHistory, "", w, Dimension{"DomainId", r.Domain}, Dimension{"SpaceName", r.Name}, Dimension{"AppType", r.Type}, Dimension{"AppName", defaultApp})})
		}
	}
	logs := lastEvents(ctx, s, streams)
	for i, w := range past {
		w.For.Signals = append(w.For.Signals, logs[streams[i]])
	}
	return past
}

// defaultApp is the name of every JupyterLab and Code Editor app.
const defaultApp = "default"

// ruleSpaceLogUnasked is the verdict that Inspect settles by asking when something last ran in the space.
const ruleSpaceLogUnasked = "space/log-unasked"

func (space) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	switch types.SpaceStatus(r.Status) {
	case types.SpaceStatusInService:
	case types.SpaceStatusFailed, types.SpaceStatusUpdateFailed, types.SpaceStatusDeleteFailed:
		return broken("space/broken", r.Status, "", r.Modified)
	default:
		return inTransit("space/changing", r.Status, later(r.Created, r.Modified), c)
	}
	if v, ok := judgePeers("space", sigs, c); ok {
		return v
	}
	stamps, ok := sigs.Find(signalStamps, "")
	if !ok || stamps.At.IsZero() {
		return estate.Verdict{State: estate.Unknown, Rule: "space/unread", Why: "nothing that was read speaks of its use"}
	}
	unknown := func(rule, why string) estate.Verdict {
		return estate.Verdict{State: estate.Unknown, Rule: "space/" + rule, Why: why}
	}
	if c.Now.Sub(stamps.At) < c.IdleFor {
		return unknown("too-young", "nothing runs in it now, and it was made or changed "+ago(c.Now, stamps.At)+" ago, which is less than the limit of "+span(c.IdleFor))
	}
	log, asked := sigs.Find(signalLog, "")
	past, also := sigs.Find(signalHeartbeatHistory, "")
	if log.Quality != estate.Good || log.At.Before(r.Created) {
		log.At = time.Time{} // or it is of another space, of the same name, that was there before
	}
	ran := later(log.At, past.At)
	switch {
	case r.Type == "":
		return unknown("any-app", "nothing runs in it now; it takes apps of any name, so that no one log tells when something last did")
	case !asked || !also:
		return estate.Verdict{State: estate.Unknown, Rule: ruleSpaceLogUnasked, Why: "nothing runs in it now; when something last did was not asked", Remedy: "scan again with this limit"}
	case log.Quality.Broken():
		return unreadable("space/unreadable", log)
	case past.Quality.Broken():
		return unreadable("space/unreadable", past)
	case !ran.IsZero() && c.Now.Sub(ran) < c.IdleFor+logLag:
		return estate.Verdict{State: estate.Active, Confidence: estate.Medium, LastUse: ran, Rule: "space/ran", Why: "something ran in it until " + ago(c.Now, ran) + " ago"}
	case !ran.IsZero():
		return estate.Verdict{State: estate.Idle, Confidence: estate.Medium, Since: later(ran, stamps.At), LastUse: ran, Rule: "space/empty",
			Why: "nothing runs in it, and the last sign of something running is " + ago(c.Now, ran) + " old", Remedy: "its files go with it: ask its owner before deleting"}
	case log.Note == noteNoGroup: // Studio makes the group with the first app, so that somebody deleted it, or the answer is another's
		return unknown("no-logs", "nothing runs in it now; no Studio app of the region has a log, so that nothing tells when something last did")
	default:
		return estate.Verdict{State: estate.Idle, Confidence: estate.Low, Since: stamps.At, Rule: "space/age",
			Why:    "nothing runs in it, no log tells when something last did, and it has not been changed for " + ago(c.Now, stamps.At),
			Remedy: "its files go with it: ask its owner before deleting"}
	}
}
