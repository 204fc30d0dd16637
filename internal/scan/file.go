package scan

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// Save writes a snapshot to a file, whole or not at all. The file is readable by its owner alone: it names people.
func Save(name string, snap *estate.Snapshot) (err error) {
	fail := func(err error) error {
		return &estate.Error{Op: "save snapshot", On: name, Err: err, Hint: "choose a file in a folder that you may write to"}
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".snapshot-*")
	if err != nil {
		return fail(err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	w := bufio.NewWriter(tmp)
	enc := json.NewEncoder(w)
	enc.SetIndent("", " ")
	if err := errors.Join(enc.Encode(snap), w.Flush(), tmp.Sync(), tmp.Close()); err != nil {
		return fail(err)
	}
	if err := os.Rename(tmp.Name(), name); err != nil {
		return fail(err)
	}
	return nil
}

// Load reads a snapshot that Save wrote.
func Load(name string) (*estate.Snapshot, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &estate.Error{Op: "read snapshot", On: name, Err: errors.Unwrap(err), Hint: "name a file that `sagewarden scan --save` wrote"}
	}
	defer func() { _ = f.Close() }()
	return read(name, f)
}

func read(name string, r io.Reader) (*estate.Snapshot, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, &estate.Error{Op: "read snapshot", On: name, Err: err}
	}
	var snap estate.Snapshot
	if err := json.Unmarshal(data, &snap); err != nil {
		return nil, &estate.Error{Op: "read snapshot", On: name + position(data, err), Err: err,
			Hint: "the file is broken or not a snapshot: write it anew with `sagewarden scan --save`"}
	}
	switch {
	case snap.Version == 0 || snap.At.IsZero():
		return nil, &estate.Error{Op: "read snapshot", On: name, Err: errors.New("it is JSON, but not a snapshot: version or instant is missing"),
			Hint: "name a file that `sagewarden scan --save` wrote"}
	case snap.Version != estate.SnapshotVersion:
		return nil, &estate.Error{Op: "read snapshot", On: name, Err: fmt.Errorf("it is of version %d, and this program reads version %d", snap.Version, estate.SnapshotVersion),
			Hint: "use the program that wrote it, or scan anew"}
	}
	return &snap, nil
}

// position is :line:column of a JSON error, where it is known.
func position(data []byte, err error) string {
	var offset int64
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	} else if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	} else {
		return ""
	}
	line, column := 1, 1
	for _, b := range data[:min(max(offset-1, 0), int64(len(data)))] {
		if column++; b == '\n' {
			line, column = line+1, 1
		}
	}
	return fmt.Sprintf(":%d:%d", line, column)
}

// Keep leaves in the snapshot what is of the kinds (none means all), in the domain and with the tags.
func Keep(snap *estate.Snapshot, ks []kinds.Kind, domain string, tags map[string]string) {
	snap.Observations = slices.DeleteFunc(snap.Observations, func(o estate.Observation) bool {
		of := func(k kinds.Kind) bool { return k.Name() == o.Resource.Kind }
		return len(ks) > 0 && !slices.ContainsFunc(ks, of) || domain != "" && o.Resource.Domain != domain || !tagged(o.Resource, tags)
	})
}
