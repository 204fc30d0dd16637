package settings

// A Level is a kind of place.
type Level string

// The levels. Shared are a domain's defaults of shared spaces.
const (
	LevelDomain   Level = "domain"
	LevelShared   Level = "shared-spaces"
	LevelProfile  Level = "user-profile"
	LevelSpace    Level = "space"
	LevelNotebook Level = "notebook-instance"
)

// A Place is where settings are.
type Place struct {
	Level Level `json:"level"`
	// Domain is its id, empty for a notebook instance.
	Domain string `json:"domain,omitempty"`
	// Name is that of a user profile, a space or a notebook instance.
	Name string `json:"name,omitempty"`
}

// Attaches reports whether the place names the lifecycle configurations of an app type that there are to choose from. A space does so for classic
// Studio alone.
func (p Place) Attaches(appType string) bool {
	return p.Level != LevelSpace && p.Level != LevelNotebook || appType == JupyterServer || appType == KernelGateway
}

// Slots reports whether the place has a slot for a lifecycle configuration that runs before the default.
func (p Place) Slots(appType string) bool {
	return p.Level != LevelNotebook && p.Attaches(appType) && (appType == JupyterLab || appType == CodeEditor)
}

// Knows reports whether the place has settings for an app type.
func (p Place) Knows(appType string) bool {
	switch {
	case p.Level == LevelNotebook, appType == Notebook:
		return p.Level == LevelNotebook && appType == Notebook
	case p.Level == LevelShared:
		return appType != CodeEditor
	}
	return true
}
