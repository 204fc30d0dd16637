// Package studio is the agent that runs inside a Studio app or a notebook instance: it looks at what runs there, judges what is in use, and
// shuts down what is not, one by one.
//
// From inside, use is a fact: a kernel says that it is busy, a process that it computes. What could not be read is never taken for silence.
package studio

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
	"github.com/sagewarden/sagewarden/internal/studio/process"
)

// A Look is what was seen at one instant.
type Look struct {
	// At is by this machine's clock; between two looks its monotonic reading counts, which no correction of the clock moves.
	At        time.Time
	Kernels   []jupyter.Kernel
	Terminals []jupyter.Terminal
	Processes process.Sample
	// Network and Disks are what the devices of the machine have carried; Disks is nil where that is not known.
	Network, Disks process.Devices
	// Self is the agent's own process, which is no use.
	Self int
	// Editor is when Code Editor says that it was used last; zero where there is none.
	Editor time.Time
	// GPU is how busy the busiest GPU is, in percent.
	GPU int
	// Keep is until when somebody wants everything kept, zero for nobody.
	Keep time.Time
}

// Jupyter is the server that is looked at.
type Jupyter interface {
	Kernels(context.Context) ([]jupyter.Kernel, error)
	Terminals(context.Context) ([]jupyter.Terminal, error)
	// Checkpoint has the server keep a document as it was last saved.
	Checkpoint(ctx context.Context, path string) error
	ShutDownKernel(ctx context.Context, id string) error
	ShutDownTerminal(ctx context.Context, name string) error
}

// kernelProcess is the process of a kernel, 0 where none can be found: Jupyter names the kernel in the file that it is started with.
func kernelProcess(s process.Sample, id string) int {
	for pid, p := range s {
		// Also a program that starts it is it, and a child that was forked and has not become itself yet is none.
		if !p.Zombie && startedFor(p, id) && !startedFor(s[p.Parent], id) {
			return pid
		}
	}
	return 0
}

func startedFor(p process.Process, kernel string) bool {
	return slices.ContainsFunc(p.Command, func(word string) bool {
		base := filepath.Base(word)
		return strings.HasSuffix(base, ".json") && strings.Contains(base, kernel)
	})
}

// inTerminals are the shells that lead the terminals of the Jupyter Server, and the commands that run in them, the agent itself aside.
func inTerminals(s process.Sample, self int) (shells, commands process.Sample) {
	shells, commands = process.Sample{}, process.Sample{}
	for pid, p := range s {
		switch {
		case !p.Terminal || p.Zombie || pid == self || !underJupyter(s, p.Session):
		case pid == p.Session:
			shells[pid] = p
		default:
			commands[pid] = p
		}
	}
	return shells, commands
}

// underJupyter reports whether the process descends from one that is Jupyter's by its command, or nobody knows: its shell may have ended.
func underJupyter(s process.Sample, pid int) bool {
	for range len(s) {
		p, ok := s[pid]
		if !ok || isJupyter(p) {
			return true
		}
		if p.Parent <= 1 {
			return isJupyter(s[p.Parent]) // in a container, the first process may be the server
		}
		pid = p.Parent
	}
	return true
}

func isJupyter(p process.Process) bool {
	return slices.ContainsFunc(p.Command, func(word string) bool { return strings.Contains(word, "jupyter") })
}
