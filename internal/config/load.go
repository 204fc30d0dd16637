package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
	"github.com/sagewarden/sagewarden/internal/strictyaml"
)

const (
	// FileName is what a file is called that is found without being named.
	FileName = "sagewarden.yaml"
	// Variable is the environment variable that names a file.
	Variable = "SAGEWARDEN_CONFIG"

	operation = "read configuration"
	maxSize   = 1 << 20
)

// Options say where to look.
type Options struct {
	// Dir, an absolute path, is where the search begins that goes upward. Empty means no such search.
	Dir string
	// Path names the file; it must be there then.
	Path string
	// Env returns an environment variable. Nil means os.Getenv.
	Env func(name string) string
}

// Load reads the file that is named by the options' Path or else by the environment; failing that, the first that is found
// from the directory upward, then in the user's configuration directory. Without any, it is the default.
// An error is an *estate.Error, or strictyaml.ReadErrors.
func Load(o Options) (*File, error) {
	if o.Env == nil {
		o.Env = os.Getenv
	}
	if path := cmp.Or(o.Path, o.Env(Variable)); path != "" {
		return read(path)
	}
	for _, path := range o.places() {
		f, err := read(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return f, err
	}
	f := Default()
	for _, path := range o.places() {
		short := strings.TrimSuffix(path, "yaml") + "yml"
		if info, err := os.Stat(short); err == nil && info.Mode().IsRegular() {
			f.Unread = short
			break
		}
	}
	return f, nil
}

func (o Options) places() []string {
	var places []string
	for dir, above := o.Dir, ""; dir != above; dir, above = filepath.Dir(dir), dir {
		places = append(places, filepath.Join(dir, FileName))
	}
	home := o.Env("XDG_CONFIG_HOME")
	if home == "" && o.Env("HOME") != "" {
		home = filepath.Join(o.Env("HOME"), ".config")
	}
	if home != "" {
		places = append(places, filepath.Join(home, "sagewarden", FileName))
	}
	return places
}

func read(path string) (*File, error) {
	text, err := contents(path)
	if err != nil {
		return nil, &estate.Error{Op: operation, On: path, Err: err, Hint: "name another with --config or " + Variable}
	}
	f := Default()
	document, err := strictyaml.Read(operation, path, text, f)
	if err != nil {
		return nil, err
	}
	f.Path = path
	if err := f.validate(document); err != nil {
		return nil, err
	}
	return f, nil
}

func contents(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", cause(err)
	}
	defer func() { _ = file.Close() }()
	b, err := io.ReadAll(io.LimitReader(file, maxSize+1))
	if err != nil {
		return "", cause(err)
	}
	if len(b) > maxSize {
		return "", fmt.Errorf("more than %d bytes", maxSize)
	}
	return string(b), nil
}

// cause is an error of the file system without the path, which its reader has seen already.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}
