package scan

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/kinds"
)

// Save writes a snapshot as JSON.
func Save(to io.Writer, snap *estate.Snapshot) error {
	w := bufio.NewWriter(to)
	return errors.Join(write(w, snap), w.Flush())
}

// write encodes one observation at a time, a line each: encoding/json would hold the whole text in memory, and once more to indent it.
func write(w *bufio.Writer, snap *estate.Snapshot) error {
	frame := *snap
	frame.Observations = []*estate.Observation{}
	text, err := json.MarshalIndent(frame, "", " ")
	if err != nil {
		return err
	}
	// These quotes are no part of a string: there they would be escaped.
	head, tail, _ := bytes.Cut(text, []byte(`"observations": []`))
	_, _ = w.Write(head) // a failed write stays with w until Flush
	_, _ = w.WriteString(`"observations": [`)
	var one bytes.Buffer
	encoder := json.NewEncoder(&one)
	separator := ""
	for o := range snap.All() {
		one.Reset()
		if err := encoder.Encode(o); err != nil {
			return err
		}
		_, _ = w.WriteString(separator)
		separator = ","
		_, _ = w.WriteString("\n  ")
		_, _ = w.Write(bytes.TrimSuffix(one.Bytes(), []byte("\n")))
	}
	_, _ = w.WriteString("\n ]")
	_, _ = w.Write(tail)
	return w.WriteByte('\n')
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

// Keep is the snapshot with what is of the kinds (none means all), in the domain and with the tags. It comes after judging: what is left
// out may share an instance with what stays.
func Keep(snap *estate.Snapshot, ks []kinds.Kind, domain string, tags map[string]string) *estate.Snapshot {
	kept, all := *snap, snap.All()
	within := iter.Seq[*estate.Observation](func(yield func(*estate.Observation) bool) {
		for o := range all {
			of := func(k kinds.Kind) bool { return k.Family().Name == o.Resource.Kind }
			in := (len(ks) == 0 || slices.ContainsFunc(ks, of)) && (domain == "" || o.Resource.Domain == domain) && tagged(o.Resource, tags)
			if in && !yield(o) {
				return
			}
		}
	})
	if snap.Packed != nil {
		kept.Packed = within
	} else {
		kept.Observations = slices.Collect(within)
	}
	return &kept
}
