package studio

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Status is what the JupyterLab extension shows: docs/agent.md has its fields. Times are UTC in RFC 3339, empty for none.
type Status struct {
	Agent               string           `json:"agent"`
	At                  string           `json:"at"`
	Interval            int              `json:"interval"`
	Resource            string           `json:"resource"`
	Kind                string           `json:"kind"`
	InstanceType        string           `json:"instanceType"`
	StartedAt           string           `json:"startedAt"`
	Hourly              string           `json:"hourly"`
	State               State            `json:"state"`
	LastUse             string           `json:"lastUse"`
	Why                 string           `json:"why"`
	ShutdownAt          string           `json:"shutdownAt"`
	KeepUntil           string           `json:"keepUntil"`
	Bounds              Bounds           `json:"bounds"`
	IdleMinutes         int              `json:"idleMinutes"`
	KernelIdleMinutes   int              `json:"kernelIdleMinutes"`
	TerminalIdleMinutes int              `json:"terminalIdleMinutes"`
	Kernels             []KernelStatus   `json:"kernels"`
	Terminals           []TerminalStatus `json:"terminals"`
	Handled             string           `json:"handled"`
	HandledResult       string           `json:"handledResult"`
	Problems            []string         `json:"problems"`
}

// A KernelStatus is a kernel in a Status.
type KernelStatus struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Path       string `json:"path"`
	State      State  `json:"state"`
	LastUse    string `json:"lastUse"`
	ShutdownAt string `json:"shutdownAt"`
}

// A TerminalStatus is a terminal in a Status.
type TerminalStatus struct {
	Name       string `json:"name"`
	LastUse    string `json:"lastUse"`
	State      State  `json:"state"`
	ShutdownAt string `json:"shutdownAt"`
}

// ReadStatus reads the status that an agent wrote before this one. One that cannot be read is as good as none: it is written anew.
func (r Room) ReadStatus() (s Status) {
	if text, _, err := readDated(r.status()); err == nil {
		_ = json.Unmarshal(text, &s)
	}
	return s
}

// WriteStatus writes the status in one step: who reads sees the old one or the new one, whole.
func (r Room) WriteStatus(s Status) error {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	err = os.MkdirAll(r.Settings, 0o755)
	if err == nil {
		err = replace(r.status(), text)
	}
	if err != nil {
		return &estate.Error{Op: "write the status", On: r.status(), Err: cause(err)}
	}
	return nil
}

func replace(file string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".status-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err := errors.Join(err, f.Chmod(0o644), f.Close()); err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		_ = os.Remove(f.Name())
		return err
	}
	return nil
}

// stamp is an instant as a Status has it.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}
