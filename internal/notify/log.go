package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Log remembers what was told last through each channel, so that the same thing is not told twice. It holds digests, no texts.
type Log struct {
	file string
	Told map[string]string `json:"told"`
}

// OpenLog reads a log; a file that is not there yet is an empty one, and no name at all is a log that forgets.
func OpenLog(file string) (*Log, error) {
	l := &Log{file: file, Told: map[string]string{}}
	if file == "" {
		return l, nil
	}
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return l, nil
	}
	if err == nil {
		err = json.Unmarshal(text, l)
	}
	if err != nil || l.Told == nil {
		return nil, &estate.Error{Op: "read what was told", On: file, Err: errors.Join(err, errors.New("it is no log of notices")),
			Hint: "name another file, or remove this one: then everything is told once more"}
	}
	return l, nil
}

// digestOf is what the log keeps of a fact.
func digestOf(fact string) string {
	sum := sha256.Sum256([]byte(fact))
	return hex.EncodeToString(sum[:])
}

// Add records that the channel was told the fact, on disk at once.
func (l *Log) Add(channel, fact string) error {
	l.Told[channel] = digestOf(fact)
	if l.file == "" {
		return nil
	}
	text, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	if err := replace(l.file, append(text, '\n')); err != nil {
		return &estate.Error{Op: "record what was told", On: l.file, Err: err, Hint: "without it the same is told again next time"}
	}
	return nil
}

// Knows reports whether the fact is what the channel was told last.
func (l *Log) Knows(channel, fact string) bool { return l.Told[channel] == digestOf(fact) }

// Silent reports whether nothing was ever told through the channel.
func (l *Log) Silent(channel string) bool { return l.Told[channel] == "" }

// replace writes the file whole or not at all.
func replace(file string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".told-")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
