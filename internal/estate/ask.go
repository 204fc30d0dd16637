package estate

// An Ask is what is to be done to a resource: an action that its family allows, with what the action takes.
type Ask struct {
	// Action is its name: "stop", "start", "delete", "scale", "set-idle-shutdown", "tag", "snapshot-config".
	Action string `json:"action"`
	// Part is the part that is meant, such as an endpoint's variant; empty means all of them.
	Part string `json:"part,omitempty"`
	// Count is how many instances or copies scale leaves; ToZero says that it is none, and that what wakes it again is set up with it.
	Count  int  `json:"count,omitempty"`
	ToZero bool `json:"toZero,omitempty"`
	// IdleMinutes is the limit that set-idle-shutdown sets.
	IdleMinutes int `json:"idleMinutes,omitempty"`
	// Tags are what tag sets.
	Tags map[string]string `json:"tags,omitempty"`
	// Data says that delete takes the data along, such as a domain's file system. Without it all data stays.
	Data bool `json:"data,omitempty"`
}
