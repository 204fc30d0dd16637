package kinds

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/sagemaker/types"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// work is a family of jobs whose instances publish what they compute: CPUUtilization and GPUUtilization, in a namespace of the
// family's, with the dimension Host alone (Developer Guide, "Amazon SageMaker AI metrics in Amazon CloudWatch"). Both are of the
// job's container, sampled every minute, and 100 for each core or GPU.
//
// There is a series for every instance, so that a job is looked at in steps: not at all until it has run for longer than the
// limit, then at its first instance, then, if that does nothing, at the others. Idle takes all of them.
type work struct {
	jobs
	namespace string
	// numbered says that a job's instances are JOB/algo-1, JOB/algo-2 …; otherwise they are JOB/ and an instance id.
	numbered bool
}

// Signals of what an instance computes. Of a job's, the part is the instance.
const (
	signalCPU = "cpu"
	signalGPU = "gpu"
	// signalHosts tells, where it is there, that the instances of a job could not be found out.
	signalHosts = "hosts"
)

// The floors are what a process may use that only waits, in percent of one core or GPU. They are ours, and low: a loop that polls
// once a second stays under them, a data loader does not.
const (
	cpuFloor = 5
	gpuFloor = 1
)

// hostsPerJob bounds what one job may ask: a hundred instances fill one request. The work of a larger job is not judged.
const hostsPerJob = 100

// attributeSecondary is the attribute that tells what a training job in progress is at.
const attributeSecondary = "secondaryStatus"

// instances is how many instances the job computes on, and whether they have GPUs. It is none where the utilisation proves nothing:
// what other accelerators do is not published, and neither is what SageMaker downloads for the container before it runs, or uploads after.
func instances(r estate.Resource) (n int, gpu bool) {
	if at := r.Attributes[attributeSecondary]; at != "" && at != string(types.SecondaryStatusTraining) {
		return 0, false
	}
	for _, m := range r.Meters {
		switch strings.TrimRight(generation(m.InstanceType), "0123456789") {
		case "":
			continue // a volume
		case "c", "m", "r", "t":
		case "g", "p":
			gpu = true
		default:
			return 0, false
		}
		n += m.Count
	}
	return n, gpu
}

// generation is the family of an instance type with its number: "g4" of "ml.g4dn.xlarge".
func generation(instanceType string) string {
	name := strings.TrimPrefix(instanceType, "ml.")
	i := strings.IndexAny(name, "0123456789")
	if i < 0 {
		return ""
	}
	for i < len(name) && name[i] >= '0' && name[i] <= '9' {
		i++
	}
	return name[:i]
}

func (k work) Series(r estate.Resource, c estate.Criteria) []Series {
	n, gpu := instances(r)
	if !k.numbered || n == 0 || n > hostsPerJob || stopping(r) || c.Now.Sub(r.Created) < c.IdleFor {
		return nil
	}
	return k.series(r.Name+"/algo-1", gpu, c)
}

func (k work) series(host string, gpu bool, c estate.Criteria) []Series {
	cpu := Series{Signal: signalCPU, Part: host[strings.LastIndex(host, "/")+1:], Namespace: k.namespace, Metric: "CPUUtilization", Stat: "Maximum",
		Dimensions: []Dimension{{"Host", host}}, Window: useWindow(c), Floor: cpuFloor, Unit: "%"}
	running := cpu
	running.Signal, running.Stat, running.Floor, running.Unit = signalRunning, "SampleCount", 0, ""
	lately := running
	lately.Signal, lately.Window, lately.Newest = signalRunningLately, stampWindow(c), true
	all := []Series{cpu, running, lately}
	if gpu {
		graphics := cpu
		graphics.Signal, graphics.Metric, graphics.Floor = signalGPU, "GPUUtilization", gpuFloor
		all = append(all, graphics)
	}
	return all
}

// Inspect asks for the instances that were not looked at, of the jobs of which no other does anything.
func (k work) Inspect(ctx context.Context, s *Scope, obs []*estate.Observation, c estate.Criteria) (wanted []Want) {
	for _, o := range obs {
		if k.Judge(o.Resource, o.Signals, c).Rule != k.rule(ruleHostsUnasked) {
			continue
		}
		n, gpu := instances(o.Resource)
		hosts, err := k.others(ctx, s, o.Resource.Name, n)
		if err != nil {
			o.Signals = append(o.Signals, brokenSignal(signalHosts, "", "cloudwatch:ListMetrics", err))
		}
		for _, host := range hosts {
			for _, series := range k.series(host, gpu, c) {
				wanted = append(wanted, Want{o, series})
			}
		}
	}
	return wanted
}

// others are the Hosts of the job's n instances that Series does not ask for. Where they go by instance id, one listing for the target
// names all that published something within three hours.
func (k work) others(ctx context.Context, s *Scope, job string, n int) (hosts []string, err error) {
	if k.numbered {
		for i := 2; i <= n; i++ {
			hosts = append(hosts, fmt.Sprintf("%s/algo-%d", job, i))
		}
		return hosts, nil
	}
	byJob, err := once(s, "hosts"+k.namespace, func() (map[string][]string, error) {
		found := map[string][]string{}
		pages := cloudwatch.NewListMetricsPaginator(s.CloudWatch(), &cloudwatch.ListMetricsInput{
			Namespace: &k.namespace, MetricName: aws.String("CPUUtilization"), RecentlyActive: cwtypes.RecentlyActivePt3h,
			Dimensions: []cwtypes.DimensionFilter{{Name: aws.String("Host")}},
		})
		for pages.HasMorePages() {
			page, err := Call(ctx, s, "cloudwatch:ListMetrics", func(ctx context.Context) (*cloudwatch.ListMetricsOutput, error) { return pages.NextPage(ctx) },
				func(*cloudwatch.ListMetricsOutput) bool { return true }) // the API promises no member: none may be none
			if err != nil {
				return nil, err
			}
			for _, m := range page.Metrics {
				if len(m.Dimensions) == 1 {
					host := aws.ToString(m.Dimensions[0].Value)
					job, _, _ := strings.Cut(host, "/")
					found[job] = append(found[job], host)
				}
			}
		}
		return found, nil
	})
	return byJob[job], err
}

// ruleHostsUnasked is the verdict that Inspect settles by asking for the job's other instances.
const ruleHostsUnasked = "instances-unasked"

// Judge takes a job for idle if it has run for longer than the limit, and none of its instances did anything for as long.
func (k work) Judge(r estate.Resource, sigs estate.Signals, c estate.Criteria) estate.Verdict {
	v := k.jobs.Judge(r, sigs, c)
	begun, _ := sigs.Find(signalStarted, "")
	n, gpu := instances(r)
	switch {
	case v.Rule != k.rule("running"), n == 0, c.Now.Sub(begun.At) < c.IdleFor:
		return v
	case n > hostsPerJob:
		v.Why += fmt.Sprintf("; whether its %d instances do anything was not asked", n)
		return v
	}
	var parts []string
	var bad *estate.Signal
	for i, s := range sigs {
		if s.Name == signalCPU && !slices.Contains(parts, s.Part) {
			parts = append(parts, s.Part)
		}
		if s.Quality.Broken() && bad == nil {
			bad = &sigs[i]
		}
	}
	all := make([]estate.Verdict, len(parts))
	for i, part := range parts {
		all[i] = judgeInstance(part, sigs, gpu, begun.At, c)
	}
	whole := combine(all)
	switch {
	case whole.State == estate.Active:
		v.Rule, v.LastUse, v.Why = k.rule("working"), whole.LastUse, "it is in progress, and computed something "+lately(c.Now, whole.LastUse, useWindow(c))
	case bad != nil:
		w := unreadable(k.rule("unreadable"), *bad)
		w.Conditions = v.Conditions
		return w
	case whole.State == estate.Unknown:
		v.Why += "; whether it does anything, its metrics do not tell"
	case len(all) < n:
		v.Rule = k.rule(ruleHostsUnasked)
		v.Why += fmt.Sprintf("; of its %d instances, %d were looked at", n, len(all))
	default:
		v.State, v.Since, v.Open, v.LastUse, v.Rule = estate.Idle, whole.Since, whole.Open, whole.LastUse, k.rule("no-progress")
		each := "its instance"
		if n > 1 {
			each = fmt.Sprintf("each of its %d instances", n)
		}
		v.Why = fmt.Sprintf("in %s, %s used at most %d%% of a core", ago(c.Now, whole.Since), each, cpuFloor)
		if gpu {
			v.Why += fmt.Sprintf(" and %d%% of a GPU", gpuFloor)
		}
		v.Why += ", while the metrics prove that it runs"
		v.Remedy = "a job that waits for data or for the network looks the same: read its log or ask its owner before stopping it"
	}
	return v
}

// judgeInstance judges one instance: what is above the floor is its use.
func judgeInstance(part string, sigs estate.Signals, gpu bool, from time.Time, c estate.Criteria) estate.Verdict {
	t := traffic{from: from}
	proven := true
	names := []string{signalCPU}
	if gpu {
		names = append(names, signalGPU)
	}
	for _, name := range names {
		use, _ := sigs.Find(name, part)
		t.uses = append(t.uses, use)
		proven = proven && use.Quality == estate.Good // Absent proves nothing here: a level is published whatever it is
	}
	t.control, _ = sigs.Find(signalRunning, part)
	t.fresh, _ = sigs.Find(signalRunningLately, part)
	v := t.judge(c)
	if v.State == estate.Idle && !proven {
		return estate.Verdict{State: estate.Unknown}
	}
	return v
}
