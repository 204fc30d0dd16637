package studio

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// editorStamp is where Code Editor's own extension writes when somebody typed, selected or switched. Asking its address /api/idle would
// write the file where there is none, and make an editor that nobody has opened one in use.
const editorStamp = "/tmp/.sagemaker-last-active-timestamp"

// An Editor is a Code Editor by the traces that it leaves.
type Editor struct {
	// Stamp is the file in which it says when it was used.
	Stamp string
	// Terminals is the folder of the terminals' devices, which change when something is typed or printed.
	Terminals string
}

// Used is when the editor or one of its terminals was used last. A file that is not there is no idleness: older editors write none.
func (e Editor) Used() (time.Time, error) {
	text, used, err := readDated(e.Stamp)
	if err == nil && text == nil {
		err = errors.New("there is no such file: either nobody has used the editor yet, or it is one that does not say")
	}
	if err != nil {
		return time.Time{}, &estate.Error{Op: "read when Code Editor was used", On: e.Stamp, Err: cause(err)}
	}
	if at, err := time.Parse(time.RFC3339, strings.TrimSpace(string(text))); err == nil && at.After(used) {
		used = at
	}
	devices, err := os.ReadDir(e.Terminals)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return time.Time{}, &estate.Error{Op: "look at the terminals", On: e.Terminals, Err: cause(err)}
	}
	for _, d := range devices {
		if _, err := strconv.Atoi(d.Name()); err != nil {
			continue
		}
		// One that was closed a moment ago is none.
		if info, err := os.Stat(filepath.Join(e.Terminals, d.Name())); err == nil && info.ModTime().After(used) {
			used = info.ModTime()
		}
	}
	return used, nil
}
