package studio

import (
	"slices"
	"time"

	"github.com/sagewarden/sagewarden/internal/studio/jupyter"
)

// show shows the person how things are, and reports whether that is written.
func (a *Agent) show(w Wishes, limits Limits, look Look, j Judgement, problems ...error) bool {
	if a.Show == nil {
		return true
	}
	s := a.About
	s.At, s.State, s.Why, s.LastUse = stamp(look.At), j.State, j.Why, stamp(j.LastUse)
	s.Bounds, s.IdleMinutes, s.KernelIdleMinutes, s.TerminalIdleMinutes = a.Bounds, whole(limits.Whole), whole(limits.Kernels), whole(limits.Terminals)
	if w.keep.After(look.At) {
		s.KeepUntil = stamp(w.keep)
	}
	if a.StopWhole && a.Whole != nil {
		s.ShutdownAt = stamp(j.End)
	}
	s.Kernels, s.Terminals, s.Problems = []KernelStatus{}, []TerminalStatus{}, []string{}
	for _, f := range j.Findings {
		end, used := time.Time{}, f.Since
		if f.State == Active {
			used = look.At
		}
		if f.Kernel != "" && a.StopKernels || f.Terminal != "" && a.StopTerminals {
			end = f.End
		}
		if f.Terminal != "" {
			s.Terminals = append(s.Terminals, TerminalStatus{Name: f.Terminal, State: f.State, LastUse: stamp(used), ShutdownAt: stamp(end)})
			continue
		}
		k := KernelStatus{ID: f.Kernel, State: f.State, LastUse: stamp(used), ShutdownAt: stamp(end)}
		if i := slices.IndexFunc(look.Kernels, func(k jupyter.Kernel) bool { return k.ID == f.Kernel }); i >= 0 {
			if k.Name = look.Kernels[i].Name; len(look.Kernels[i].Documents) > 0 {
				k.Path = look.Kernels[i].Documents[0].Path
			}
		}
		s.Kernels = append(s.Kernels, k)
	}
	for _, err := range problems {
		if err != nil {
			s.Problems = append(s.Problems, err.Error())
		}
	}
	if err := a.Show(s); err != nil {
		a.Log.Error("the panel was not told", "error", err)
		return false
	}
	return true
}

// whole are the whole minutes of a limit.
func whole(d time.Duration) int { return int(d / time.Minute) }
