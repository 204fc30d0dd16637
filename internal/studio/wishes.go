package studio

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// Wishes are what the person at the notebook wants: their own limits, to keep everything for a while, to shut something down now. The zero
// Wishes want nothing.
type Wishes struct {
	// IdleMinutes and the others are limits; 0 is the administrator's.
	IdleMinutes         int `json:"idleMinutes"`
	KernelIdleMinutes   int `json:"kernelIdleMinutes"`
	TerminalIdleMinutes int `json:"terminalIdleMinutes"`
	// KeepUntil is until when everything is to be kept, empty for no such wish.
	KeepUntil string  `json:"keepUntil"`
	Request   Request `json:"shutdownRequest"`
	// keep is KeepUntil, or what a keep file says if that is later, but no longer than the bounds allow.
	keep time.Time
}

// A Request is to shut something down now, whether or not it is in use: who asked was told what is lost.
type Request struct {
	// What is app, kernels, terminals or everything.
	What string `json:"what"`
	At   string `json:"at"`
	ID   string `json:"id"`
}

// A Room is where the person's files are that the agent reads and writes.
type Room struct {
	// Settings is the folder of JupyterLab's settings of our extension.
	Settings string
	// Keep is a file that keeps everything while it is fresh.
	Keep string
}

// plugins is the folder of the extension's settings in that of JupyterLab's.
const plugins = "@sagewarden/labextension"

// FindRoom finds the room as JupyterLab finds its settings, in this home folder.
func FindRoom(home string, getenv func(string) string) Room {
	settings := getenv("JUPYTERLAB_SETTINGS_DIR")
	if settings == "" {
		config := getenv("JUPYTER_CONFIG_DIR")
		if config == "" {
			config = filepath.Join(home, ".jupyter")
		}
		settings = filepath.Join(config, "lab", "user-settings")
	}
	return Room{Settings: filepath.Join(settings, filepath.FromSlash(plugins)), Keep: filepath.Join(home, ".sagewarden-keep")}
}

func (r Room) panel() string  { return filepath.Join(r.Settings, "panel.jupyterlab-settings") }
func (r Room) status() string { return filepath.Join(r.Settings, "status.jupyterlab-settings") }

// Watch returns a function that says whether what people wish may have changed since it was last called.
func (r Room) Watch() (changed func() bool) {
	var before [2]time.Time
	changed = func() bool {
		var now [2]time.Time
		for i, file := range []string{r.panel(), r.Keep} {
			if info, err := os.Stat(file); err == nil {
				now[i] = info.ModTime()
			}
		}
		differs := now != before
		before = now
		return differs
	}
	changed()
	return changed
}

// Wishes reads what is wished now. Files that are not there wish nothing. Where one cannot be read, an error says so: what it might keep,
// nobody knows.
func (r Room) Wishes(bounds Bounds) (Wishes, error) {
	var w Wishes
	text, changed, err := readDated(r.panel())
	if err != nil {
		return Wishes{}, err
	}
	if text != nil {
		// A file that is being written may be empty for a moment.
		if err := json.Unmarshal(plain(text), &w); err != nil {
			return Wishes{}, &estate.Error{Op: "read the settings of the Sagewarden panel", On: r.panel(), Err: err, Hint: "set them anew in JupyterLab's settings"}
		}
		if w.KeepUntil != "" {
			at, err := time.Parse(time.RFC3339, w.KeepUntil)
			if err != nil {
				return Wishes{}, &estate.Error{Op: "read the settings of the Sagewarden panel", On: r.panel(), Err: fmt.Errorf("keepUntil: %w", err), Hint: "set it anew in the panel"}
			}
			w.keep = earliest(at, changed.Add(minutes(bounds.Max)))
		}
	}
	for _, n := range []*int{&w.IdleMinutes, &w.KernelIdleMinutes, &w.TerminalIdleMinutes} {
		if *n != 0 {
			*n = bounds.within(*n)
		}
	}
	text, changed, err = readDated(r.Keep)
	if err != nil {
		return Wishes{}, err
	}
	if text != nil {
		until, err := keepUntil(strings.TrimSpace(string(text)), changed, bounds)
		if err != nil {
			return Wishes{}, &estate.Error{Op: "read the keep file", On: r.Keep, Err: err, Hint: "write a time such as 2026-03-02T18:00:00Z, a duration such as 8h, or nothing"}
		}
		if until.After(w.keep) {
			w.keep = until
		}
	}
	return w, nil
}

// keepUntil is until when a keep file keeps that was written then: an instant, a duration, or nothing, which is as long as the bounds allow.
func keepUntil(text string, written time.Time, bounds Bounds) (time.Time, error) {
	longest := written.Add(minutes(bounds.Max))
	if text == "" {
		return longest, nil
	}
	if d, err := time.ParseDuration(text); err == nil {
		return earliest(written.Add(d), longest), nil
	}
	at, err := time.Parse(time.RFC3339, text)
	return earliest(at, longest), err
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// maxFile bounds a file of a person's.
const maxFile = 1 << 20

// readDated reads a file, and when it was written; nil for one that is not there.
func readDated(file string) ([]byte, time.Time, error) {
	text, changed, err := readSmall(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, time.Time{}, nil
	}
	if err != nil {
		return nil, time.Time{}, &estate.Error{Op: "read a file of the person's", On: file, Err: cause(err)}
	}
	return text, changed, nil
}

// readSmall reads no more than a small file has, whatever the name leads to: opening a pipe would wait for who writes, and some files never end.
func readSmall(file string) ([]byte, time.Time, error) {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, time.Time{}, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, time.Time{}, err
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && (!info.Mode().IsRegular() || len(text) > maxFile) {
		err = errors.New("it is not a small file")
	}
	return text, info.ModTime(), err
}

// limits are the administrator's, with the person's in place where there are some.
func (w Wishes) limits(l Limits) Limits {
	for n, limit := range map[*time.Duration]int{&l.Whole: w.IdleMinutes, &l.Kernels: w.KernelIdleMinutes, &l.Terminals: w.TerminalIdleMinutes} {
		if limit != 0 {
			*n = minutes(limit)
		}
	}
	return l
}

// plain is the text without the comments and the commas before a closing bracket that JupyterLab's settings may have.
func plain(text []byte) []byte {
	out := make([]byte, 0, len(text))
	comma := -1 // the place of a comma after which only blanks and comments came
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			end := i + 1
			for end < len(text) && text[end] != '"' {
				if text[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(text))
			out, comma = append(out, text[i:end]...), -1
			i = end - 1
		case c == '/' && i+1 < len(text) && text[i+1] == '/':
			for i+1 < len(text) && text[i+1] != '\n' {
				i++
			}
		case c == '/' && i+1 < len(text) && text[i+1] == '*':
			end := bytes.Index(text[i+2:], []byte("*/"))
			if end < 0 {
				return out // it never ends, and neither does what it is in
			}
			i += 2 + end + 1
		default:
			switch {
			case c == ',':
				comma = len(out)
			case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			case (c == '}' || c == ']') && comma >= 0:
				out[comma], comma = ' ', -1
			default:
				comma = -1
			}
			out = append(out, c)
		}
	}
	return out
}
