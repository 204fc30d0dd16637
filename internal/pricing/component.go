package pricing

import (
	"fmt"
	"strings"
)

// The uses of an instance, as the price list's attribute platoinstancetype spells them (seen in public readers of the
// list, such as the one behind ec2instances.info). studio-codeeditor is lower case there, too.
const (
	ComponentHosting         = "Hosting"
	ComponentAsyncInference  = "AsyncInf"
	ComponentBatchTransform  = "BatchTransform"
	ComponentJupyterLab      = "Studio-JupyterLab"
	ComponentCodeEditor      = "studio-codeeditor"
	ComponentKernelGateway   = "Studio-Notebook"
	ComponentDataWrangler    = "Studio"
	ComponentTensorBoard     = "TensorBoard"
	ComponentRStudioServer   = "RStudio:RServer"
	ComponentRStudioSession  = "RStudio:RSession"
	ComponentRStudioGateway  = "RStudio:RSessionGateway"
	ComponentNotebook        = "Notebook"
	ComponentTraining        = "Training"
	ComponentSpotTraining    = "SpotTraining"
	ComponentProcessing      = "Processing"
	ComponentHyperPodCluster = "Cluster"
	// ComponentDataWranglerJob is a processing job that runs a Data Wrangler flow.
	ComponentDataWranglerJob = "Processing_DW"
	// ComponentReservedCluster is a HyperPod instance under a training plan.
	ComponentReservedCluster = "Cluster-Reserved"
)

// ComponentWarmPool is an instance that is retained between training jobs. It is named by its usage type, for which
// AWS's own dashboards (CUDOS) vouch. Whether these products have a platoinstancetype is not known, and does not matter.
const ComponentWarmPool = "TrainWarmPool"

// The volumes, by the GB and named by usage type. A key of theirs has no instance type.
const (
	// These are spelled as in readings of the list.
	ComponentNotebookVolume = "Notebk:VolumeUsage.gp2"
	ComponentSpaceVolume    = "Studio:VolumeUsage.gp3"
	ComponentEndpointVolume = "Host:VolumeUsage.gp2"
	// ComponentHyperPodVolume is spelled as one guide to bills does.
	ComponentHyperPodVolume = "Cluster:VolumeUsage.gp2"
	// ComponentProcessingVolume is in AWS's documentation without its end; bills have it under CreateVolume-Gp2.
	ComponentProcessingVolume = "Processing:VolumeUsage.gp2"
	// Of these, bills show that they exist under CreateVolume-Gp2, each with a price of its own. The spelling follows the
	// others and was not checked.
	ComponentTrainingVolume = "Train:VolumeUsage.gp2"
	ComponentWarmPoolVolume = "TrainWarmPool:VolumeUsage.gp2"
)

// ComponentHomeDirectory is a domain's file system, by the GB, in EFS's standard storage class of several zones. It is
// on the price list of AmazonEFS, where its usage type is TimedStorage-ByteHrs; the name before the colon is ours. Its
// infrequent-access and one-zone classes are other products.
const ComponentHomeDirectory = "EFS:TimedStorage-ByteHrs"

// ComponentFeatureStore is the storage of a standard online store, by the GB. Its usage type is in bills.
const ComponentFeatureStore = "FeatureStore:TimedAndPITRStorage"

// ComponentCanvas is an hour of a Canvas session, whatever it does. AWS's documentation names the usage type and the
// unit. A key of it has no instance type.
const ComponentCanvas = "Canvas:Session-Hrs"

// ComponentMLflowServer is a tracking server; its size (Small, Medium, Large) stands in place of the instance type. A
// bill has the usage type MLflow:TrackingServerCompute-Small; that the other sizes are spelled alike was not checked.
const ComponentMLflowServer = "MLflow:TrackingServerCompute"

// What bills by standing time too, but under names of the price list that nobody has published. The names are ours, and
// the rates are unknown unless a price file gives them.
const (
	// ComponentPartnerApp is a partner app; see PartnerAppType.
	ComponentPartnerApp = "PartnerApp"
	// ComponentFeatureStoreInMemory is the storage of an in-memory online store, by the GB.
	ComponentFeatureStoreInMemory = "FeatureStore:InMemory"
	// ComponentFeatureStoreReads and ComponentFeatureStoreWrites are a unit of provisioned throughput.
	ComponentFeatureStoreReads  = "FeatureStore:ProvisionedReads"
	ComponentFeatureStoreWrites = "FeatureStore:ProvisionedWrites"
)

// ComponentProvisionedConcurrency is what a serverless variant pays for keeping concurrency warm, per unit of it; the
// instance type is then ServerlessType. The name is ours, for these products have no platoinstancetype.
//
// Public readers of the list agree on the product family "ML Serverless", the unit "seconds", the sizes 1 to 6 GB and
// the usage types ServerlessInf:Mem-4GB (a request on demand) and ProvisionedConcurrency:Mem-4GB (a request on warm
// concurrency, group ServerlessProvisionedConcurrency-Duration). That the standing charge is
// ProvisionedConcurrency:Usage-4GB (group ServerlessProvisionedConcurrency-Usage) rests on one reader and on the names
// in bills; it was not checked against AWS. A request's price never stands in for it.
const ComponentProvisionedConcurrency = "ProvisionedConcurrency"

// ServerlessType is the instance type of a serverless variant with that memory, which is in whole GB: "Mem-4GB" for 4096.
func ServerlessType(memoryMB int32) string { return fmt.Sprintf("Mem-%dGB", memoryMB/1024) }

// PartnerAppType is the instance type of a partner app: its type and tier as the API spells them, "comet/small".
func PartnerAppType(app, tier string) string { return app + "/" + tier }

// A component is how the price list holds what a Component names.
type component struct {
	name string
	// typed says that there is a price for each instance type, size or the like.
	typed    bool
	per      measure
	question question
}

var components = []component{
	use(ComponentHosting), use(ComponentAsyncInference), use(ComponentBatchTransform),
	use(ComponentJupyterLab), use(ComponentCodeEditor), use(ComponentKernelGateway), use(ComponentDataWrangler), use(ComponentTensorBoard),
	use(ComponentRStudioServer), use(ComponentRStudioSession), use(ComponentRStudioGateway),
	use(ComponentNotebook), use(ComponentTraining), use(ComponentSpotTraining),
	use(ComponentProcessing), use(ComponentDataWranglerJob), use(ComponentHyperPodCluster), use(ComponentReservedCluster),

	{ComponentNotebookVolume, false, perGB, volumes},
	{ComponentSpaceVolume, false, perGB, volumes},
	{ComponentEndpointVolume, false, perGB, volumes},
	{ComponentHyperPodVolume, false, perGB, volumes},
	{ComponentProcessingVolume, false, perGB, volumes},
	{ComponentTrainingVolume, false, perGB, volumes},
	{ComponentWarmPoolVolume, false, perGB, volumes},
	{ComponentHomeDirectory, false, perGB, usage(elasticFileSystem, "TimedStorage-ByteHrs")},
	{ComponentFeatureStore, false, perGB, usage(sageMaker, ComponentFeatureStore)},

	{ComponentWarmPool, true, perHour, usage(sageMaker, ComponentWarmPool+":ml.")},
	{ComponentMLflowServer, true, perHour, usage(sageMaker, ComponentMLflowServer)},
	{ComponentCanvas, false, perHour, usage(sageMaker, ComponentCanvas)},
	{ComponentProvisionedConcurrency, true, perSecond, serverless},

	{ComponentPartnerApp, true, perHour, question{}},
	{ComponentFeatureStoreInMemory, false, perGB, question{}},
	{ComponentFeatureStoreReads, false, perHour, question{}},
	{ComponentFeatureStoreWrites, false, perHour, question{}},
}

// use is a component that is named by platoinstancetype.
func use(name string) component { return component{name, true, perHour, platoinstancetype(name)} }

// Components are the names of all components that this package knows. A price file may have others.
func Components() []string {
	names := make([]string, 0, len(components))
	for _, c := range components {
		names = append(names, c.name)
	}
	return names
}

// componentOf finds a component in any case. One that is not known is taken for a platoinstancetype that is new.
func componentOf(name string) component {
	for _, c := range components {
		if strings.EqualFold(c.name, name) {
			return c
		}
	}
	return use(name)
}

// list is the price list that the component is on, in a sentence.
func (c component) list() string {
	if c.question.service == elasticFileSystem {
		return "EFS"
	}
	return "SageMaker"
}
