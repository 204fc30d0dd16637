package usage

import "slices"

// forms are tried in order: what is more precise stands first, what only the head is known of stands last with class Other.
// The spellings are those of bills and of the price list.
var forms = slices.Concat(
	// Studio. An application that is not named here has its own name.
	on("Studio:JupyterLab-", "Studio", "JupyterLab", "Studio-JupyterLab"),
	on("Studio:CodeEditor-", "Studio", "CodeEditor", "studio-codeeditor"),
	on("Studio:KernelGateway-", "Studio", "KernelGateway", "Studio-Notebook"),
	on("Studio:TensorBoard-", "Studio", "TensorBoard", "TensorBoard"),
	on("Studio:JupyterServer-", "Studio", "JupyterServer", ""),
	[]form{
		{head: "Studio:", rest: appOnInstance, component: "Studio", class: Compute, unit: Hours},
		{head: "Studio:VolumeUsage.gp3", component: "Studio", class: Storage, unit: GBMonths, meter: "Studio:VolumeUsage.gp3"},
	},
	volumes("Studio", "Studio"),
	[]form{{head: "UnifiedStudio:", rest: appOnInstance, component: "UnifiedStudio", class: Compute, unit: Hours}},
	volumes("UnifiedStudio", "UnifiedStudio"),

	// Data Wrangler, interactive and as jobs.
	on("Studio_DW:KernelGateway-", "DataWrangler", "KernelGateway", "Studio"),
	on("Studio_DW:", "DataWrangler", "", "Studio"),
	on("DataWrangler:", "DataWrangler", "", ""),
	on("Processing_DW:", "Processing_DW", "", "Processing_DW"),

	// RStudio, which is no Studio.
	on("RStudio:RServer-", "RStudio", "RServer", "RStudio:RServer"),
	on("RStudio:RSessionGateway-", "RStudio", "RSessionGateway", "RStudio:RSessionGateway"),
	on("RStudio:RSession-", "RStudio", "RSession", "RStudio:RSession"),
	[]form{{head: "RStudio:", rest: appOnInstance, component: "RStudio", class: Compute, unit: Hours}},
	volumes("RStudio", "RStudio"),

	// What runs on instances of its own.
	machines("Notebk", "Notebook", "Notebk:VolumeUsage.gp2"),
	machines("Train", "Training", "Train:VolumeUsage.gp2"),
	machines("TrSpt", "SpotTraining", ""),
	machines("TrainWarmPool", "TrainWarmPool", "TrainWarmPool:VolumeUsage.gp2"),
	machines("Processing", "Processing", "Processing:VolumeUsage.gp2"),
	machines("Tsform", "BatchTransform", ""),
	machines("Host", "Hosting", "Host:VolumeUsage.gp2"),
	machines("AsyncInf", "AsyncInf", ""),
	machines("Cluster", "Cluster", "Cluster:VolumeUsage.gp2"),
	machines("Cluster-Reserved", "Cluster-Reserved", ""),

	[]form{
		{head: "Hst:Data-Bytes-In", component: "Hosting", class: Data, unit: Gigabytes},
		{head: "Hst:Data-Bytes-Out", component: "Hosting", class: Data, unit: Gigabytes},
		{head: "ServerlessInf:Mem-", rest: memory, component: "ServerlessInf", class: Compute, unit: Seconds},
		// Warm concurrency bills twice: while it stands, and while it answers.
		{head: "ProvisionedConcurrency:Usage-", rest: memory, component: "ProvisionedConcurrency", class: Compute, unit: Seconds, meter: "ProvisionedConcurrency"},
		{head: "ProvisionedConcurrency:Mem-", rest: memory, component: "ProvisionedConcurrency", class: Compute, unit: Seconds},

		{head: "Canvas:Session-Hrs", component: "Canvas", class: Compute, unit: Hours, meter: "Canvas:Session-Hrs"},
		{head: "Canvas:CreateModelRequest-", rest: anything, component: "Canvas", class: Requests, unit: NumberOf},
		{head: "Autopilot-RedshiftML:", rest: anything, component: "Autopilot", class: Requests, unit: NumberOf},
		{head: "FeatureStore:ReadRequestUnits", component: "FeatureStore", class: Requests, unit: NumberOf},
		{head: "FeatureStore:WriteRequestUnits", component: "FeatureStore", class: Requests, unit: NumberOf},
		{head: "FeatureStore:TimedAndPITRStorage", component: "FeatureStore", class: Storage, unit: GBMonths, meter: "FeatureStore:TimedAndPITRStorage"},
		// How these are spelled was not checked against a bill.
		{head: "FeatureStore:InMemoryStorage", component: "FeatureStore", class: Storage, unit: GBMonths, meter: "FeatureStore:InMemory"},
		{head: "FeatureStore:ProvisionedReadCapacityUnits", component: "FeatureStore", class: Requests, meter: "FeatureStore:ProvisionedReads"},
		{head: "FeatureStore:ProvisionedWriteCapacityUnits", component: "FeatureStore", class: Requests, meter: "FeatureStore:ProvisionedWrites"},
		{head: "Geospatial:NotebookCompute", rest: anything, component: "Geospatial", class: Compute, unit: Hours},
		{head: "Geospatial:TimedStorage", rest: anything, component: "Geospatial", class: Storage, unit: GBMonths},
		{head: "MLflow:TrackingServerCompute-", rest: sized, component: "MLflow", class: Compute, unit: Hours, meter: "MLflow:TrackingServerCompute"},
		{head: "PartnerApp", rest: anything, component: "PartnerApp", class: Compute, unit: Hours, meter: "PartnerApp"},

		// People who label.
		{head: "LabeledObject", rest: anything, component: "Labeling", class: Requests, unit: Objects},
		{head: "TxtSpan", rest: anything, component: "Labeling", class: Requests, unit: Objects},
		{head: "TxtClass", rest: anything, component: "Labeling", class: Requests, unit: Objects},
		{head: "A2ICustom-Objects", component: "A2I", class: Requests, unit: Objects},
		{head: "A2IRek-Objects", component: "A2I", class: Requests, unit: Objects},
		{head: "A2ITextract-Objects", component: "A2I", class: Requests, unit: Objects},

		// What SageMaker's bill shares with other services: to another region, its code stands between.
		{head: "StorageIOUsage", rest: anything, component: "StorageIO", class: Requests, unit: NumberOf},
		{head: "DataTransfer-", rest: anything, component: "DataTransfer", class: Data, unit: Gigabytes},
		{head: "AWS-In-Bytes", rest: before, component: "DataTransfer", class: Data, unit: Gigabytes},
		{head: "AWS-Out-Bytes", rest: before, component: "DataTransfer", class: Data, unit: Gigabytes},
		// File systems: a domain's home is in EFS.
		{head: "TimedStorage-ByteHrs", rest: before, component: "FileSystem", class: Storage, unit: GBMonths},
		{head: "TimedStorage-Z-ByteHrs", rest: before, component: "FileSystem", class: Storage, unit: GBMonths},
		// The fees of savings plans.
		{head: "ComputeSP:", rest: anything, component: "SavingsPlan", class: Commitment},
		{head: "MachineLearningSP:", rest: anything, component: "SavingsPlan", class: Commitment},
		{head: "SageMakerSP:", rest: anything, component: "SavingsPlan", class: Commitment},
		{head: "MLSP:", rest: anything, component: "SavingsPlan", class: Commitment},
	},

	// Of these the head is known and the rest is not.
	heads("Studio:", "Studio"), heads("UnifiedStudio:", "UnifiedStudio"), heads("RStudio:", "RStudio"),
	heads("Studio_DW", "DataWrangler"), heads("DataWrangler", "DataWrangler"), heads("Processing_DW", "Processing_DW"),
	heads("Notebk:", "Notebook"), heads("Train:", "Training"), heads("TrSpt:", "SpotTraining"), heads("TrainWarmPool:", "TrainWarmPool"),
	heads("Processing:", "Processing"), heads("Tsform:", "BatchTransform"), heads("Host:", "Hosting"), heads("Hst:", "Hosting"), heads("AsyncInf:", "AsyncInf"),
	heads("Cluster-Reserved", "Cluster-Reserved"), heads("Cluster:", "Cluster"),
	heads("ServerlessInf", "ServerlessInf"), heads("ProvisionedConcurrency", "ProvisionedConcurrency"),
	heads("Canvas", "Canvas"), heads("Autopilot", "Autopilot"), heads("FeatureStore", "FeatureStore"), heads("Geospatial", "Geospatial"),
	heads("MLflow", "MLflow"), heads("A2I", "A2I"),
)

// on is an application or a use on an instance.
func on(head, component, app, meter string) []form {
	return []form{{head: head, rest: onInstance, component: component, class: Compute, unit: Hours, app: app, meter: meter}}
}

// machines are the instances of a use and their volumes, of which the price list may know one.
func machines(head, component, priced string) []form {
	all := on(head+":", component, "", component)
	if priced != "" {
		all = append(all, form{head: priced, component: component, class: Storage, unit: GBMonths, meter: priced})
	}
	return append(all, volumes(head, component)...)
}

// volumes are the volumes of a use, of any type.
func volumes(head, component string) []form {
	return []form{{head: head + ":VolumeUsage", rest: volume, component: component, class: Storage, unit: GBMonths}}
}

func heads(head, component string) []form {
	return []form{{head: head, rest: anything, component: component, class: Other}}
}
