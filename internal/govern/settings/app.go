package settings

import (
	"maps"
	"slices"
)

// Apps are the settings of app types, by their names in the API.
type Apps map[string]App

// The app types that have settings here. Notebook stands for a notebook instance, which is its own only app.
const (
	JupyterLab    = "JupyterLab"
	CodeEditor    = "CodeEditor"
	JupyterServer = "JupyterServer"
	KernelGateway = "KernelGateway"
	Notebook      = "NotebookInstance"
)

// App is what one place says of an app type; a zero field says nothing.
type App struct {
	Idle Idle `json:"idle,omitzero"`
	// Scripts are the ARNs of the lifecycle configurations to choose from, and Script the one that is taken by default. A notebook instance has one,
	// and knows it by its name.
	Scripts []string `json:"lifecycleConfigArns,omitempty"`
	Script  string   `json:"default,omitempty"`
	// BuiltIn is the ARN of the lifecycle configuration that runs before whichever is chosen, and always.
	BuiltIn string `json:"builtIn,omitempty"`
	Image   Image  `json:"image,omitzero"`
	// Instance is the type that an app runs on by default.
	Instance string `json:"instanceType,omitempty"`
}

// Idle is the native idle shutdown, in minutes.
type Idle struct {
	// Management is ENABLED or DISABLED, in capitals as the API has it.
	Management string `json:"lifecycleManagement,omitempty"`
	Minutes    int32  `json:"idleTimeoutInMinutes,omitempty"`
	Min        int32  `json:"minIdleTimeoutInMinutes,omitempty"`
	Max        int32  `json:"maxIdleTimeoutInMinutes,omitempty"`
}

// An Image is what an app starts from by default. Without an ARN it is Studio's own newest.
type Image struct {
	ARN        string `json:"arn,omitempty"`
	Version    string `json:"version,omitempty"`
	VersionARN string `json:"versionArn,omitempty"`
}

// Equal reports whether both say the same.
func (a App) Equal(b App) bool {
	return a.Idle == b.Idle && slices.Equal(a.Scripts, b.Scripts) && a.Script == b.Script && a.BuiltIn == b.BuiltIn && a.Image == b.Image && a.Instance == b.Instance
}

// Became reports whether the place says what it was to say after a change. What the change did not concern may be anything, and so may what AWS fills in of itself.
func (a App) Became(before, after App) bool {
	idle := before.Idle == after.Idle || a.Idle.Management == after.Idle.Management &&
		(after.Idle.Minutes == 0 || a.Idle.Minutes == after.Idle.Minutes) && (after.Idle.Min == 0 || a.Idle.Min == after.Idle.Min) && (after.Idle.Max == 0 || a.Idle.Max == after.Idle.Max)
	scripts := slices.Equal(before.Scripts, after.Scripts) || slices.Equal(a.Scripts, after.Scripts)
	return idle && scripts && became(a.Script, before.Script, after.Script) && became(a.BuiltIn, before.BuiltIn, after.BuiltIn) &&
		became(a.Image.ARN, before.Image.ARN, after.Image.ARN) && became(a.Instance, before.Instance, after.Instance)
}

func became(is, before, after string) bool { return before == after || is == after }

// Over lays what a nearer place says over what a farther one does, field by field.
func (a App) Over(far App) App {
	if i := a.Idle; i.Management != "" {
		far.Idle.Management = i.Management
	}
	for _, m := range []struct {
		near int32
		far  *int32
	}{{a.Idle.Minutes, &far.Idle.Minutes}, {a.Idle.Min, &far.Idle.Min}, {a.Idle.Max, &far.Idle.Max}} {
		if m.near != 0 {
			*m.far = m.near
		}
	}
	if len(a.Scripts) > 0 {
		far.Scripts = a.Scripts
	}
	for _, m := range []struct {
		near string
		far  *string
	}{{a.Script, &far.Script}, {a.BuiltIn, &far.BuiltIn}, {a.Instance, &far.Instance}} {
		if m.near != "" {
			*m.far = m.near
		}
	}
	if a.Image != (Image{}) {
		far.Image = a.Image
	}
	return far
}

// Over lays the settings of a nearer place over those of a farther one, app type by app type.
func (apps Apps) Over(far Apps) Apps {
	all := maps.Clone(far)
	if all == nil {
		all = Apps{}
	}
	for t, a := range apps {
		all[t] = a.Over(far[t])
	}
	return all
}

// An Attachment is how a lifecycle configuration is attached.
type Attachment struct {
	ARN string
	// BuiltIn takes the slot that runs before the default, where the place has one.
	BuiltIn bool
	// Replace takes the place of another default, or of what is in the slot.
	Replace bool
}

// Attach is what a place says with one more lifecycle configuration. What others have attached stays, and so does their default unless it is to be replaced. Far
// is what the place would take from farther ones: a place that names lifecycle configurations of its own no longer has those, so that it is given
// them, with the default, the instance type and the image that go with it.
func (a App) Attach(far App, h Attachment) App {
	if h.BuiltIn {
		if (a.Over(far).BuiltIn == "") || h.Replace {
			a.BuiltIn = h.ARN
		}
	}
	if len(a.Scripts) == 0 {
		a.Scripts = far.Scripts
	}
	if !slices.Contains(a.Scripts, h.ARN) {
		a.Scripts = append(slices.Clone(a.Scripts), h.ARN)
	}
	if a.Script == "" {
		a.Script = far.Script
	}
	if !h.BuiltIn && (a.Script == "" || h.Replace) {
		a.Script = h.ARN
	}
	if a.Image == (Image{}) && a.Instance == "" {
		a.Image, a.Instance = far.Image, far.Instance
	}
	return a
}

// Choose is what a space says that takes another lifecycle configuration by default: spaces choose among those of farther places.
func (a App) Choose(far App, h Attachment) App {
	if taken := a.Over(far).Script; taken == h.ARN || taken != "" && !h.Replace {
		return a
	}
	a.Script = h.ARN
	if a.Image == (Image{}) && a.Instance == "" {
		a.Image, a.Instance = far.Image, far.Instance
	}
	return a
}

// Detach is what a place says without the lifecycle configurations that are meant.
func (a App) Detach(meant func(arn string) bool) App {
	a.Scripts = slices.DeleteFunc(slices.Clone(a.Scripts), meant)
	for _, s := range []*string{&a.Script, &a.BuiltIn} {
		if meant(*s) {
			*s = ""
		}
	}
	return a
}
