package estate

// A Level says how something that was checked stands.
type Level string

// The levels.
const (
	Fine Level = "ok"
	// Warn: work can begin, but not everything will be seen, or as well as it might.
	Warn Level = "warn"
	// Fail: work cannot begin.
	Fail Level = "fail"
)

// A Check is one thing that was looked at before any work begins.
type Check struct {
	// Name is what was looked at: "credentials", "permissions".
	Name string `json:"name"`
	// On is the account, target or file, empty where it adds nothing.
	On    string `json:"on,omitempty"`
	Level Level  `json:"level"`
	// Finding is what was found.
	Finding string `json:"finding"`
	// Hides is what will not be seen for it, Hint what to do.
	Hides string `json:"hides,omitempty"`
	Hint  string `json:"hint,omitempty"`
}
