package prices

import (
	"slices"
	"strings"
)

// A component is a use of an instance, with its own SKU for each type.
type component struct {
	// name is the attribute platoinstancetype, usage what stands before the instance in a usage type.
	name, usage string
	// families that are offered under it, separated by blanks.
	families string
	// accelerated is the price level in permille of accelerated types against Hosting. CPU types cost the same under every
	// component but spot, which is cheaper for all.
	accelerated int64
}

const (
	cpu     = "t3 m5 c5 r5"
	newCPU  = " m6i m7i c6i"
	gpu     = " g4dn g5 p3 p4d"
	newGPU  = " g6 g6e g7e p4de p5"
	inf     = " inf2"
	trn     = " trn1"
	burst   = " t2"
	spot    = 300
	offHost = 950
	// reserved is the level of a training plan: an assumption.
	reserved = 700
)

// warmPool has no platoinstancetype in the list: its products are known by their usage type alone.
const warmPool = "TrainWarmPool"

var components = []component{
	{"Hosting", "Host:", "m5 c5 r5" + burst + newCPU + gpu + newGPU + inf + trn, 1000},
	{"AsyncInf", "AsyncInf:", "m5 c5 r5" + burst + newCPU + gpu + newGPU + inf + trn, 1000},
	{"Notebook", "Notebk:", cpu + burst + newCPU + gpu + newGPU + inf + trn, offHost},
	{"Studio-Notebook", "Studio:KernelGateway-", cpu + gpu, offHost},
	{"Studio-JupyterLab", "Studio:JupyterLab-", cpu + newCPU + gpu + newGPU + trn, offHost},
	{"studio-codeeditor", "Studio:CodeEditor-", cpu + newCPU + gpu + newGPU + trn, offHost},
	{"Studio", "Studio_DW:KernelGateway-", "m5 r5", offHost},
	{"TensorBoard", "Studio:TensorBoard-", "r5", offHost},
	{"RStudio:RServer", "RStudio:RServer-", "t3 c5", offHost},
	{"RStudio:RSession", "RStudio:RSession-", cpu + gpu, offHost},
	{"RStudio:RSessionGateway", "RStudio:RSessionGateway-", "t3 c5", offHost},
	{"Training", "Train:", "m5 c5" + newCPU + gpu + newGPU + trn, offHost},
	{"SpotTraining", "TrSpt:", "m5 c5" + newCPU + gpu + trn, spot},
	{warmPool, "TrainWarmPool:", "m5 c5" + newCPU + gpu + newGPU + trn, offHost},
	{"Processing", "Processing:", cpu + gpu, offHost},
	{"Processing_DW", "Processing_DW:", "m5 r5", offHost},
	{"BatchTransform", "Tsform:", "m5 c5" + gpu, offHost},
	{"Cluster", "Cluster:", "m5 c5 r5" + gpu + newGPU + trn, offHost},
	{"Cluster-Reserved", "Cluster-Reserved:", gpu + newGPU + trn, reserved},
}

// place is a component, type and region.
type place struct{ component, instance, region string }

// published are the us-east-1 rates that differ from the rule, and are public.
var published = map[place]dollars{
	{"Studio-JupyterLab", "ml.g4dn.xlarge", "us-east-1"}: 0.7364 * dollar,
	{"Studio-JupyterLab", "ml.g7e.2xlarge", "us-east-1"}: 2.61 * dollar,
	{"Training", "ml.g5.xlarge", "us-east-1"}:            1.408 * dollar,
	{warmPool, "ml.g5.xlarge", "us-east-1"}:              1.408 * dollar,
	{"Hosting", "ml.g4dn.xlarge", "eu-west-3"}:           0.861 * dollar,
	{"Hosting", "ml.g5.xlarge", "ap-south-1"}:            1.69 * dollar,
	{"Training", "ml.g6.xlarge", "ap-northeast-1"}:       1.634 * dollar,
	{warmPool, "ml.g6.xlarge", "ap-northeast-1"}:         1.634 * dollar,
}

// offers reports whether the component has the type in the region.
func (c component) offers(i instance, r region) bool {
	switch {
	case c.name == "TensorBoard" && r.code == "eu-west-3",
		c.name == "Studio-JupyterLab" && i.name == "ml.g6.24xlarge" && r.code == "eu-west-1":
		return false
	}
	if in, limited := only[i.family()]; limited && !slices.Contains(in, r.code) {
		return false
	}
	return slices.Contains(strings.Fields(c.families), i.family())
}

// rate is the hourly price.
func (c component) rate(i instance, r region) dollars {
	if rate, ok := published[place{c.name, i.name, r.code}]; ok {
		return rate
	}
	rate := i.rate
	if i.accelerated || c.accelerated == spot {
		rate = rate.scaled(c.accelerated)
	}
	return rate.scaled(r.permille)
}
