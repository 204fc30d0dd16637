package kinds

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() {
	register(monitoringSchedule{&entry{of: &monitoringScheduleFamily, list: listMonitoringSchedules,
		settled: []string{string(types.ScheduleStatusScheduled), string(types.ScheduleStatusStopped)},
		failed:  []string{string(types.ScheduleStatusFailed)}}})
}

// monitoringSchedule is the family of schedules that watch models. A schedule bills nothing of its own; the processing jobs that it
// starts do, whether there is anything to watch or not.
type monitoringSchedule struct{ *entry }

var monitoringScheduleLook = looks((*sagemaker.Client).DescribeMonitoringSchedule)

var (
	stopSchedule = deed{look: monitoringScheduleLook, call: on((*sagemaker.Client).StopMonitoringSchedule),
		from: []string{"Scheduled"}, while: []string{"Pending"}, over: []string{"Stopped"}, ends: true}
	startSchedule = deed{look: monitoringScheduleLook, call: on((*sagemaker.Client).StartMonitoringSchedule),
		from: []string{"Stopped"}, while: []string{"Pending"}, over: []string{"Scheduled"}}
	deleteSchedule = deed{look: monitoringScheduleLook, call: on((*sagemaker.Client).DeleteMonitoringSchedule),
		from: []string{"Scheduled", "Stopped", "Failed"}, while: []string{"Pending"}, ends: true, tagged: true}
	createSchedule = recreation[sagemaker.DescribeMonitoringScheduleOutput, sagemaker.CreateMonitoringScheduleInput]{
		look: monitoringScheduleLook, create: creates((*sagemaker.Client).CreateMonitoringSchedule), while: []string{"Pending"}, rest: stopSchedule,
		fill: func(in *sagemaker.CreateMonitoringScheduleInput, was *sagemaker.DescribeMonitoringScheduleOutput) {
			if c := was.MonitoringScheduleConfig; c != nil && c.MonitoringType == "" {
				typed := *c
				typed.MonitoringType, in.MonitoringScheduleConfig = was.MonitoringType, &typed
			}
		},
		rested: func(was *sagemaker.DescribeMonitoringScheduleOutput) bool {
			return was.MonitoringScheduleStatus == types.ScheduleStatusStopped
		}}
)

var monitoringScheduleFamily = Family{
	Name: "monitoring-schedule", ARNType: "monitoring-schedule", IdleFor: 7 * 24 * time.Hour,
	Summary:   "schedules that watch the models on endpoints by processing jobs",
	Reads:     []Operation{{"sagemaker:ListMonitoringSchedules", "every monitoring schedule"}},
	Needs:     []estate.Kind{endpointFamily.Name},
	CreatedBy: "CreateMonitoringSchedule",
	Look:      monitoringScheduleLook,
	Actions: []Action{
		stopSchedule.action("stop", "").undone("start it again", startSchedule),
		startSchedule.action("start", "").undone("stop it again", stopSchedule),
		createSchedule.undoes(deleteSchedule.action("delete", "")),
	},
}

const attributeWatched = "endpointName"

func listMonitoringSchedules(ctx context.Context, s *Scope, found func(estate.Resource)) error {
	return list(ctx, s, monitoringScheduleFamily.Reads[0].Action,
		sagemaker.NewListMonitoringSchedulesPaginator(s.SageMaker(), &sagemaker.ListMonitoringSchedulesInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListMonitoringSchedulesOutput) []types.MonitoringScheduleSummary {
			return o.MonitoringScheduleSummaries
		},
		func(_ context.Context, m types.MonitoringScheduleSummary) {
			r := listed(m.MonitoringScheduleArn, m.MonitoringScheduleName, string(m.MonitoringScheduleStatus), m.CreationTime, m.LastModifiedTime)
			r.Type = string(m.MonitoringType)
			r.Attributes = attributes(attributeWatched, aws.ToString(m.EndpointName), "monitoringJobDefinitionName", aws.ToString(m.MonitoringJobDefinitionName))
			if m.MonitoringScheduleStatus == types.ScheduleStatusScheduled {
				r.Meters = []estate.Meter{{Component: pricing.ComponentProcessing, Count: 1, Free: "each of the jobs that it starts bills", Elsewhere: true}}
			}
			found(r)
		})
}

// watched finds an endpoint by its name.
var watched = user{endpointFamily.Name, func(e estate.Resource) []string { return []string{e.Name} }, "sagemaker:DescribeEndpoint"}

// Relate finds the endpoint that the schedule watches.
func (k monitoringSchedule) Relate(r estate.Resource, p *Peers) estate.Signals {
	name := r.Attributes[attributeWatched]
	if name == "" {
		return nil
	}
	return append(uses(p.Of(watched.kind, "name", name, watched.names)), watched.naming(k.of.Name, name, p))
}

// Inspect marks the schedules where an endpoint was lost: it may have been theirs.
func (monitoringSchedule) Inspect(_ context.Context, s *Scope, obs []*estate.Observation, _ estate.Criteria) []Want {
	watched.mark(s, obs)
	return nil
}

func (k monitoringSchedule) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if v, ok := k.unsettled(r, c); ok {
		return v
	}
	name := r.Attributes[attributeWatched]
	switch {
	case r.Status == string(types.ScheduleStatusStopped):
		return estate.Verdict{State: estate.Unknown, Rule: k.rule("stopped"), Why: "it is stopped: it starts no job, so that it bills nothing"}
	case name == "":
		return estate.Verdict{State: estate.Unknown, Rule: k.rule("batch"),
			Why:    "it watches the data of transform jobs, not an endpoint: nothing tells whether there still are any",
			Remedy: "look at what its latest executions found: ListMonitoringExecutions"}
	}
	if v, found := judgePeers(string(k.of.Name), sigs, c); found {
		return k.idles(r, v, sigs, c)
	}
	if v, ok := k.unnamed(watched, sigs); !ok {
		return v
	}
	return k.orphaned(r, c, "the endpoint "+name+" that it watches is gone", "stop it: each of its jobs bills, and has nothing to watch")
}

// idles weakens the verdict on the endpoint where that is idle: people watch data of other accounts through an endpoint that is there
// for its name only (https://github.com/aws/sagemaker-python-sdk/issues/4873).
func (k monitoringSchedule) idles(r estate.Resource, v estate.Verdict, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	if v.State != estate.Idle {
		return v
	}
	for _, s := range sigs {
		if s.Quality.Broken() {
			return unreadable(k.rule("unseen"), s)
		}
	}
	v.Since, v.Confidence = later(v.Since, later(r.Created, r.Modified)), estate.Low
	v.Remedy = "ask its owner: each of its jobs bills, but it may watch other data than its endpoint's"
	if c.Now.Sub(v.Since) < c.IdleFor {
		return estate.Verdict{State: estate.Unknown, LastUse: v.LastUse, Rule: k.rule("too-young"),
			Why: v.Why + ", but the schedule was made or changed " + ago(c.Now, v.Since) + " ago"}
	}
	return v
}
