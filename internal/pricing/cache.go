package pricing

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// A cache keeps sheets in a directory, one file each. The empty cache keeps nothing.
//
// It only ever saves a call: a file that is missing, broken or of another version is as good as none, and one that
// cannot be written costs the call again next time.
type cache string

// file escapes what a region or component must not do in a file name, such as the colon of "RStudio:RServer".
func (c cache) file(id sheetID) string {
	return filepath.Join(string(c), url.QueryEscape(id.region)+"."+url.QueryEscape(id.component)+".json")
}

// read returns nil when the sheet is not there.
func (c cache) read(id sheetID) *sheet {
	if c == "" {
		return nil
	}
	text, err := os.ReadFile(c.file(id))
	if err != nil {
		return nil
	}
	var s sheet
	if json.Unmarshal(text, &s) != nil || s.Version != sheetVersion || (sheetID{s.Region, s.Component}) != id {
		return nil
	}
	s.source = "AWS price list of " + s.At.Format(time.DateOnly)
	return &s
}

// write replaces the file in one step, so that a reader never sees half of it.
func (c cache) write(id sheetID, s *sheet) {
	if c == "" || os.MkdirAll(string(c), 0o755) != nil {
		return
	}
	text, err := json.Marshal(s)
	if err != nil {
		return
	}
	f, err := os.CreateTemp(string(c), ".sheet-*")
	if err != nil {
		return
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(text)
	if f.Close() == nil && err == nil {
		_ = os.Rename(f.Name(), c.file(id))
	}
}
