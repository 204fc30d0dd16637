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

func init() { register(domain{}) }

// domain is the family of Studio domains: each has a file system for home directories that bills by what is stored.
type domain struct{}

var domainFamily = Family{
	Name: "studio-domain", ARNType: "domain", InDomain: true, MetersMeasured: true, IdleFor: 30 * 24 * time.Hour,
	Summary: "Studio domains, with their file systems",
	Look: looksFor((*sagemaker.Client).DescribeDomain, "Domain", func(r estate.Resource) *sagemaker.DescribeDomainInput {
		return &sagemaker.DescribeDomainInput{DomainId: &r.Domain}
	}),
	Reads: []Operation{
		{"sagemaker:ListDomains", "every Studio domain"},
		{"sagemaker:DescribeDomain", "a domain's file system and sign-in"},
	},
	Needs: []estate.Kind{appFamily.Name, spaceFamily.Name, profileFamily.Name}, CreatedBy: "CreateDomain",
	Actions: []Action{
		{Name: "delete", Operations: []string{"sagemaker:DeleteApp", "sagemaker:DeleteSpace", "sagemaker:DeleteUserProfile", "sagemaker:DeleteDomain", "sagemaker:ListTags", describesApp, describesSpace, describesProfile},
			Undo:           "as long as the domain itself is there, create its profiles, spaces and apps again",
			UndoOperations: []string{"sagemaker:CreateUserProfile", "sagemaker:CreateSpace", "sagemaker:CreateApp", describesApp, describesSpace, describesProfile},
			Loses:          "the domain with its id; its file system stays unless the policy gives its data up, and without that it is refused while there are spaces, whose volumes would go",
			Next:           deleteDomain, Back: domainBack},
		{Name: "set-idle-shutdown", Operations: []string{"sagemaker:UpdateDomain"}, Undo: "put the former idle shutdown back", UndoOperations: []string{"sagemaker:UpdateDomain"},
			Next: idleDomain, Back: idleBack},
	},
}

// Attributes of a domain.
const (
	attributeFileSystem = "homeEfsFileSystem"
	// AttributeAuthMode is how people sign in to the domain: IAM or SSO.
	AttributeAuthMode = "authMode"
)

// Signals of a domain's file system.
const (
	signalMounts        = "file-system-connections"
	signalStored        = "file-system-bytes"
	signalStorageSeries = "file-system-published"
	signalStoredLately  = "file-system-published-lately"
)

func (domain) Family() *Family { return &domainFamily }

func (domain) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	return list(ctx, s, "sagemaker:ListDomains", sagemaker.NewListDomainsPaginator(s.SageMaker(), &sagemaker.ListDomainsInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListDomainsOutput) []types.DomainDetails { return o.Domains },
		func(ctx context.Context, d types.DomainDetails) {
			r := estate.Resource{
				ARN: aws.ToString(d.DomainArn), Kind: domainFamily.Name, Target: s.Target(), Name: aws.ToString(d.DomainName), Domain: aws.ToString(d.DomainId),
				Status: string(d.Status), Created: aws.ToTime(d.CreationTime).UTC(), Modified: aws.ToTime(d.LastModifiedTime).UTC(), Attributes: map[string]string{},
			}
			if !s.wants(&domainFamily, r.ARN, r.Name) || s.Domain != "" && s.Domain != r.Domain {
				return
			}
			if o, ok := (domain{}).describe(ctx, s, r); ok {
				yield(o)
			}
		})
}

// describe asks for the domain's file system, which only its description names.
func (domain) describe(ctx context.Context, s *Scope, r estate.Resource) (estate.Observation, bool) {
	const op = "sagemaker:DescribeDomain"
	o := estate.Observation{Resource: r}
	d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeDomainOutput, error) {
		return s.SageMaker().DescribeDomain(ctx, &sagemaker.DescribeDomainInput{DomainId: &r.Domain})
	}, func(o *sagemaker.DescribeDomainOutput) bool { return o.DomainId != nil })
	switch {
	case gone:
		return o, false
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		o.Resource.Meters = []estate.Meter{{Component: pricing.ComponentHomeDirectory, Count: 1, Rate: estate.Rate{Why: op + " was not answered, so that its file system is not known"}}}
		return o, true
	}
	set := func(name, value string) {
		if value != "" {
			o.Resource.Attributes[name] = value
		}
	}
	set(attributeFileSystem, aws.ToString(d.HomeEfsFileSystemId))
	set(AttributeAuthMode, string(d.AuthMode))
	set("appNetworkAccessType", string(d.AppNetworkAccessType))
	set("tagPropagation", string(d.TagPropagation))
	set("failureReason", aws.ToString(d.FailureReason))
	if o.Resource.Attributes[attributeFileSystem] != "" {
		o.Resource.Meters = []estate.Meter{{Component: pricing.ComponentHomeDirectory, Count: 1, Rate: estate.Rate{Why: "how much its file system holds is not known: " + efsBytes + " was not read"}}}
	}
	return o, true
}

// EFS publishes what a file system holds every fifteen minutes, and its mounts every minute while there are any
// (https://docs.aws.amazon.com/efs/latest/ug/efs-metrics.html). It needs no permission of its own, as efs:DescribeFileSystems would.
const (
	namespaceEFS = "AWS/EFS"
	efsBytes     = "CloudWatch's AWS/EFS StorageBytes"
	// efsLag is how old the newest StorageBytes may be: two of them, and the lag of metrics.
	efsLag = 2*15*time.Minute + metricLag
)

func (domain) Series(r estate.Resource, c estate.Criteria) []Series {
	fs := r.Attributes[attributeFileSystem]
	if fs == "" {
		return nil
	}
	id := Dimension{"FileSystemId", fs}
	stored := []Dimension{id, {"StorageClass", "Standard"}}
	w := useWindow(c)
	return []Series{
		{Signal: signalMounts, Namespace: namespaceEFS, Metric: "ClientConnections", Stat: "Sum", Dimensions: []Dimension{id}, Window: w},
		{Signal: signalStorageSeries, Namespace: namespaceEFS, Metric: "StorageBytes", Stat: "SampleCount", Dimensions: stored, Window: w},
		{Signal: signalStoredLately, Namespace: namespaceEFS, Metric: "StorageBytes", Stat: "SampleCount", Dimensions: stored, Window: stampWindow(c), Newest: true},
		{Signal: signalStored, Namespace: namespaceEFS, Metric: "StorageBytes", Stat: "Average", Dimensions: stored, Window: stampWindow(c), Newest: true, Unit: "bytes"},
	}
}

// Inspect turns the bytes that were measured into what they bill.
func (domain) Inspect(_ context.Context, _ *Scope, obs []*estate.Observation, _ estate.Criteria) []Want {
	const gigabyte = 1 << 30
	for _, o := range obs {
		if s, ok := o.Signals.Find(signalStored, ""); ok && (s.Quality == estate.Good || s.Quality == estate.Stale) {
			o.Resource.Meters = []estate.Meter{{Component: pricing.ComponentHomeDirectory, GB: s.Value / gigabyte}}
		}
	}
	return nil
}

// Relate finds the domain's people, spaces and apps.
func (domain) Relate(r estate.Resource, p *Peers) (sigs estate.Signals) {
	families := []estate.Kind{appFamily.Name, spaceFamily.Name, profileFamily.Name}
	for _, kind := range families {
		sigs = append(sigs, uses(p.Of(kind, "domain", r.Domain, func(o estate.Resource) []string { return []string{o.Domain} }))...)
	}
	if hole, ok := p.unseen(signalPeerUnseen, families...); ok {
		sigs = append(sigs, hole)
	}
	return sigs
}

func (domain) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable("domain/unreadable", s)
	}
	switch types.DomainStatus(r.Status) {
	case types.DomainStatusInService:
	case types.DomainStatusFailed, types.DomainStatusUpdateFailed, types.DomainStatusDeleteFailed:
		return broken("domain/broken", r.Status, r.Attributes["failureReason"], r.Modified)
	default:
		return inTransit("domain/changing", r.Status, later(r.Created, r.Modified), c)
	}
	peers, peopled := judgePeers("domain", sigs, c)
	if peopled && peers.State != estate.Idle {
		return peers
	}
	mounts, asked := sigs.Find(signalMounts, "")
	if !asked {
		return estate.Verdict{State: estate.Unknown, Rule: "domain/unread", Why: "whether its file system is mounted is not known"}
	}
	t := traffic{uses: []estate.Signal{mounts}, from: later(r.Created, r.Modified), lag: efsLag}
	t.control, _ = sigs.Find(signalStorageSeries, "")
	t.fresh, _ = sigs.Find(signalStoredLately, "")
	v := t.judge(c)
	v.Rule = "domain/file-system-" + strings.TrimPrefix(v.Rule, "traffic/")
	switch v.State {
	case estate.Active:
		v.Why = "its file system was mounted " + lately(c.Now, v.LastUse, mounts.Window)
	case estate.Unknown:
		if !mounts.Quality.Broken() {
			v.Why, v.Remedy = "nobody uses it now, but what its file system publishes does not tell since when", ""
		}
	case estate.Idle:
		v.Confidence = v.Confidence.Min(estate.Medium)
		v.Why = "nobody has mounted its file system for " + ago(c.Now, v.Since)
		if peopled {
			v = combine([]estate.Verdict{v, peers})
		} else {
			v.Conditions = []estate.Condition{{Type: estate.Orphaned, Since: v.Since, Why: "it has neither people nor spaces", Remedy: "delete it; what its file system holds stays, and bills, until that is deleted too"}}
		}
	}
	return v
}
