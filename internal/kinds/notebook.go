package kinds

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

func init() { register(notebook{}) }

// notebook is the family of notebook instances: Jupyter servers outside of Studio, each with a volume that bills on while it is stopped.
type notebook struct{}

var notebookFamily = Family{
	Name: "notebook-instance", ARNType: "notebook-instance", IdleFor: 2 * time.Hour,
	Summary: "notebook instances, and their volumes while they are stopped",
	Look:    looks((*sagemaker.Client).DescribeNotebookInstance),
	Reads: []Operation{
		{"sagemaker:ListNotebookInstances", "every notebook instance"},
		{"sagemaker:DescribeNotebookInstance", "a notebook instance's volume, which bills while it is stopped"},
	},
	CreatedBy: "CreateNotebookInstance",
	Actions: []Action{
		{Name: "stop", Operations: []string{"sagemaker:StopNotebookInstance"}, Undo: "start it again", UndoOperations: []string{"sagemaker:StartNotebookInstance"},
			Loses: "what is in memory, and files outside of its volume", Next: stopNotebook, Back: notebookBack},
		{Name: "start", Operations: []string{"sagemaker:StartNotebookInstance"}, Undo: "stop it again", UndoOperations: []string{"sagemaker:StopNotebookInstance"},
			Next: startNotebook, Back: notebookBack},
		{Name: "delete", Operations: []string{"sagemaker:StopNotebookInstance", "sagemaker:DeleteNotebookInstance", "sagemaker:ListTags"},
			Undo:           "create it again as it was saved, with an empty volume, and stop it where it was stopped",
			UndoOperations: []string{"sagemaker:CreateNotebookInstance", "sagemaker:StopNotebookInstance", "sagemaker:StartNotebookInstance", "sagemaker:ListTags", "sagemaker:DeleteTags"},
			Loses:          "the notebook instance's volume with all files on it: refused unless the policy gives its data up", Next: deleteNotebook, Back: notebookBack},
	},
}

// SageMaker publishes no metrics of notebook instances: its page of metrics lists none, and AWS's own sample scripts say so
// (aws-samples/amazon-sagemaker-notebook-instance-lifecycle-config-samples #1). Yet tools ask for this series, so whoever
// publishes it from inside is heard. Where nobody does, it is absent, which proves nothing: no CPU is not a low CPU.
const namespaceNotebooks = "/aws/sagemaker/NotebookInstances"

func (notebook) Family() *Family { return &notebookFamily }

func (k notebook) List(ctx context.Context, s *Scope, yield func(estate.Observation)) error {
	const op = "sagemaker:ListNotebookInstances"
	return list(ctx, s, op, sagemaker.NewListNotebookInstancesPaginator(s.SageMaker(), &sagemaker.ListNotebookInstancesInput{MaxResults: aws.Int32(100)}),
		func(o *sagemaker.ListNotebookInstancesOutput) []types.NotebookInstanceSummary {
			return o.NotebookInstances
		},
		func(ctx context.Context, sum types.NotebookInstanceSummary) {
			r := estate.Resource{
				ARN: aws.ToString(sum.NotebookInstanceArn), Kind: notebookFamily.Name, Target: s.Target(), Name: aws.ToString(sum.NotebookInstanceName),
				Status: string(sum.NotebookInstanceStatus), Created: aws.ToTime(sum.CreationTime).UTC(), Modified: aws.ToTime(sum.LastModifiedTime).UTC(),
				Attributes: attributes("instanceType", string(sum.InstanceType), "notebookInstanceLifecycleConfigName", aws.ToString(sum.NotebookInstanceLifecycleConfigName)),
			}
			if !s.wants(&notebookFamily, r.ARN, r.Name) {
				return
			}
			if o, ok := k.describe(ctx, s, r); ok {
				yield(o)
			}
		})
}

// describe asks for the volume: the listing does not tell its size, and it bills whatever the status.
func (notebook) describe(ctx context.Context, s *Scope, r estate.Resource) (estate.Observation, bool) {
	const op = "sagemaker:DescribeNotebookInstance"
	o := estate.Observation{Resource: r}
	d, gone, err := Describe(ctx, s, op, func(ctx context.Context) (*sagemaker.DescribeNotebookInstanceOutput, error) {
		return s.SageMaker().DescribeNotebookInstance(ctx, &sagemaker.DescribeNotebookInstanceInput{NotebookInstanceName: &r.Name})
	}, func(o *sagemaker.DescribeNotebookInstanceOutput) bool {
		return o.NotebookInstanceName != nil && o.NotebookInstanceStatus != ""
	})
	volume := estate.Meter{Component: pricing.ComponentNotebookVolume}
	switch {
	case gone:
		return o, false
	case err != nil:
		o.Signals = append(o.Signals, brokenSignal(signalDescription, "", op, err))
		volume.Count, volume.Rate.Why = 1, op+" was not answered, so that the size of its volume is not known"
	default:
		o.Resource.Status, o.Resource.Modified = string(d.NotebookInstanceStatus), aws.ToTime(d.LastModifiedTime).UTC()
		o.Resource.Attributes = attributes("instanceType", string(d.InstanceType), "failureReason", aws.ToString(d.FailureReason),
			"notebookInstanceLifecycleConfigName", aws.ToString(d.NotebookInstanceLifecycleConfigName), "platformIdentifier", aws.ToString(d.PlatformIdentifier),
			"rootAccess", string(d.RootAccess), "directInternetAccess", string(d.DirectInternetAccess), "subnetId", aws.ToString(d.SubnetId),
			"kmsKeyId", aws.ToString(d.KmsKeyId), "roleArn", aws.ToString(d.RoleArn), "volumeSizeInGB", strconv.Itoa(int(aws.ToInt32(d.VolumeSizeInGB))))
		if imds := d.InstanceMetadataServiceConfiguration; imds != nil {
			o.Resource.Attributes["minimumInstanceMetadataServiceVersion"] = aws.ToString(imds.MinimumInstanceMetadataServiceVersion)
		}
		if volume.GB = float64(aws.ToInt32(d.VolumeSizeInGB)); volume.GB == 0 {
			volume.Count, volume.Rate.Why = 1, "the size of its volume was not told"
		}
	}
	if m, bills := notebookMeter(o.Resource); bills {
		o.Resource.Meters = append(o.Resource.Meters, m)
	}
	o.Resource.Meters = append(o.Resource.Meters, volume)
	o.Signals = append(o.Signals, estate.Signal{Name: signalStamps, Source: op + " LastModifiedTime", Quality: estate.Good, At: later(o.Resource.Created, o.Resource.Modified)})
	return o, true
}

// notebookMeter is what the instance bills in its present state, if it may bill at all. By the documentation of
// StopNotebookInstance, the charge ends when it is called; only a stopped one can be updated.
func notebookMeter(r estate.Resource) (estate.Meter, bool) {
	m := estate.Meter{Component: pricing.ComponentNotebook, InstanceType: r.Attributes["instanceType"], Count: 1}
	switch types.NotebookInstanceStatus(r.Status) {
	case types.NotebookInstanceStatusInService:
	case types.NotebookInstanceStatusStopping, types.NotebookInstanceStatusStopped, types.NotebookInstanceStatusFailed,
		types.NotebookInstanceStatusUpdating, types.NotebookInstanceStatusDeleting:
		return m, false
	default:
		m.Rate.Why = undocumented(r.Status)
	}
	return m, true
}

// undocumented is why the rate of a meter is not known in a state of which AWS does not say whether it bills.
func undocumented(status string) string {
	return "whether it bills while it is " + status + " is not documented"
}

// notebookCPU is the CPU as somebody may publish it.
func notebookCPU(r estate.Resource, signal, stat string, w estate.Window) Series {
	return Series{Signal: signal, Namespace: namespaceNotebooks, Metric: "CPUUtilization", Stat: stat, Dimensions: []Dimension{{"NotebookInstanceName", r.Name}}, Window: w}
}

func (notebook) Series(r estate.Resource, c estate.Criteria) []Series {
	if r.Status != string(types.NotebookInstanceStatusInService) {
		return nil
	}
	lately := notebookCPU(r, signalRunningLately, "SampleCount", stampWindow(c))
	lately.Newest = true
	return []Series{heartbeatOf(signalHeartbeat, "", stampWindow(c), Dimension{"NotebookInstanceName", r.Name}), lately}
}

// Inspect asks for the CPU where somebody publishes it, and whether there ever was a heartbeat: where the CPU is quiet, what reported may
// have died.
func (k notebook) Inspect(_ context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) (wanted []Want) {
	w, _ := historyWindow(c)
	for _, o := range obs {
		if lately, ok := o.Signals.Find(signalRunningLately, ""); !ok || lately.Quality == estate.Absent || !s.Past && k.Judge(o.Resource, o.Signals, c).Rule != ruleNotebookUnasked {
			continue
		}
		busy := notebookCPU(o.Resource, signalCPU, "Maximum", useWindow(c))
		busy.Floor, busy.Unit = cpuFloor, "%"
		wanted = append(wanted, Want{o, busy}, Want{o, notebookCPU(o.Resource, signalRunning, "SampleCount", useWindow(c))},
			Want{o, heartbeatOf(signalHeartbeatHistory, "", w, Dimension{"NotebookInstanceName", o.Resource.Name})})
	}
	return wanted
}

// ruleNotebookUnasked is the verdict that Inspect settles by asking for the CPU.
const ruleNotebookUnasked = "notebook/unasked"

const notebookRemedy = "publish a heartbeat from inside the notebook instance: see docs/signals.md"

// Judge never takes LastModifiedTime for use: it is when the control plane last started, stopped or changed the instance.
func (notebook) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	changed := later(r.Created, r.Modified)
	switch types.NotebookInstanceStatus(r.Status) {
	case types.NotebookInstanceStatusInService, types.NotebookInstanceStatusStopped:
	case types.NotebookInstanceStatusFailed:
		return broken("notebook/broken", r.Status, r.Attributes["failureReason"], changed)
	default:
		return inTransit("notebook/changing", r.Status, changed, c)
	}
	if s, ok := sigs.Find(signalDescription, ""); ok {
		return unreadable("notebook/unreadable", s)
	}
	if r.Status == string(types.NotebookInstanceStatusStopped) {
		return judgeStopped(sigs, c)
	}
	direct := judgeAgents("notebook", sigs, changed, c)
	if v, ok := judgeStamp("notebook", sigs, signalHeartbeat, "", changed, c); ok {
		direct = append(direct, v)
	}
	if len(direct) > 0 {
		return combine(direct)
	}
	return judgeNotebookCPU(sigs, changed, c)
}

// volumeKept is how long a volume may wait for somebody to come back to it, as a space's may: stopping in the evening is what saves.
const volumeKept = 30 * 24 * time.Hour

// judgeStopped judges a notebook instance that bills for its volume only.
func judgeStopped(sigs estate.Signals, c estate.Criteria) estate.Verdict {
	stopped, ok := sigs.Find(signalStamps, "")
	switch {
	case !ok || stopped.At.IsZero():
		return estate.Verdict{State: estate.Unknown, Rule: "notebook/unread", Why: "it is stopped; since when was not read", Remedy: "scan again"}
	case stopped.Quality != estate.Good:
		return unreadable("notebook/unreadable", stopped)
	case c.Now.Sub(stopped.At) < max(c.IdleFor, volumeKept):
		return estate.Verdict{State: estate.Unknown, Rule: "notebook/stopped-lately",
			Why: fmt.Sprintf("it was stopped or changed %s ago, which is less than the %s for which a volume may wait; it bills on", ago(c.Now, stopped.At), span(max(c.IdleFor, volumeKept)))}
	}
	return estate.Verdict{State: estate.Idle, Confidence: estate.Medium, Since: stopped.At, Rule: "notebook/stopped",
		Why:    fmt.Sprintf("it has been stopped for %s, while its volume bills on", ago(c.Now, stopped.At)),
		Remedy: "the files on its volume go with it: ask its owner before deleting"}
}

// judgeNotebookCPU judges by the CPU, where somebody publishes it. It shows work, not presence: a person who reads or thinks
// looks like nobody, and a background process like somebody.
func judgeNotebookCPU(sigs estate.Signals, from time.Time, c estate.Criteria) estate.Verdict {
	cpu, asked := sigs.Find(signalCPU, "")
	t := traffic{uses: []estate.Signal{cpu}, from: from}
	t.control, _ = sigs.Find(signalRunning, "")
	t.fresh, _ = sigs.Find(signalRunningLately, "")
	switch {
	case t.fresh.Quality.Broken():
		return unreadable("notebook/unreadable", t.fresh)
	case !asked && t.fresh.Quality != estate.Absent:
		return estate.Verdict{State: estate.Unknown, Rule: ruleNotebookUnasked, Why: "its metrics were not asked for", Remedy: "scan again"}
	case !asked || cpu.Quality == estate.Absent: // a level is published whatever it is: its absence is no low CPU
		return estate.Verdict{State: estate.Unknown, Rule: "notebook/no-signal", Why: "nothing that can be read from outside speaks of its use", Remedy: notebookRemedy}
	}
	v := t.judge(c)
	switch {
	case v.State == estate.Active:
		v.Confidence, v.Rule, v.Remedy = estate.Medium, "notebook/cpu-busy", ""
		v.Why = fmt.Sprintf("its CPU was above %d%% %s; a background process looks the same", cpuFloor, lately(c.Now, v.LastUse, cpu.Window))
	case v.State == estate.Idle:
		v.Confidence, v.Rule = v.Confidence.Min(estate.Medium), "notebook/cpu-quiet"
		v.Why = fmt.Sprintf("its CPU has not been above %d%% for %s", cpuFloor, ago(c.Now, v.Since))
		v.Remedy = "a person who reads looks the same: ask before stopping, or " + notebookRemedy
	case v.Rule == "traffic/no-control":
		v.Rule, v.Why = "notebook/cpu-gaps", "its CPU seems quiet, but its newest datapoints are missing or late: the quiet proves nothing"
	}
	return indirect("notebook", v, sigs)
}
