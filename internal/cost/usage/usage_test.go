package usage_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/cost/usage"
	"github.com/sagewarden/sagewarden/internal/pricing"
)

// written are usage types as bills and the price list have them, each with what it says.
var written = []usage.Usage{
	{"USE1-Studio:JupyterLab-ml.m7i.48xlarge", "us-east-1", "Studio", usage.Compute, "JupyterLab", "ml.m7i.48xlarge", usage.Hours, "Studio-JupyterLab"},
	{"EU-Studio:CodeEditor-ml.t3.medium", "eu-west-1", "Studio", usage.Compute, "CodeEditor", "ml.t3.medium", usage.Hours, "studio-codeeditor"},
	{"AFS1-Studio:KernelGateway-ml.r5.24xlarge", "af-south-1", "Studio", usage.Compute, "KernelGateway", "ml.r5.24xlarge", usage.Hours, "Studio-Notebook"},
	{"USE1-Studio:JupyterServer-ml.t3.medium", "us-east-1", "Studio", usage.Compute, "JupyterServer", "ml.t3.medium", usage.Hours, ""},
	{"USE1-Studio:TensorBoard-ml.r5.large", "us-east-1", "Studio", usage.Compute, "TensorBoard", "ml.r5.large", usage.Hours, "TensorBoard"},
	{"USE1-Studio:SomethingNew-ml.m5.large", "us-east-1", "Studio", usage.Compute, "SomethingNew", "ml.m5.large", usage.Hours, ""},
	{"USE1-Studio:VolumeUsage.gp3", "us-east-1", "Studio", usage.Storage, "", "", usage.GBMonths, "Studio:VolumeUsage.gp3"},
	{"USE1-Studio:VolumeUsage", "us-east-1", "Studio", usage.Storage, "", "", usage.GBMonths, ""},
	{"USE1-UnifiedStudio:VolumeUsage.gp3", "us-east-1", "UnifiedStudio", usage.Storage, "", "", usage.GBMonths, ""},
	{"USE1-UnifiedStudio:Notebook-ml.m5.large", "us-east-1", "UnifiedStudio", usage.Compute, "Notebook", "ml.m5.large", usage.Hours, ""},
	{"USE2-Studio_DW:KernelGateway-ml.m5.4xlarge", "us-east-2", "DataWrangler", usage.Compute, "KernelGateway", "ml.m5.4xlarge", usage.Hours, "Studio"},
	{"USE2-Studio_DW:ml.m5.4xlarge", "us-east-2", "DataWrangler", usage.Compute, "", "ml.m5.4xlarge", usage.Hours, "Studio"},
	{"USE2-DataWrangler:ml.m5.4xlarge", "us-east-2", "DataWrangler", usage.Compute, "", "ml.m5.4xlarge", usage.Hours, ""},
	{"USE1-Processing_DW:ml.m5.4xlarge", "us-east-1", "Processing_DW", usage.Compute, "", "ml.m5.4xlarge", usage.Hours, "Processing_DW"},
	{"EUC1-Notebk:ml.t3.medium", "eu-central-1", "Notebook", usage.Compute, "", "ml.t3.medium", usage.Hours, "Notebook"},
	{"EUC1-Notebk:VolumeUsage.gp2", "eu-central-1", "Notebook", usage.Storage, "", "", usage.GBMonths, "Notebk:VolumeUsage.gp2"},
	{"USW2-RStudio:RServer-ml.t3.medium", "us-west-2", "RStudio", usage.Compute, "RServer", "ml.t3.medium", usage.Hours, "RStudio:RServer"},
	{"USW2-RStudio:RSession-ml.t3.medium", "us-west-2", "RStudio", usage.Compute, "RSession", "ml.t3.medium", usage.Hours, "RStudio:RSession"},
	{"USW2-RStudio:RSessionGateway-ml.t3.medium", "us-west-2", "RStudio", usage.Compute, "RSessionGateway", "ml.t3.medium", usage.Hours, "RStudio:RSessionGateway"},
	{"APN1-Train:ml.g5.xlarge", "ap-northeast-1", "Training", usage.Compute, "", "ml.g5.xlarge", usage.Hours, "Training"},
	{"APN1-TrSpt:ml.p4d.24xlarge", "ap-northeast-1", "SpotTraining", usage.Compute, "", "ml.p4d.24xlarge", usage.Hours, "SpotTraining"},
	{"APS3-TrainWarmPool:ml.g5.xlarge", "ap-south-1", "TrainWarmPool", usage.Compute, "", "ml.g5.xlarge", usage.Hours, "TrainWarmPool"},
	{"APS3-TrainWarmPool:VolumeUsage.gp2", "ap-south-1", "TrainWarmPool", usage.Storage, "", "", usage.GBMonths, "TrainWarmPool:VolumeUsage.gp2"},
	{"APS3-Train:VolumeUsage.gp2", "ap-south-1", "Training", usage.Storage, "", "", usage.GBMonths, "Train:VolumeUsage.gp2"},
	{"CAN1-Processing:VolumeUsage.gp2", "ca-central-1", "Processing", usage.Storage, "", "", usage.GBMonths, "Processing:VolumeUsage.gp2"},
	{"CAN1-Processing:ml.m5.xlarge", "ca-central-1", "Processing", usage.Compute, "", "ml.m5.xlarge", usage.Hours, "Processing"},
	{"SAE1-Tsform:ml.c5.xlarge", "sa-east-1", "BatchTransform", usage.Compute, "", "ml.c5.xlarge", usage.Hours, "BatchTransform"},
	{"UGW1-Host:ml.inf2.xlarge", "us-gov-west-1", "Hosting", usage.Compute, "", "ml.inf2.xlarge", usage.Hours, "Hosting"},
	{"EU-Host:VolumeUsage.gp2", "eu-west-1", "Hosting", usage.Storage, "", "", usage.GBMonths, "Host:VolumeUsage.gp2"},
	{"EU-Hst:Data-Bytes-In", "eu-west-1", "Hosting", usage.Data, "", "", usage.Gigabytes, ""},
	{"EU-Hst:Data-Bytes-Out", "eu-west-1", "Hosting", usage.Data, "", "", usage.Gigabytes, ""},
	{"EUN1-AsyncInf:ml.g4dn.xlarge", "eu-north-1", "AsyncInf", usage.Compute, "", "ml.g4dn.xlarge", usage.Hours, "AsyncInf"},
	{"USE1-ServerlessInf:Mem-4GB", "us-east-1", "ServerlessInf", usage.Compute, "", "Mem-4GB", usage.Seconds, ""},
	{"USE1-ProvisionedConcurrency:Usage-6GB", "us-east-1", "ProvisionedConcurrency", usage.Compute, "", "Mem-6GB", usage.Seconds, "ProvisionedConcurrency"},
	{"USE1-ProvisionedConcurrency:Mem-1GB", "us-east-1", "ProvisionedConcurrency", usage.Compute, "", "Mem-1GB", usage.Seconds, ""},
	{"USE1-Cluster:ml.p5.48xlarge", "us-east-1", "Cluster", usage.Compute, "", "ml.p5.48xlarge", usage.Hours, "Cluster"},
	{"USE1-Cluster:VolumeUsage.gp2", "us-east-1", "Cluster", usage.Storage, "", "", usage.GBMonths, "Cluster:VolumeUsage.gp2"},
	{"Cluster-Reserved:ml.p6-b200.48xlarge", "", "Cluster-Reserved", usage.Compute, "", "ml.p6-b200.48xlarge", usage.Hours, "Cluster-Reserved"},
	{"USE1-Canvas:Session-Hrs", "us-east-1", "Canvas", usage.Compute, "", "", usage.Hours, "Canvas:Session-Hrs"},
	{"USE1-Canvas:CreateModelRequest-Tier0", "us-east-1", "Canvas", usage.Requests, "", "", usage.NumberOf, ""},
	{"USE1-Autopilot-RedshiftML:CreateModelRequest-Tier0", "us-east-1", "Autopilot", usage.Requests, "", "", usage.NumberOf, ""},
	{"USE1-FeatureStore:ReadRequestUnits", "us-east-1", "FeatureStore", usage.Requests, "", "", usage.NumberOf, ""},
	{"USE1-FeatureStore:WriteRequestUnits", "us-east-1", "FeatureStore", usage.Requests, "", "", usage.NumberOf, ""},
	{"USE1-FeatureStore:TimedAndPITRStorage", "us-east-1", "FeatureStore", usage.Storage, "", "", usage.GBMonths, "FeatureStore:TimedAndPITRStorage"},
	{"USE1-FeatureStore:InMemoryStorage", "us-east-1", "FeatureStore", usage.Storage, "", "", usage.GBMonths, "FeatureStore:InMemory"},
	{"EU-FeatureStore:ProvisionedReadCapacityUnits", "eu-west-1", "FeatureStore", usage.Requests, "", "", usage.NoneStated, "FeatureStore:ProvisionedReads"},
	{"EU-FeatureStore:ProvisionedWriteCapacityUnits", "eu-west-1", "FeatureStore", usage.Requests, "", "", usage.NoneStated, "FeatureStore:ProvisionedWrites"},
	{"USW2-Geospatial:NotebookCompute", "us-west-2", "Geospatial", usage.Compute, "", "", usage.Hours, ""},
	{"USW2-Geospatial:TimedStorage", "us-west-2", "Geospatial", usage.Storage, "", "", usage.GBMonths, ""},
	{"USE1-LabeledObject", "us-east-1", "Labeling", usage.Requests, "", "", usage.Objects, ""},
	{"USE1-TxtSpan", "us-east-1", "Labeling", usage.Requests, "", "", usage.Objects, ""},
	{"USE1-TxtClass", "us-east-1", "Labeling", usage.Requests, "", "", usage.Objects, ""},
	{"USE1-A2ICustom-Objects", "us-east-1", "A2I", usage.Requests, "", "", usage.Objects, ""},
	{"USE1-A2IRek-Objects", "us-east-1", "A2I", usage.Requests, "", "", usage.Objects, ""},
	{"USE1-A2ITextract-Objects", "us-east-1", "A2I", usage.Requests, "", "", usage.Objects, ""},
	{"USE1-MLflow:TrackingServerCompute-Small", "us-east-1", "MLflow", usage.Compute, "", "Small", usage.Hours, "MLflow:TrackingServerCompute"},
	{"USE1-PartnerApp", "us-east-1", "PartnerApp", usage.Compute, "", "", usage.Hours, "PartnerApp"},
	{"USE1-StorageIOUsage", "us-east-1", "StorageIO", usage.Requests, "", "", usage.NumberOf, ""},
	{"USE1-DataTransfer-Out-Bytes", "us-east-1", "DataTransfer", usage.Data, "", "", usage.Gigabytes, ""},
	{"USE1-EUC1-AWS-Out-Bytes", "us-east-1", "DataTransfer", usage.Data, "", "", usage.Gigabytes, ""},
	{"EUW3-TimedStorage-ByteHrs", "eu-west-3", "FileSystem", usage.Storage, "", "", usage.GBMonths, ""},
	{"EUW3-IATimedStorage-ByteHrs", "eu-west-3", "FileSystem", usage.Storage, "", "", usage.GBMonths, ""},
	{"ComputeSP:1yrNoUpfront", "", "SavingsPlan", usage.Commitment, "", "", usage.NoneStated, ""},
	{"MachineLearningSP:1yrNoUpfront", "", "SavingsPlan", usage.Commitment, "", "", usage.NoneStated, ""},

	// Without a region, and with one of which no name is known.
	{"Train:ml.m5.large", "", "Training", usage.Compute, "", "ml.m5.large", usage.Hours, "Training"},
	{"APS9-Train:ml.m5.large", "", "Training", usage.Compute, "", "ml.m5.large", usage.Hours, "Training"},

	// What is not known stays what it is.
	{"USE1-Studio:Rocket", "us-east-1", "Studio", usage.Other, "", "", usage.NoneStated, ""},
	{"USE1-Quantum:ml.q1.large", "us-east-1", usage.Unknown, usage.Other, "", "", usage.NoneStated, ""},
	{"XYZ9-Train:ml.m5.large", "", usage.Unknown, usage.Other, "", "", usage.NoneStated, ""},
	{"USE1-", "us-east-1", usage.Unknown, usage.Other, "", "", usage.NoneStated, ""},
	{"EU", "", usage.Unknown, usage.Other, "", "", usage.NoneStated, ""},
	{"", "", usage.Unknown, usage.Other, "", "", usage.NoneStated, ""},
}

func TestEveryForm(t *testing.T) {
	for _, want := range written {
		t.Run(want.Raw, func(t *testing.T) {
			if diff := cmp.Diff(want, usage.Parse(want.Raw, "", "")); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// The operation says what an unknown usage type pays for; of a known one it says nothing.
func TestOperationTellsTheClassOfWhatIsUnknown(t *testing.T) {
	for _, c := range []struct {
		usageType, operation, component string
		class                           usage.Class
	}{
		{"USE1-Quantum:ml.q1.large", "RunInstance", usage.Unknown, usage.Compute},
		{"USE1-Studio:Rocket", "CreateVolume-Gp3", "Studio", usage.Storage},
		{"", "Invoke-Endpoint", usage.Unknown, usage.Data},
		{"USE1-Host:VolumeUsage.gp2", "RunInstance", "Hosting", usage.Storage},
		{"USE1-Quantum", "CreateVolume", usage.Unknown, usage.Other},
	} {
		if u := usage.Parse(c.usageType, c.operation, ""); u.Component != c.component || u.Class != c.class {
			t.Errorf("%s by %s is %s %s, want %s %s", c.usageType, c.operation, u.Component, u.Class, c.component, c.class)
		}
	}
}

// The instance type of a product has the component behind it, and sometimes there is none.
func TestProductInstanceType(t *testing.T) {
	for _, c := range []struct{ usageType, product, want string }{
		{"USE1-Quantum", "ml.m5.xlarge-Hosting", "ml.m5.xlarge"},
		{"USE1-Quantum", "ml.m5.xlarge-hosting", "ml.m5.xlarge"},
		{"USE1-Quantum", "ml.p6-b200.48xlarge-Hosting", "ml.p6-b200.48xlarge"},
		{"USE1-Quantum", "NA", ""},
		{"USE1-Quantum", "", ""},
		{"USE1-Host:ml.c5.xlarge", "ml.m5.xlarge-Hosting", "ml.c5.xlarge"},
	} {
		if got := usage.Parse(c.usageType, "RunInstance", c.product).InstanceType; got != c.want {
			t.Errorf("%s with %q has %q, want %q", c.usageType, c.product, got, c.want)
		}
	}
	if got := usage.Parse("USE1-Host:VolumeUsage.gp2", "CreateVolume-Gp2", "ml.m5.xlarge-Hosting").InstanceType; got != "" {
		t.Errorf("a volume has the instance type %q", got)
	}
}

func TestAcceleratedFamilies(t *testing.T) {
	for _, family := range strings.Fields("p2 p3 p3dn p4d p4de p5 p5e p5en p6-b200 g3 g4dn g4ad g5 g5g g6 g6e g7e trn1 trn1n trn2 inf1 inf2 dl1 dl2q f1 vt1") {
		if !usage.Accelerated("ml." + family + ".48xlarge") {
			t.Errorf("%s has no accelerator", family)
		}
	}
	for _, instance := range []string{"ml.t3.medium", "ml.m5.large", "ml.c6gn.large", "ml.r7i.large", "ml.i3.large", "Mem-4GB", "Small", ""} {
		if usage.Accelerated(instance) {
			t.Errorf("%s has an accelerator", instance)
		}
	}
	if f := usage.Family("ml.p4de.24xlarge"); f != "p4de" {
		t.Errorf("family %q", f)
	}
}

// What the watch and the bill have in common they call the same.
func TestMetersAreThePriceListsWords(t *testing.T) {
	for _, want := range written {
		if want.Meter != "" && !slices.Contains(pricing.Components(), want.Meter) {
			t.Errorf("%s: the price list has no %s", want.Raw, want.Meter)
		}
	}
	for _, c := range pricing.Components() {
		if !slices.ContainsFunc(written, func(u usage.Usage) bool { return u.Meter == c }) && !unbilled[c] {
			t.Errorf("no usage type has the meter %s", c)
		}
	}
}

// unbilled is the file system's, which is no usage of SageMaker.
var unbilled = map[string]bool{"EFS:TimedStorage-ByteHrs": true}
