package pulse

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/heartbeat"
)

// A Record keeps which heartbeat was believed last of each place, so that an older one, put there again, is not believed after it. It is safe for
// concurrent use.
type Record interface {
	// Get is the last one of a place, the zero Seen for none.
	Get(place string) heartbeat.Seen
	// Put keeps one that is not older.
	Put(place string, seen heartbeat.Seen)
}

// A Memory is a Record that lasts as long as the program, or, with a file, from one run to the next.
type Memory struct {
	file string

	mu   sync.Mutex
	seen map[string]heartbeat.Seen
}

// NewMemory remembers nothing yet, and leaves nothing behind.
func NewMemory() *Memory { return &Memory{seen: map[string]heartbeat.Seen{}} }

// OpenMemory remembers what the file does; one that is not there yet remembers nothing. A file that cannot be read, or written to later, is an error: to
// go on without it would believe what it refuses.
func OpenMemory(file string) (*Memory, error) {
	m := &Memory{file: file}
	err := m.locked(func() (err error) {
		m.seen, err = readSeen(file)
		return err
	})
	if err != nil {
		return nil, &estate.Error{Op: "read which heartbeats were seen", On: file, Err: err,
			Hint: "name another file with --seen, or move this one away: then heartbeats that were put again within three of their intervals are believed once"}
	}
	return m, nil
}

// Get is the last one of a place.
func (m *Memory) Get(place string) heartbeat.Seen {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.seen[place]
}

// Put keeps one that is not older.
func (m *Memory) Put(place string, seen heartbeat.Seen) {
	m.mu.Lock()
	defer m.mu.Unlock()
	keep(m.seen, place, seen)
}

// keep keeps the later one: of two scans that overlap, the earlier may end last.
func keep(all map[string]heartbeat.Seen, place string, seen heartbeat.Seen) {
	if before, known := all[place]; !known || seen.Advanced(before) {
		all[place] = seen
	}
}

// Commit writes what is remembered to the file, beside what others have written there meanwhile. What no heartbeat of today could be mistaken for is
// forgotten, so that the file is as long as there are agents, however long it is kept.
func (m *Memory) Commit() error {
	if m.file == "" {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	err := m.locked(func() error {
		all, err := readSeen(m.file)
		if err != nil {
			return err
		}
		var newest time.Time
		for place, seen := range m.seen {
			keep(all, place, seen)
		}
		for _, seen := range all {
			if seen.At.After(newest) {
				newest = seen.At
			}
		}
		for place, seen := range all {
			if seen.Outlived(newest) {
				delete(all, place)
			}
		}
		m.seen = all
		return writeSeen(m.file, all)
	})
	if err != nil {
		return &estate.Error{Op: "write which heartbeats were seen", On: m.file, Err: err, Hint: "until it can be written, heartbeats that are put again within three of their intervals may be believed"}
	}
	return nil
}

// locked does something while no other process does: the file itself is replaced, so that the lock is on one beside it.
func (m *Memory) locked(do func() error) error {
	f, err := os.OpenFile(m.file+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return cause(err)
	}
	defer func() { _ = f.Close() }()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return do()
}

// seenFile is what the file holds.
type seenFile struct {
	Version int                       `json:"version"`
	Seen    map[string]heartbeat.Seen `json:"seen"`
}

// seenVersion is of the file that this package reads and writes.
const seenVersion = 1

func readSeen(file string) (map[string]heartbeat.Seen, error) {
	f, err := os.Open(file)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]heartbeat.Seen{}, nil
	}
	if err != nil {
		return nil, cause(err)
	}
	defer func() { _ = f.Close() }()
	d := json.NewDecoder(f)
	d.DisallowUnknownFields()
	var held seenFile
	if err := d.Decode(&held); err != nil {
		return nil, fmt.Errorf("it holds something else: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) || held.Version != seenVersion || held.Seen == nil {
		return nil, fmt.Errorf("it holds something else, or is of another version than %d", seenVersion)
	}
	return held.Seen, nil
}

// writeSeen takes the file's place, whole or not at all.
func writeSeen(file string, seen map[string]heartbeat.Seen) error {
	text, err := json.MarshalIndent(seenFile{seenVersion, seen}, "", " ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".sagewarden-*")
	if err != nil {
		return cause(err)
	}
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return cause(err)
	}
	return nil
}

// cause is an error of the file system without the path, which its reader sees beside it.
func cause(err error) error {
	if e, ok := errors.AsType[*os.PathError](err); ok {
		return e.Err
	}
	return err
}
