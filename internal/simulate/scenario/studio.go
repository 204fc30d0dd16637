package scenario

// A Domain is a Studio domain.
type Domain struct {
	Life `yaml:",inline"`
	// ID is the domain's id, such as d-awkward.
	ID string `yaml:"id" jsonschema:"required"`
	// Name is the domain's name; the id when left out.
	Name string `yaml:"name"`
	// AuthMode is how people sign in; IAM when left out.
	AuthMode string `yaml:"authMode" jsonschema:"enum=IAM,enum=SSO"`
	// HomeEFS is the id of the file system of the people's homes; made up from the domain's id when left out.
	HomeEFS string `yaml:"homeEFS"`
	// TagPropagation is whether what is launched inherits tags; DISABLED when left out, as AWS has it.
	TagPropagation string `yaml:"tagPropagation" jsonschema:"enum=ENABLED,enum=DISABLED"`
	// UserSettings is what user profiles have that say nothing else, spelled as DescribeDomain spells DefaultUserSettings.
	UserSettings Members `yaml:"userSettings"`
	// SpaceSettings is what shared spaces have that say nothing else, spelled as DescribeDomain spells DefaultSpaceSettings.
	SpaceSettings Members `yaml:"spaceSettings"`
	// Settings are the domain's own, spelled as DescribeDomain spells DomainSettings.
	Settings Members `yaml:"settings"`
	// Heartbeats says whether the agent runs in the domain's apps.
	Heartbeats bool `yaml:"heartbeats"`
	// Users are the user profiles.
	Users []User `yaml:"users"`
	// Spaces are the Studio spaces.
	Spaces []Space `yaml:"spaces"`
	// Apps are the apps of users and spaces.
	Apps []App `yaml:"apps"`
}

// A User is a user profile.
type User struct {
	Life `yaml:",inline"`
	// Name is the user profile's name.
	Name string `yaml:"name" jsonschema:"required"`
	// SSOUser is who signs in to it through IAM Identity Center.
	SSOUser string `yaml:"ssoUser"`
	// Settings go before the domain's, spelled as DescribeUserProfile spells UserSettings.
	Settings Members `yaml:"settings"`
}

// A Space is a Studio space.
type Space struct {
	Life `yaml:",inline"`
	// Name is the space's name.
	Name string `yaml:"name" jsonschema:"required"`
	// Owner is the user profile that owns it.
	Owner string `yaml:"owner"`
	// AppType is what runs in it.
	AppType string `yaml:"appType" jsonschema:"enum=JupyterLab,enum=CodeEditor,enum=JupyterServer,enum=KernelGateway"`
	// Sharing is Private when left out.
	Sharing string `yaml:"sharing" jsonschema:"enum=Private,enum=Shared"`
	// VolumeGB is the size of its disk.
	VolumeGB int32 `yaml:"volumeGB"`
	// Settings go before the user's and the domain's, spelled as DescribeSpace spells SpaceSettings.
	Settings Members `yaml:"settings"`
}

// An App is a Studio app of a user or of a space.
type App struct {
	Life `yaml:",inline"`
	// User is the user profile that runs it; either user or space.
	User string `yaml:"user"`
	// Space is the space that it runs in; either user or space.
	Space string `yaml:"space"`
	// Type is the app's type.
	Type string `yaml:"type" jsonschema:"required,enum=JupyterServer,enum=KernelGateway,enum=JupyterLab,enum=CodeEditor,enum=Canvas,enum=RStudioServerPro,enum=RSessionGateway,enum=TensorBoard,enum=DetailedProfiler"`
	// Name is the app's name; default when left out.
	Name string `yaml:"name"`
	// InstanceType is system for a JupyterServer and ml.t3.medium for others when left out.
	InstanceType string `yaml:"instanceType"`
	// Spec is its image and its lifecycle script, spelled as DescribeApp spells ResourceSpec.
	Spec Members `yaml:"spec"`
	// LifecycleConfig is the ARN of the lifecycle configuration that SageMaker itself runs in it.
	LifecycleConfig string `yaml:"lifecycleConfig"`
	// Status is InService when left out.
	Status string `yaml:"status" jsonschema:"enum=Deleted,enum=Deleting,enum=Failed,enum=InService,enum=Pending"`
	// LastUserActivity is what DescribeApp says; the instant of the call when left out, as AWS does.
	LastUserActivity Instant `yaml:"lastUserActivity"`
	// LastHealthCheck is what DescribeApp says; the instant of the call when left out.
	LastHealthCheck Instant `yaml:"lastHealthCheck"`
	// Relaunches are when it was created again under its name, as Canvas is by itself.
	Relaunches []Instant `yaml:"relaunches"`
	// Use is the truth: when the app is really used.
	Use *Activity `yaml:"use"`
	// Log is when it writes to its log stream; derived from the type and the use when left out.
	Log *Activity `yaml:"log"`
	// Logs switches the derived stream off (none), or leaves it without events (empty).
	Logs string `yaml:"logs" jsonschema:"enum=none,enum=empty"`
	// Heartbeat says whether the agent runs in the app; as the domain says when left out.
	Heartbeat *bool `yaml:"heartbeat"`
	// HeartbeatUntil is when the agent stopped.
	HeartbeatUntil Instant `yaml:"heartbeatUntil"`
	// Metrics switches the derived series off.
	Metrics string `yaml:"metrics" jsonschema:"enum=none"`
}
