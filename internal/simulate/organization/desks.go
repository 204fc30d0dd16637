package organization

// A desk is what one person has running.
type desk struct {
	name string
	// weight is its share among the desks beyond the first of each sort; zero for what is rare.
	weight int
	needs  needs
	apps   []appPlan
}

// needs says in which domains a desk shows what it is there for.
type needs int

const (
	anywhere needs = iota
	covered
	uncovered
)

// An appPlan is an app of a desk.
type appPlan struct {
	appType string
	// name is "default" when empty. A name that ends in - is completed with instance type and hash, as Studio Classic does.
	name string
	home home
	// machines are instance types to choose from; the apps of a desk with the same list share the choice.
	machines []string
	habit    habit
	log      logging
	// bootLog adds the stream of the start-up script.
	bootLog bool
	// stale stops the heartbeat while the app is in use.
	stale    bool
	vanishes bool
	status   string
}

// home is where an app runs.
type home int

const (
	ownProfile home = iota
	privateSpace
	sharedSpace
	domainProfile
)

const (
	jupyterServer = "JupyterServer"
	kernelGateway = "KernelGateway"
	jupyterLab    = "JupyterLab"
	codeEditor    = "CodeEditor"
	canvas        = "Canvas"
	rstudioServer = "RStudioServerPro"
	rstudioGate   = "RSessionGateway"
	tensorBoard   = "TensorBoard"
	profiler      = "DetailedProfiler"
)

var (
	laptops  = []string{"ml.t3.medium", "ml.t3.large", "ml.m5.large", "ml.m5.xlarge"}
	benches  = []string{"ml.m5.2xlarge", "ml.m5.4xlarge", "ml.r5.2xlarge", "ml.g4dn.xlarge"}
	trainers = []string{"ml.g4dn.2xlarge", "ml.g5.xlarge", "ml.g5.2xlarge"}
	wrangler = []string{"ml.m5.4xlarge"}
	small    = []string{"ml.t3.medium"}
	boards   = []string{"ml.r5.large"}
)

// Images of Studio Classic kernels, as they begin app names.
const (
	dataScience  = "datascience-1-0-"
	pyTorch      = "pytorch-1-13-gpu-"
	tensorFlow   = "tensorflow-2-6-cpu-"
	dataWrangler = "sagemaker-data-wrang-"
)

// server is the free app under every Studio Classic desk.
var server = appPlan{appType: jupyterServer, habit: daily}

var desks = []desk{
	{name: "laboratory", weight: 26, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: laptops, habit: daily}}},
	{name: "laboratory on a bench", weight: 6, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: benches, habit: daily}}},
	{name: "laboratory on some days", weight: 5, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: laptops, habit: someDays}}},
	{name: "laboratory left running", weight: 5, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: benches, habit: forgotten}}},
	{name: "laboratory to be left", weight: 4, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: laptops, habit: leaving}}},
	{name: "laboratory never opened", weight: 1, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: laptops, habit: never}}},
	{name: "laboratory that trains", weight: 3, needs: covered, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: trainers, habit: training}}},
	{name: "laboratory starting", apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: laptops, habit: starting, status: "Pending"}}},
	{name: "shared laboratory", weight: 3, apps: []appPlan{{appType: jupyterLab, home: sharedSpace, machines: benches, habit: together}}},
	{name: "shared laboratory left running", weight: 1, apps: []appPlan{{appType: jupyterLab, home: sharedSpace, machines: benches, habit: forgotten}}},
	{name: "editor", weight: 12, apps: []appPlan{{appType: codeEditor, home: privateSpace, machines: laptops, habit: daily, bootLog: true}}},
	{name: "editor left running", weight: 3, apps: []appPlan{{appType: codeEditor, home: privateSpace, machines: laptops, habit: forgotten, bootLog: true}}},
	{name: "shared editor", weight: 1, apps: []appPlan{{appType: codeEditor, home: sharedSpace, machines: laptops, habit: together}}},

	{name: "kernel", weight: 12, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: laptops, habit: daily}}},
	{name: "kernel left running", weight: 5, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: benches, habit: forgotten}}},
	{name: "kernels on one instance", weight: 3, apps: []appPlan{server,
		{appType: kernelGateway, name: dataScience, machines: benches, habit: daily},
		{appType: kernelGateway, name: tensorFlow, machines: benches, habit: forgotten},
		{appType: kernelGateway, name: pyTorch, machines: benches, habit: never}}},
	{name: "kernels left on one instance", weight: 1, apps: []appPlan{server,
		{appType: kernelGateway, name: dataScience, machines: laptops, habit: forgotten},
		{appType: kernelGateway, name: tensorFlow, machines: laptops, habit: forgotten}}},
	{name: "data wrangler", weight: 1, apps: []appPlan{server, {appType: kernelGateway, name: dataWrangler, machines: wrangler, habit: daily}}},
	{name: "data wrangler forgotten", weight: 3, apps: []appPlan{server, {appType: kernelGateway, name: dataWrangler, machines: wrangler, habit: forgotten}}},
	{name: "app-1 used, app-10 not", needs: uncovered, apps: []appPlan{server,
		{appType: kernelGateway, name: "app-1", machines: laptops, habit: daily},
		{appType: kernelGateway, name: "app-10", machines: laptops, habit: forgotten}}},
	{name: "app-10 used, app-1 not", needs: uncovered, apps: []appPlan{server,
		{appType: kernelGateway, name: "app-1", machines: laptops, habit: forgotten},
		{appType: kernelGateway, name: "app-10", machines: laptops, habit: daily}}},
	{name: "boot log sorts last", needs: uncovered, weight: 1, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: laptops, habit: daily, bootLog: true}}},
	{name: "silent training", needs: uncovered, weight: 1, apps: []appPlan{server, {appType: kernelGateway, name: pyTorch, machines: trainers, habit: training}}},
	{name: "silent training watched", needs: covered, weight: 2, apps: []appPlan{server, {appType: kernelGateway, name: pyTorch, machines: trainers, habit: training}}},
	{name: "chatty", needs: uncovered, weight: 2, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: laptops, habit: forgotten, log: chatty}}},
	{name: "chatty watched", needs: covered, weight: 1, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: laptops, habit: forgotten, log: chatty}}},
	{name: "without a stream", needs: uncovered, weight: 1, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: laptops, habit: daily, log: missing}}},
	{name: "with an empty stream", needs: uncovered, weight: 1, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: laptops, habit: daily, log: empty}}},
	{name: "vanishing", needs: uncovered, apps: []appPlan{{appType: kernelGateway, name: dataScience, machines: laptops, habit: forgotten, vanishes: true}}},
	{name: "heartbeat stopped", needs: covered, weight: 2, apps: []appPlan{{appType: jupyterLab, home: privateSpace, machines: laptops, habit: daily, stale: true}}},
	{name: "kernel's heartbeat stopped", needs: covered, weight: 1, apps: []appPlan{server, {appType: kernelGateway, name: dataScience, machines: laptops, habit: daily, stale: true}}},

	{name: "canvas", weight: 3, apps: []appPlan{{appType: canvas, habit: daily}}},
	{name: "canvas left running", weight: 2, apps: []appPlan{{appType: canvas, habit: forgotten}}},
	{name: "rstudio", weight: 3, apps: []appPlan{
		{appType: rstudioServer, home: domainProfile, machines: small, habit: together},
		{appType: rstudioGate, machines: small, habit: daily}}},
	{name: "rstudio session left running", weight: 1, apps: []appPlan{{appType: rstudioGate, machines: laptops[:1], habit: forgotten}}},
	{name: "tensorboard", weight: 1, apps: []appPlan{{appType: tensorBoard, machines: boards, habit: forgotten}}},
	{name: "profiler", apps: []appPlan{{appType: profiler, machines: small, habit: never}}},
}

// machines are the instance types that the desk's own apps may have.
func (d desk) machines() []string {
	for _, a := range d.apps {
		if a.machines != nil {
			return a.machines
		}
	}
	return []string{""}
}
