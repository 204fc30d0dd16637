package pricing

import (
	"fmt"
	"strings"
)

// The components: what an instance is used for, as the price list's attribute platoinstancetype spells it (seen in
// public readers of the list, such as the one behind ec2instances.info). studio-codeeditor is lower case there, too.
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
	ComponentProcessing      = "Processing"
	ComponentHyperPodCluster = "Cluster"
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

// spelled is the component as the price list spells it: filters of GetProducts need not ignore case.
func spelled(component string) string {
	for _, known := range [...]string{
		ComponentHosting, ComponentAsyncInference, ComponentBatchTransform, ComponentJupyterLab, ComponentCodeEditor,
		ComponentKernelGateway, ComponentDataWrangler, ComponentTensorBoard, ComponentRStudioServer, ComponentRStudioSession,
		ComponentRStudioGateway, ComponentNotebook, ComponentTraining, ComponentProcessing, ComponentHyperPodCluster,
		ComponentProvisionedConcurrency,
	} {
		if strings.EqualFold(component, known) {
			return known
		}
	}
	return component
}
