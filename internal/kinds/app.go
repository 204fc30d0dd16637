package kinds

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(app{}) }

// app is the family of Studio apps: what people start in a domain, in their profile or in a space.
type app struct{}

// Where an owner is known from.
const (
	ownerFromProfile = "user profile"
	ownerFromSpace   = "space owner"
)

// OwnedByProfile reports whether the resource's owner is the name of a user profile of its domain.
func OwnedByProfile(r estate.Resource) bool {
	return r.OwnerFrom == ownerFromProfile || r.OwnerFrom == ownerFromSpace
}

// typeDataWrangler tells a Data Wrangler instance from other KernelGateway apps. The API does not.
const typeDataWrangler = "DataWrangler"

// Signals of a Studio app.
const (
	signalHeartbeat        = "heartbeat"
	signalHeartbeatHistory = "heartbeat-history"
	signalCanvas           = "canvas-activity"
	signalUserActivity     = "user-activity"
	signalHealthCheck      = "health-check"
)

// studioLogs is the log group of every Studio app.
const studioLogs = "/aws/sagemaker/studio"

// The heartbeat is the metric in which something inside an app reports its use: seconds since the last use, 0 while in use.
// Dimensions: DomainId, AppType, AppName, and UserProfileName or SpaceName.
const (
	heartbeatNamespace = "Sagewarden/Studio"
	heartbeatMetric    = "SecondsSinceLastUse"
)

// heartbeatFresh is how old the newest heartbeat may be: three missed five-minute bins. Where something is stopped by it, it is a third of that: who came
// back since is not seen. Canvas reports every five minutes, all else every minute.
const (
	heartbeatFresh = 15 * time.Minute
	actingFresh    = 5 * time.Minute
	canvasFresh    = 10 * time.Minute
)

// fresh is how old the newest value of a stamp may be.
func fresh(stamp string, c estate.Criteria) time.Duration {
	switch {
	case !c.Acting:
		return heartbeatFresh
	case stamp == signalCanvas:
		return canvasFresh
	}
	return actingFresh
}

// helperAge is the age from which an app that only displays something is taken for forgotten.
const helperAge = 7 * 24 * time.Hour

// appFamily is what the family says of itself.
var appFamily = Family{
	Name: "studio-app", ARNType: "app", InDomain: true, IdleFor: 2 * time.Hour,
	Summary: "Studio apps: JupyterLab, Code Editor, KernelGateway, Data Wrangler, Canvas, RStudio, TensorBoard",
	Look:    looksFor((*sagemaker.Client).DescribeApp, "App", describedApp),
	Reads: []Operation{
		{"sagemaker:ListApps", "every Studio app"},
		{"sagemaker:ListSpaces", "who owns the apps that run in spaces"},
		{"sagemaker:DescribeApp", "the app's own activity stamp"},
		{"logs:DescribeLogStreams", "whether KernelGateway apps write logs"},
		{"cloudtrail:LookupEvents", "Canvas apps that start themselves again"},
	},
	CreatedBy: "CreateApp",
	Actions: []Action{{Name: "stop", Operations: []string{"sagemaker:DeleteApp", "sagemaker:ListTags"},
		Undo: "start an app of the same name, type, instance, image and lifecycle configuration", UndoOperations: []string{"sagemaker:CreateApp"},
		Loses: "what is in memory: kernels, variables, unsaved documents; files stay", Next: stopApp, Back: startAppAgain}},
}

func (app) Family() *Family { return &appFamily }

func (a app) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	in := &sagemaker.ListAppsInput{MaxResults: aws.Int32(100)}
	if s.Domain != "" {
		in.DomainIdEquals = &s.Domain
	}
	pages := sagemaker.NewListAppsPaginator(s.SageMaker(), in)
	for pages.HasMorePages() {
		page, err := Call(ctx, s, "sagemaker:ListApps", func(ctx context.Context) (*sagemaker.ListAppsOutput, error) { return pages.NextPage(ctx) },
			func(o *sagemaker.ListAppsOutput) bool { return o.Apps != nil })
		if err != nil {
			return err
		}
		for _, d := range page.Apps {
			// Deleted apps stay listed for a day; failed ones never ran.
			if d.Status == types.AppStatusDeleted || d.Status == types.AppStatusFailed {
				continue
			}
			if s.wantsHome(d) {
				yield(estate.Observation{Resource: a.resource(ctx, s, d)})
			}
		}
	}
	return nil
}

// wantsHome reports whether the app, or another of the same person or space, is within Only: they may share an instance.
func (s *Scope) wantsHome(d types.AppDetails) bool {
	if s.Only == "" || slices.Contains(s.Whole, appFamily.Name) {
		return true
	}
	home := cmp.Or(aws.ToString(d.SpaceName), aws.ToString(d.UserProfileName)) + "/"
	return strings.HasPrefix(s.Only, home) || strings.Contains(strings.ToLower(s.Only), strings.ToLower(":app/"+aws.ToString(d.DomainId)+"/"+home))
}

func (a app) resource(ctx context.Context, s *Scope, d types.AppDetails) estate.Resource {
	r := estate.Resource{
		Kind: appFamily.Name, Target: s.Target(), Type: string(d.AppType), Status: string(d.Status), Created: aws.ToTime(d.CreationTime).UTC(),
		Domain: aws.ToString(d.DomainId), User: aws.ToString(d.UserProfileName), Space: aws.ToString(d.SpaceName),
		Attributes: map[string]string{"appName": aws.ToString(d.AppName), "appType": string(d.AppType)},
	}
	home := home(r)
	r.Name = home + "/" + aws.ToString(d.AppName)
	r.ARN = r.Target.SageMakerARN(strings.Join([]string{"app", r.Domain, home, strings.ToLower(string(d.AppType)), aws.ToString(d.AppName)}, "/"))
	if r.Owner = r.User; r.Owner != "" {
		r.OwnerFrom = ownerFromProfile
	} else if owner := spaceOwner(ctx, s, r.Domain, r.Space); owner != "" {
		r.Owner, r.OwnerFrom = owner, ownerFromSpace
	}
	var instance string
	if d.ResourceSpec != nil {
		instance = string(d.ResourceSpec.InstanceType)
	}
	if d.AppType == types.AppTypeKernelGateway && strings.HasPrefix(aws.ToString(d.AppName), "sagemaker-data-wrang") {
		r.Type = typeDataWrangler
	}
	r.Meters = []estate.Meter{appMeter(r, d.AppType, instance)}
	return r
}

// appMeter is what an app bills. KernelGateway apps of one person on one instance type run on one instance and are billed once.
func appMeter(r estate.Resource, t types.AppType, instance string) estate.Meter {
	m := estate.Meter{InstanceType: instance, Count: 1}
	switch t {
	case types.AppTypeJupyterServer:
		m.Component = pricing.ComponentKernelGateway
		if instance == "" || instance == "system" { // the API allows a JupyterServer no other instance type
			m.InstanceType, m.Free = "system", "JupyterServer on the system instance is free"
		}
	case types.AppTypeKernelGateway:
		m.Component = pricing.ComponentKernelGateway
		if r.Type == typeDataWrangler {
			m.Component = pricing.ComponentDataWrangler
		}
		m.Share = strings.Join([]string{r.Target.Key(), r.Domain, "user " + r.User, "space " + r.Space, m.Component, instance}, "/")
	case types.AppTypeJupyterLab:
		m.Component = pricing.ComponentJupyterLab
	case types.AppTypeCodeEditor:
		m.Component = pricing.ComponentCodeEditor
	case types.AppTypeRStudioServerPro:
		m.Component = pricing.ComponentRStudioServer
	case types.AppTypeRSessionGateway:
		m.Component = pricing.ComponentRStudioGateway
	case types.AppTypeTensorBoard:
		m.Component = pricing.ComponentTensorBoard
	case types.AppTypeCanvas:
		m.Component, m.InstanceType = pricing.ComponentCanvas, ""
	default:
		m.Component, m.Rate.Why = string(t), "the price list has no component for "+string(t)
	}
	return m
}

// spaceOwner looks the owner of a space up; the spaces of a target are listed once, when the first app in a space is met.
func spaceOwner(ctx context.Context, s *Scope, domain, space string) string {
	owners, _ := once(s, "space-owners", func() (map[string]string, error) {
		all, err := listSpaces(ctx, s) // recorded as a hole; an owner that is not known is shown as such
		owners := make(map[string]string, len(all))
		for _, sp := range all {
			if o := sp.OwnershipSettingsSummary; o != nil {
				owners[aws.ToString(sp.DomainId)+"/"+aws.ToString(sp.SpaceName)] = aws.ToString(o.OwnerUserProfileName)
			}
		}
		return owners, err
	})
	return owners[domain+"/"+space]
}

func free(r estate.Resource) bool {
	return len(r.Meters) == 1 && r.Meters[0].Free != ""
}

func (app) Series(r estate.Resource, c estate.Criteria) []Series {
	if r.Status != string(types.AppStatusInService) || free(r) {
		return nil
	}
	out := []Series{heartbeatSeries(r, signalHeartbeat, stampWindow(c))}
	if r.Type == string(types.AppTypeCanvas) {
		out = append(out, Series{
			Signal: signalCanvas, Namespace: "/aws/sagemaker/Canvas/AppActivity", Metric: "TimeSinceLastActive", Stat: "Minimum", Newest: true, Ages: true, Unit: "s",
			Window: stampWindow(c), Dimensions: []Dimension{{"DomainId", r.Domain}, homeDimension(r)},
		})
	}
	return out
}

func homeDimension(r estate.Resource) Dimension {
	if r.Space != "" {
		return Dimension{"SpaceName", r.Space}
	}
	return Dimension{"UserProfileName", r.User}
}

func heartbeatSeries(r estate.Resource, signal string, w estate.Window) Series {
	return heartbeatOf(signal, "", w, Dimension{"DomainId", r.Domain}, homeDimension(r), Dimension{"AppType", r.Attributes["appType"]}, Dimension{"AppName", r.Attributes["appName"]})
}

// Inspect reads logs and activity stamps of the apps on which the metrics leave a doubt.
func (a app) Inspect(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) (past []Want) {
	doubtful := func(o *estate.Observation) bool {
		return o.Resource.Status == string(types.AppStatusInService) && !free(o.Resource) &&
			a.Judge(o.Resource, o.Signals, c).Confidence != estate.High
	}
	var streams []string
	byStream := map[string]*estate.Observation{}
	for _, o := range obs {
		if o.Resource.Attributes["appType"] == string(types.AppTypeKernelGateway) && doubtful(o) {
			name := stream(o.Resource)
			streams = append(streams, name)
			byStream[name] = o
		}
	}
	var rest []*estate.Observation
	for _, o := range obs {
		if doubtful(o) { // no log takes that doubt away
			rest = append(rest, o)
		}
	}
	var logs map[string]estate.Signal
	var reading sync.WaitGroup
	reading.Go(func() { logs = lastEvents(ctx, s, streams) })
	each(ctx, rest, func(ctx context.Context, o *estate.Observation) { describeApp(ctx, s, o) })
	reading.Wait()
	for name, sig := range logs {
		byStream[name].Signals = append(byStream[name].Signals, sig)
	}

	w, _ := historyWindow(c)
	for _, o := range rest {
		if a.Judge(o.Resource, o.Signals, c).Rule == "app"+historyUnasked {
			past = append(past, Want{o, heartbeatSeries(o.Resource, signalHeartbeatHistory, w)})
		}
	}
	countRelaunches(ctx, s, obs, c)
	return past
}

// historyUnasked ends the rule of a verdict that is settled by asking whether the resource ever had a heartbeat.
const historyUnasked = "/heartbeat-history-unasked"

// home is whose app it is: the space's, where it runs in one, else the user profile's.
func home(r estate.Resource) string { return cmp.Or(r.Space, r.User) }

// stream is the exact name of an app's log stream.
func stream(r estate.Resource) string {
	return strings.Join([]string{r.Domain, home(r), r.Attributes["appType"], r.Attributes["appName"]}, "/")
}

// signalGone marks an app that vanished between being listed and being looked at.
const signalGone = "gone"

func describeApp(ctx context.Context, s *Scope, o *estate.Observation) {
	const op = "sagemaker:DescribeApp"
	r := &o.Resource
	in := &sagemaker.DescribeAppInput{DomainId: &r.Domain, AppName: aws.String(r.Attributes["appName"]), AppType: types.AppType(r.Attributes["appType"])}
	if r.Space != "" {
		in.SpaceName = &r.Space
	} else {
		in.UserProfileName = &r.User
	}
	d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeAppOutput, error) {
		return s.SageMaker().DescribeApp(ctx, in)
	},
		func(o *sagemaker.DescribeAppOutput) bool { return o.Status != "" })
	switch {
	case gone:
		o.Signals = append(o.Signals, estate.Signal{Name: signalGone, Source: op, Quality: estate.Good})
		return
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalUserActivity, "", op, err))
		return
	}
	r.Status = string(d.Status)
	use, health := aws.ToTime(d.LastUserActivityTimestamp).UTC(), aws.ToTime(d.LastHealthCheckTimestamp).UTC()
	stamp := estate.Signal{Name: signalUserActivity, Source: op + " LastUserActivityTimestamp", Quality: estate.Good, At: use}
	switch {
	case d.LastUserActivityTimestamp == nil:
		stamp.Quality, stamp.At = estate.Absent, time.Time{}
	case use.Equal(health):
		stamp.Quality, stamp.Note = estate.Contaminated, "equal to the health check's stamp, which writes it too"
	}
	o.Signals = append(o.Signals, stamp)
	if d.LastHealthCheckTimestamp != nil {
		o.Signals = append(o.Signals, estate.Signal{Name: signalHealthCheck, Source: op + " LastHealthCheckTimestamp", Quality: estate.Good, At: health})
	}
}

// Gone reports whether the resource vanished while it was being looked at.
func Gone(sigs estate.Signals) bool {
	_, gone := sigs.Find(signalGone, "")
	return gone
}

const agentRemedy = "publish a heartbeat from inside the app: see docs/signals.md"

func (a app) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	v := a.use(r, sigs, c)
	v.Conditions = append(v.Conditions, relaunching(sigs)...)
	return v
}

// use judges the use of the app.
func (app) use(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	unknown := func(rule, why, remedy string) estate.Verdict {
		return estate.Verdict{State: estate.Unknown, Rule: "app/" + rule, Why: why, Remedy: remedy}
	}
	switch {
	case r.Status == string(types.AppStatusPending):
		return inTransit("app/changing", r.Status, r.Created, c)
	case r.Status != string(types.AppStatusInService):
		return inTransit("app/changing", r.Status, time.Time{}, c) // nothing tells since when it is being deleted
	case free(r):
		return unknown("free", r.Meters[0].Free, "")
	}
	direct := judgeAgents("app", sigs, r.Created, c)
	for _, name := range []string{signalHeartbeat, signalCanvas} {
		if v, ok := judgeStamp("app", sigs, name, "", r.Created, c); ok {
			direct = append(direct, v)
		}
	}
	if len(direct) > 0 {
		return combine(direct)
	}
	use, stamped := sigs.Find(signalUserActivity, "")
	health, _ := sigs.Find(signalHealthCheck, "")
	if stamped && use.Quality == estate.Good && use.At.After(health.At) && c.Now.Sub(use.At) < c.IdleFor {
		return estate.Verdict{State: estate.Active, Confidence: estate.Medium, LastUse: use.At, Rule: "app/user-activity",
			Why: fmt.Sprintf("its user was active %s ago, after the last health check", ago(c.Now, use.At))}
	}
	if v, ok := judgeLog(r, sigs, c); ok {
		return indirect("app", v, sigs)
	}
	for _, s := range sigs {
		if s.Quality.Broken() {
			return unreadable("app/unreadable", s)
		}
	}
	if old := c.Now.Sub(r.Created); stamped && !r.Created.IsZero() && old >= max(helperAge, c.IdleFor) && displays(r.Type) {
		return indirect("app", estate.Verdict{State: estate.Idle, Confidence: estate.Low, Since: r.Created, Rule: "app/age",
			Why: fmt.Sprintf("a %s app that was started %s ago; nothing tells whether it is looked at", r.Type, span(old)), Remedy: "ask its owner"}, sigs)
	}
	switch {
	case stamped && use.Quality == estate.Contaminated:
		return unknown("contaminated", "its activity stamp is the health check's, and no other signal speaks of its use", agentRemedy)
	default:
		return unknown("no-signal", "nothing that can be read from outside speaks of its use", agentRemedy)
	}
}

// indirect lets a verdict stand that does not rest on what a resource says of itself, unless it once did and fell silent:
// its use may go on while what reports it has died.
func indirect(rules string, v estate.Verdict, sigs estate.Signals) estate.Verdict {
	if v.State != estate.Idle {
		return v
	}
	for _, s := range sigs {
		if s.Quality.Broken() {
			return unreadable(rules+"/unreadable", s)
		}
	}
	switch past, asked := sigs.Find(signalHeartbeatHistory, ""); {
	case !asked:
		return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: rules + historyUnasked, Why: v.Why + "; whether it ever had a heartbeat was not asked", Remedy: "scan again with this limit"}
	case past.Quality != estate.Absent:
		return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: rules + "/heartbeat-stale",
			Why: fmt.Sprintf("its heartbeat stopped within %s before %s: it may have been used since", span(historyPeriod), past.At.Format("2006-01-02 15:04 MST")), Remedy: staleRemedy}
	}
	return v
}

const staleRemedy = "look why nothing reports from inside any more"

// displays reports whether an app of the type only shows what others have computed, so that its age says something.
func displays(t string) bool {
	return t == string(types.AppTypeTensorBoard) || t == string(types.AppTypeDetailedProfiler)
}

// judgeStamp judges what has existed since from by a metric that holds the seconds since the last use. It answers unless there
// is no such series. Rules says what the names of its rules begin with.
func judgeStamp(rules string, sigs estate.Signals, name, part string, from time.Time, c estate.Criteria) (estate.Verdict, bool) {
	s, ok := sigs.Find(name, part)
	if !ok || s.Quality == estate.Absent {
		return estate.Verdict{}, false
	}
	rule := rules + "/" + name
	if s.Quality.Broken() {
		// It may say that the app is in use, so no weaker signal may speak in its place.
		return unreadable(rule+"-unreadable", s), true
	}
	used := s.At.Add(-time.Duration(s.Value * float64(time.Second)))
	if used.After(c.Now) {
		used = c.Now
	}
	used = later(used, from)
	if c.Now.Sub(used) < c.IdleFor {
		return estate.Verdict{State: estate.Active, Confidence: estate.High, LastUse: used, Rule: rule + "-used",
			Why: fmt.Sprintf("used %s ago, by its %s", ago(c.Now, used), name)}, true
	}
	if s.Quality != estate.Good || c.Now.Sub(s.At) > fresh(name, c) || s.Value < 0 {
		return estate.Verdict{State: estate.Unknown, LastUse: used, Rule: rule + "-stale",
			Why: fmt.Sprintf("its %s stopped %s ago: it may have been used since", name, ago(c.Now, s.At)), Remedy: staleRemedy}, true
	}
	if s.At.Sub(used) < c.IdleFor {
		return estate.Verdict{State: estate.Unknown, LastUse: used, Rule: rule + "-lag",
			Why: fmt.Sprintf("its %s of %s ago shows it unused for %s, which is less than the limit", name, ago(c.Now, s.At), span(s.At.Sub(used))), Remedy: "look again in a few minutes"}, true
	}
	return estate.Verdict{State: estate.Idle, Confidence: estate.High, Since: used, LastUse: used, Rule: rule + "-idle",
		Why: fmt.Sprintf("not used for %s, by its %s of %s", span(c.Now.Sub(used)), name, s.At.Format("15:04 MST"))}, true
}

// judgeLog judges a KernelGateway app by its log stream. A log shows life, not use; only its silence, over longer than the
// index may lag, hints at idleness, and a silent computation looks the same.
func judgeLog(r estate.Resource, sigs estate.Signals, c estate.Criteria) (estate.Verdict, bool) {
	s, ok := sigs.Find(signalLog, "")
	if !ok || s.Quality != estate.Good {
		return estate.Verdict{}, false
	}
	silent := c.Now.Sub(s.At)
	switch {
	case silent < c.IdleFor:
		return estate.Verdict{State: estate.Active, Confidence: estate.Medium, LastUse: s.At, Rule: "app/log-alive",
			Why: fmt.Sprintf("its log was written %s ago; a log shows life, not always use", ago(c.Now, s.At))}, true
	case c.IdleFor < logLag || silent < c.IdleFor+logLag:
		return estate.Verdict{State: estate.Unknown, LastUse: s.At, Rule: "app/log-lag",
			Why:    fmt.Sprintf("its log seems silent for %s, but its newest events may not be indexed for an hour", span(silent)),
			Remedy: "ask with a longer --idle-for, or " + agentRemedy}, true
	case s.At.Before(r.Created):
		return estate.Verdict{State: estate.Unknown, Rule: "app/log-older", Why: "its log ends before the app was created",
			Remedy: agentRemedy}, true
	}
	if _, described := sigs.Find(signalUserActivity, ""); !described {
		return estate.Verdict{State: estate.Unknown, LastUse: s.At, Rule: "app/undescribed", Why: "its log is silent, but its activity stamp was not read", Remedy: "scan again"}, true
	}
	return estate.Verdict{State: estate.Idle, Confidence: estate.Medium, Since: s.At, LastUse: s.At, Rule: "app/log-silent",
		Why:    "its log has been silent for " + span(silent),
		Remedy: "a computation that prints nothing looks the same: ask before stopping, or " + agentRemedy}, true
}
