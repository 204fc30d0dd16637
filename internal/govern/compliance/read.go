package compliance

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"
	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/sagewarden/sagewarden/internal/cloud"
	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/govern/settings"
	"github.com/sagewarden/sagewarden/internal/kinds"
	"github.com/sagewarden/sagewarden/internal/pulse"
)

// Reads are the operations that Read calls, with what remains unseen without them. Those of a session's own are not among them.
var Reads = []kinds.Operation{
	{Action: "cloudwatch:GetMetricData", Hides: "whether agents run"},
	{Action: "sagemaker:DescribeDomain", Hides: "a domain's settings"},
	{Action: "sagemaker:DescribeNotebookInstanceLifecycleConfig", Hides: "what starts with a notebook instance"},
	{Action: "sagemaker:DescribeSpace", Hides: "a space's settings"},
	{Action: "sagemaker:DescribeStudioLifecycleConfig", Hides: "what starts with an app"},
	{Action: "sagemaker:DescribeUserProfile", Hides: "a profile's settings"},
	{Action: "sagemaker:ListApps", Hides: "what runs"},
	{Action: "sagemaker:ListDomains", Hides: "every Studio domain"},
	{Action: "sagemaker:ListNotebookInstances", Hides: "every notebook instance"},
	{Action: "sagemaker:ListSpaces", Hides: "every Studio space"},
	{Action: "sagemaker:ListUserProfiles", Hides: "every user profile"},
}

// atOnce is how many settings are read at the same time. The token buckets say how often.
const atOnce = 6

// Options say what to read.
type Options struct {
	// Domain is the only one meant: then notebook instances are left out. Empty means all.
	Domain string
	// Readers are the places in S3 where agents report, which are read beside CloudWatch.
	Readers []*pulse.Reader
	// Whole reads also what changes no verdict, but says what a remedy would do: every space, and the lifecycle configurations of these ARNs.
	Whole   bool
	Scripts []string
}

// Read reads what there is in one target. What could not be read is in the inventory, as unread, and in the coverage.
func Read(ctx context.Context, s *cloud.Session, o Options) (Inventory, []estate.Coverage) {
	r := &reader{ctx: ctx, inv: Inventory{Target: s.Target(), Scripts: map[string]Script{}}, outcomes: map[string]estate.Coverage{}, Options: o}
	r.Scope = &kinds.Scope{Session: s, Domain: o.Domain, Reading: semaphore.NewWeighted(1000), Report: r.report}
	r.domains()
	r.fill()
	if o.Domain == "" {
		r.notebooks()
	}
	r.scripts()
	r.beats()
	var coverage []estate.Coverage
	for _, c := range r.outcomes {
		coverage = append(coverage, c)
	}
	return r.inv, coverage
}

type reader struct {
	*kinds.Scope
	Options
	ctx context.Context //nolint:containedctx // of one Read
	inv Inventory

	mu       sync.Mutex
	outcomes map[string]estate.Coverage
}

// report keeps the first failure of an operation, or else that it was seen.
func (r *reader) report(op string, o estate.Outcome, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if before, ok := r.outcomes[op]; ok && (before.Hole() || err == nil) {
		return
	}
	c := estate.Coverage{Target: r.Target(), Operation: op, Outcome: o, Error: cloud.Brief(err)}
	if err != nil {
		c.Hides, c.Hint = "who is covered", cloud.Fail(op, r.Target(), err).Hint
	}
	r.outcomes[op] = c
}

// unlisted notes a listing that ended early.
func (r *reader) unlisted(op string, err error) {
	if err != nil && r.inv.Unlisted == "" && cloud.Classify(err) != cloud.NotOffered {
		r.inv.Unlisted = "what else there is, is not known: " + unread(op, err)
	}
}

func unread(op string, err error) string { return op + " failed: " + cloud.Brief(err) }

// pages reads all pages of a listing.
func pages[O, I any](r *reader, op string, more func() bool, next func(context.Context) (O, error), items func(O) []I) (all []I, err error) {
	for more() {
		page, err := kinds.Call(r.ctx, r.Scope, op, next, func(o O) bool { return items(o) != nil })
		if err != nil {
			return all, err
		}
		all = append(all, items(page)...)
	}
	return all, nil
}

// each runs f for every item, several at once.
func each[T any](items []T, f func(*T)) {
	var g errgroup.Group
	g.SetLimit(atOnce)
	for i := range items {
		g.Go(func() error { f(&items[i]); return nil })
	}
	_ = g.Wait() // what fails is in the item
}

func (r *reader) domains() {
	const op = "sagemaker:ListDomains"
	p := sagemaker.NewListDomainsPaginator(r.SageMaker(), &sagemaker.ListDomainsInput{MaxResults: aws.Int32(100)})
	all, err := pages(r, op, p.HasMorePages, func(ctx context.Context) (*sagemaker.ListDomainsOutput, error) { return p.NextPage(ctx) },
		func(o *sagemaker.ListDomainsOutput) []types.DomainDetails { return o.Domains })
	r.unlisted(op, err)
	for _, d := range all {
		if r.Options.Domain == "" || r.Options.Domain == aws.ToString(d.DomainId) {
			r.inv.Domains = append(r.inv.Domains, Domain{ARN: aws.ToString(d.DomainArn), ID: aws.ToString(d.DomainId), Name: aws.ToString(d.DomainName)})
		}
	}
	gone := map[string]bool{}
	each(r.inv.Domains, func(d *Domain) {
		const op = "sagemaker:DescribeDomain"
		out, missing, err := kinds.Describe(r.ctx, r.Scope, op, func(ctx context.Context) (*sagemaker.DescribeDomainOutput, error) {
			return r.SageMaker().DescribeDomain(ctx, &sagemaker.DescribeDomainInput{DomainId: &d.ID})
		}, func(o *sagemaker.DescribeDomainOutput) bool { return o.DomainId != nil })
		switch {
		case missing:
			r.mu.Lock()
			gone[d.ID] = true
			r.mu.Unlock()
		case err != nil:
			d.Unread = unread(op, err)
		default:
			d.Users, d.Shared = settings.OfUsers(out.DefaultUserSettings), settings.OfShared(out.DefaultSpaceSettings)
		}
	})
	r.inv.Domains = slices.DeleteFunc(r.inv.Domains, func(d Domain) bool { return gone[d.ID] })
}

// fill reads who and what is in the domains: three listings for all of them, and a description for each profile.
func (r *reader) fill() {
	var only *string
	if r.Options.Domain != "" {
		only = &r.Options.Domain
	}
	by := map[string]*Domain{}
	for i := range r.inv.Domains {
		by[r.inv.Domains[i].ID] = &r.inv.Domains[i]
	}

	const profilesOp = "sagemaker:ListUserProfiles"
	profiles := sagemaker.NewListUserProfilesPaginator(r.SageMaker(), &sagemaker.ListUserProfilesInput{MaxResults: aws.Int32(100), DomainIdEquals: only})
	people, err := pages(r, profilesOp, profiles.HasMorePages, func(ctx context.Context) (*sagemaker.ListUserProfilesOutput, error) { return profiles.NextPage(ctx) },
		func(o *sagemaker.ListUserProfilesOutput) []types.UserProfileDetails { return o.UserProfiles })
	r.unlisted(profilesOp, err)
	for _, p := range people {
		if d := by[aws.ToString(p.DomainId)]; d != nil {
			d.Profiles = append(d.Profiles, Profile{ARN: r.Target().SageMakerARN("user-profile/" + d.ID + "/" + aws.ToString(p.UserProfileName)), Name: aws.ToString(p.UserProfileName)})
		}
	}

	const appsOp = "sagemaker:ListApps"
	apps := sagemaker.NewListAppsPaginator(r.SageMaker(), &sagemaker.ListAppsInput{MaxResults: aws.Int32(100), DomainIdEquals: only})
	running, err := pages(r, appsOp, apps.HasMorePages, func(ctx context.Context) (*sagemaker.ListAppsOutput, error) { return apps.NextPage(ctx) },
		func(o *sagemaker.ListAppsOutput) []types.AppDetails { return o.Apps })
	for _, d := range by {
		if err != nil {
			d.AppsUnread = "what runs is not known: " + unread(appsOp, err)
		}
	}
	r.unlisted(appsOp, err)
	for _, a := range running {
		if d := by[aws.ToString(a.DomainId)]; d != nil && a.Status == types.AppStatusInService {
			app := App{Type: string(a.AppType), Name: aws.ToString(a.AppName), User: aws.ToString(a.UserProfileName), Space: aws.ToString(a.SpaceName)}
			app.ARN = r.Target().SageMakerARN(strings.Join([]string{"app", d.ID, cmp.Or(app.Space, app.User), strings.ToLower(app.Type), app.Name}, "/"))
			d.Apps = append(d.Apps, app)
		}
	}

	const spacesOp = "sagemaker:ListSpaces"
	spaces := sagemaker.NewListSpacesPaginator(r.SageMaker(), &sagemaker.ListSpacesInput{MaxResults: aws.Int32(100), DomainIdEquals: only})
	places, err := pages(r, spacesOp, spaces.HasMorePages, func(ctx context.Context) (*sagemaker.ListSpacesOutput, error) { return spaces.NextPage(ctx) },
		func(o *sagemaker.ListSpacesOutput) []types.SpaceDetails { return o.Spaces })
	r.unlisted(spacesOp, err)
	for _, s := range places {
		d := by[aws.ToString(s.DomainId)]
		if d == nil {
			continue
		}
		space := Space{ARN: r.Target().SageMakerARN("space/" + d.ID + "/" + aws.ToString(s.SpaceName)), Name: aws.ToString(s.SpaceName)}
		if o := s.OwnershipSettingsSummary; o != nil {
			space.Owner = aws.ToString(o.OwnerUserProfileName)
		}
		space.Shared = space.Owner == "" || s.SpaceSharingSettingsSummary != nil && s.SpaceSharingSettingsSummary.SharingType == types.SharingTypeShared
		if st := s.SpaceSettingsSummary; st != nil {
			space.Type = string(st.AppType)
		}
		d.Spaces = append(d.Spaces, space)
	}
	for i := range r.inv.Domains {
		d := &r.inv.Domains[i]
		each(d.Profiles, func(p *Profile) { r.profile(d.ID, p) })
		each(d.Spaces, func(s *Space) { r.space(d, s) })
	}
}

func (r *reader) profile(domain string, p *Profile) {
	const op = "sagemaker:DescribeUserProfile"
	out, gone, err := kinds.Describe(r.ctx, r.Scope, op, func(ctx context.Context) (*sagemaker.DescribeUserProfileOutput, error) {
		return r.SageMaker().DescribeUserProfile(ctx, &sagemaker.DescribeUserProfileInput{DomainId: &domain, UserProfileName: &p.Name})
	}, func(o *sagemaker.DescribeUserProfileOutput) bool { return o.UserProfileName != nil })
	switch {
	case gone:
		p.Unread = "it is gone since it was listed"
	case err != nil:
		p.Unread = unread(op, err)
	default:
		p.Own = settings.OfUsers(out.UserSettings)
	}
}

// space describes a space, unless nothing that it may say would cover it: it can shorten or lengthen a native limit, and take another
// script or image, but switches nothing on and attaches nothing.
func (r *reader) space(d *Domain, s *Space) {
	far := d.Shared
	if i := slices.IndexFunc(d.Profiles, func(p Profile) bool { return p.Name == s.Owner }); !s.Shared && i >= 0 {
		far = d.Profiles[i].Own.Over(d.Users)
	}
	s.Spared = !r.Options.Whole && !slices.ContainsFunc(slices.Concat(native, scripted), func(t string) bool {
		return far[t].Idle.Management == enabled || len(far[t].Scripts) > 0
	})
	if s.Spared {
		return
	}
	const op = "sagemaker:DescribeSpace"
	out, gone, err := kinds.Describe(r.ctx, r.Scope, op, func(ctx context.Context) (*sagemaker.DescribeSpaceOutput, error) {
		return r.SageMaker().DescribeSpace(ctx, &sagemaker.DescribeSpaceInput{DomainId: &d.ID, SpaceName: &s.Name})
	}, func(o *sagemaker.DescribeSpaceOutput) bool { return o.SpaceName != nil })
	switch {
	case gone:
		s.Unread = "it is gone since it was listed"
	case err != nil:
		s.Unread = unread(op, err)
	default:
		s.Own = settings.OfSpace(out.SpaceSettings)
	}
}

func (r *reader) notebooks() {
	const op = "sagemaker:ListNotebookInstances"
	p := sagemaker.NewListNotebookInstancesPaginator(r.SageMaker(), &sagemaker.ListNotebookInstancesInput{MaxResults: aws.Int32(100)})
	all, err := pages(r, op, p.HasMorePages, func(ctx context.Context) (*sagemaker.ListNotebookInstancesOutput, error) { return p.NextPage(ctx) },
		func(o *sagemaker.ListNotebookInstancesOutput) []types.NotebookInstanceSummary {
			return o.NotebookInstances
		})
	r.unlisted(op, err)
	for _, n := range all {
		nb := Notebook{ARN: aws.ToString(n.NotebookInstanceArn), Name: aws.ToString(n.NotebookInstanceName), Running: n.NotebookInstanceStatus == types.NotebookInstanceStatusInService,
			Stopped: n.NotebookInstanceStatus == types.NotebookInstanceStatusStopped}
		if script := aws.ToString(n.NotebookInstanceLifecycleConfigName); script != "" {
			nb.Config = script
			nb.Script = r.Target().SageMakerARN("notebook-instance-lifecycle-config/" + strings.ToLower(script))
			r.inv.Scripts[nb.Script] = r.notebookScript(script)
		}
		r.inv.Notebooks = append(r.inv.Notebooks, nb)
	}
}

func (r *reader) notebookScript(script string) Script {
	if known, ok := r.inv.Scripts[r.Target().SageMakerARN("notebook-instance-lifecycle-config/"+strings.ToLower(script))]; ok {
		return known
	}
	const op = "sagemaker:DescribeNotebookInstanceLifecycleConfig"
	out, gone, err := kinds.Describe(r.ctx, r.Scope, op, func(ctx context.Context) (*sagemaker.DescribeNotebookInstanceLifecycleConfigOutput, error) {
		return r.SageMaker().DescribeNotebookInstanceLifecycleConfig(ctx, &sagemaker.DescribeNotebookInstanceLifecycleConfigInput{NotebookInstanceLifecycleConfigName: &script})
	}, func(o *sagemaker.DescribeNotebookInstanceLifecycleConfigOutput) bool {
		return o.NotebookInstanceLifecycleConfigName != nil
	})
	switch {
	case gone:
		return Script{}
	case err != nil:
		return Script{Unread: unread(op, err)}
	case len(out.OnStart) != 1:
		return Script{} // what runs only when an instance is made starts no agent
	}
	return digested(aws.ToString(out.OnStart[0].Content))
}

// scripts reads what each lifecycle configuration runs that settings name, each once.
func (r *reader) scripts() {
	here := r.Target().SageMakerARN("studio-lifecycle-config/")
	arns := slices.DeleteFunc(slices.Clone(r.Scripts), func(arn string) bool { return !strings.HasPrefix(arn, here) })
	note := func(all settings.Apps) {
		for _, s := range all {
			arns = append(arns, s.Scripts...)
			if s.BuiltIn != "" {
				arns = append(arns, s.BuiltIn)
			}
		}
	}
	for _, d := range r.inv.Domains {
		note(d.Users)
		note(d.Shared)
		for _, p := range d.Profiles {
			note(p.Own)
		}
	}
	slices.Sort(arns)
	each(slices.Compact(arns), func(arn *string) {
		const op = "sagemaker:DescribeStudioLifecycleConfig"
		out, _, err := kinds.Describe(r.ctx, r.Scope, op, func(ctx context.Context) (*sagemaker.DescribeStudioLifecycleConfigOutput, error) {
			return r.SageMaker().DescribeStudioLifecycleConfig(ctx, &sagemaker.DescribeStudioLifecycleConfigInput{StudioLifecycleConfigName: aws.String(name(*arn))})
		}, func(o *sagemaker.DescribeStudioLifecycleConfigOutput) bool { return o.StudioLifecycleConfigArn != nil })
		script := Script{}
		if err != nil {
			script.Unread = unread(op, err)
		} else if out != nil {
			script = digested(aws.ToString(out.StudioLifecycleConfigContent))
			script.Type = string(out.StudioLifecycleConfigAppType)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.inv.Scripts[*arn] = script
	})
}

// digested is a script by its content, which comes in base64.
func digested(content string) Script {
	text, err := base64.StdEncoding.DecodeString(content)
	if err != nil {
		return Script{Unread: "its content is not base64"}
	}
	sum := sha256.Sum256(text)
	return Script{Digest: "sha256:" + hex.EncodeToString(sum[:])}
}

// beats reads the heartbeats of what runs: the newest, and the newest of five minutes before. Two that differ advance.
func (r *reader) beats() {
	const period = 5 * time.Minute
	now := r.Now()
	var obs []*estate.Observation
	var beats []*Beat
	var arns []string
	var wanted []kinds.Want
	want := func(b *Beat, arn string, dims ...kinds.Dimension) {
		o := &estate.Observation{}
		obs, beats, arns = append(obs, o), append(beats, b), append(arns, arn)
		for _, to := range []time.Time{now, now.Add(-period)} {
			end := to.Truncate(period).Add(period)
			w := estate.Window{From: end.Add(-36 * period), To: to, Period: estate.Duration(period)}
			series := kinds.Heartbeat(w, dims...)
			wanted = append(wanted, kinds.Want{For: o, Series: series})
		}
	}
	for i := range r.inv.Domains {
		d := &r.inv.Domains[i]
		for j := range d.Apps {
			a := &d.Apps[j]
			home := kinds.Dimension{Name: "SpaceName", Value: a.Space}
			if a.Space == "" {
				home = kinds.Dimension{Name: "UserProfileName", Value: a.User}
			}
			want(&a.Beat, a.ARN, kinds.Dimension{Name: "DomainId", Value: d.ID}, home, kinds.Dimension{Name: "AppType", Value: a.Type}, kinds.Dimension{Name: "AppName", Value: a.Name})
		}
	}
	for i := range r.inv.Notebooks {
		if n := &r.inv.Notebooks[i]; n.Running {
			want(&n.Beat, n.ARN, kinds.Dimension{Name: "NotebookInstanceName", Value: n.Name})
		}
	}
	r.Measure(r.ctx, wanted)
	for i, o := range obs {
		newest, before := o.Signals[0], o.Signals[1]
		*beats[i] = Beat{At: newest.At, Quality: newest.Quality, Note: newest.Note, Advancing: !before.At.IsZero() && newest.At.After(before.At)}
	}
	for _, reader := range r.Readers {
		signed := make([]Beat, len(beats))
		indexes := make([]int, len(beats))
		for i := range indexes {
			indexes[i] = i
		}
		each(indexes, func(i *int) { signed[*i] = told(reader.Look(r.ctx, arns[*i])) })
		for i, b := range beats {
			*b = b.or(signed[i], now)
		}
	}
}

// told is a heartbeat in S3. One look is enough to tell that it advances: beats are numbered from 1 for each run of an agent, so that
// any but the first comes after another. One that is refused or has stopped leaves open what runs.
func told(h pulse.Heartbeat) Beat {
	switch h.Quality {
	case estate.Good:
		return Beat{Quality: estate.Good, At: h.Seen.At, Advancing: h.Seen.Sequence > 1}
	case estate.Absent:
		return Beat{Quality: estate.Absent}
	}
	return Beat{Quality: estate.Failed, Note: h.Note}
}
