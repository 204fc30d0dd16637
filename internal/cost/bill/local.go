package bill

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sagewarden/sagewarden/internal/estate"
)

// A Delivery is what AWS has delivered of a month, or files that somebody has.
type Delivery struct {
	// Name is where it was found.
	Name string
	// Period is its month, empty where only the lines know.
	Period string
	// Assembly is the id of its version.
	Assembly string
	// Notes are what the user should know of it.
	Notes []string
	// origins are the names of files that were fetched.
	origins map[string]string
	// load brings the files onto this machine, until done.
	load func(ctx context.Context, dir string, tell func(Progress)) (files []string, done func(), err error)
}

// Local finds what there is in a file or folder: by the manifests in it, or else the data files themselves.
func Local(path string) ([]Delivery, error) {
	at, err := os.Stat(path)
	if err != nil {
		if p, ok := errors.AsType[*os.PathError](err); ok {
			err = p.Err
		}
		return nil, &estate.Error{Op: operation, On: path, Err: err, Hint: "name a file, a folder or s3://bucket/key of a bill"}
	}
	if !at.IsDir() {
		if isManifest(path) {
			d, err := localManifest(filepath.Dir(path), path)
			return []Delivery{d}, err
		}
		d, err := bare([]string{path})
		return []Delivery{d}, err
	}
	var manifests, data []string
	err = filepath.WalkDir(path, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case e.Type().IsRegular() && isManifest(p):
			manifests = append(manifests, p)
		case e.Type().IsRegular() && formOf(p) != "":
			data = append(data, p)
		}
		return nil
	})
	if err != nil {
		return nil, &estate.Error{Op: operation, On: path, Err: err}
	}
	if len(manifests) > 0 {
		return localManifests(path, manifests)
	}
	if len(data) == 0 {
		return nil, wrongf(path, "a bill is .csv, .csv.gz, .csv.zip or .parquet", "there is no bill in it")
	}
	byFolder := map[string][]string{} // hive folders are months
	for _, f := range data {
		byFolder[filepath.Dir(f)] = append(byFolder[filepath.Dir(f)], f)
	}
	var ds []Delivery
	for _, files := range byFolder {
		d, err := bare(files)
		if err != nil {
			return nil, err
		}
		ds = append(ds, d)
	}
	slices.SortFunc(ds, func(a, b Delivery) int { return cmp.Compare(a.Name, b.Name) })
	return ds, nil
}

func isManifest(path string) bool { return strings.HasSuffix(path, "Manifest.json") }

// localManifests are the months that the manifests are of. Of several of a month, the current one is that in whose folder the others
// lie, in folders of their own.
func localManifests(root string, files []string) ([]Delivery, error) {
	slices.SortFunc(files, func(a, b string) int {
		return cmp.Or(cmp.Compare(strings.Count(a, string(filepath.Separator)), strings.Count(b, string(filepath.Separator))), cmp.Compare(a, b))
	})
	current := map[string]Delivery{}
	var ds []Delivery
	for _, f := range files {
		d, err := localManifest(root, f)
		if err != nil {
			return nil, err
		}
		// One folder may hold several reports: the manifest's name is that of the report.
		key := d.Period + "/" + filepath.Base(f)
		c, known := current[key]
		switch {
		case !known:
			current[key] = d
			ds = append(ds, d)
		case d.Assembly != c.Assembly && !below(filepath.Dir(c.Name), f):
			return nil, wrongf(root, "name the manifest of the one that counts; where both do, import the folder of each, with a name of its own by --bill",
				"%s and %s are two versions of %s, or two bills, and nothing says which is the current one", c.Name, f, d.Period)
		}
	}
	slices.SortFunc(ds, func(a, b Delivery) int { return cmp.Compare(a.Period, b.Period) })
	for i := 1; i < len(ds); i++ {
		if ds[i].Period == ds[i-1].Period {
			return nil, twoBills(root, ds[i-1].Name, ds[i].Name, ds[i].Period)
		}
	}
	return ds, nil
}

// below says whether a file lies in a folder within the folder.
func below(dir, file string) bool {
	rest, err := filepath.Rel(dir, filepath.Dir(file))
	return err == nil && rest != "." && filepath.IsLocal(rest)
}

func localManifest(root, file string) (Delivery, error) {
	at, err := os.Stat(file)
	if err == nil && at.Size() > maxManifest {
		err = fmt.Errorf("it has %d bytes, which no manifest has", at.Size())
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return Delivery{}, &estate.Error{Op: operation, On: file, Err: err}
	}
	m, err := readManifest(filepath.ToSlash(file), text)
	if err != nil {
		return Delivery{}, err
	}
	d := Delivery{Name: file, Period: m.period, Assembly: m.assembly}
	d.load = func(context.Context, string, func(Progress)) ([]string, func(), error) {
		files := make([]string, len(m.keys))
		for i, key := range m.keys {
			found, ok := beside(root, filepath.Dir(file), key)
			if !ok {
				return nil, nil, wrongf(file, "copy all files that the manifest names, or import from S3", "it names %s, which is not here", key)
			}
			if other := slices.Index(files[:i], found); other >= 0 {
				return nil, nil, wrongf(file, "copy the files into folders as they were, or import from S3", "it names %s and %s, and %s is all that is here of both", m.keys[other], key, found)
			}
			files[i] = found
		}
		return files, func() {}, nil
	}
	return d, nil
}

// above is how far above its manifest a file of a delivery may lie: metadata/BILLING_PERIOD=2026-03/ stands beside data/.
const above = 3

// beside finds the file of a key: below the folder, or near its manifest, wherever in the bucket that was copied from.
func beside(root, dir, key string) (string, bool) {
	bases := []string{root, dir}
	for range above {
		dir = filepath.Dir(dir)
		bases = append(bases, dir)
	}
	for rest, more := key, true; more; _, rest, more = strings.Cut(rest, "/") {
		for _, base := range bases {
			f := filepath.Join(base, filepath.FromSlash(rest))
			if at, err := os.Stat(f); err == nil && at.Mode().IsRegular() {
				return f, true
			}
		}
	}
	return "", false
}

// bare is a delivery of files that no manifest speaks of. Their version is their names, sizes and times.
func bare(files []string) (Delivery, error) {
	slices.Sort(files)
	sum := sha256.New()
	for _, f := range files {
		at, err := os.Stat(f)
		if err != nil {
			return Delivery{}, &estate.Error{Op: operation, On: f, Err: err}
		}
		if formOf(f) == "" {
			return Delivery{}, wrongf(f, "a bill is .csv, .csv.gz, .csv.zip or .parquet, or the Manifest.json that names such files", "this is not the name of a bill")
		}
		_, _ = fmt.Fprintf(sum, "%s\n%d\n%d\n", filepath.Base(f), at.Size(), at.ModTime().UnixNano())
	}
	if first, second := packedTwice(files); first != "" {
		return Delivery{}, wrongf(second, "remove one of them: its lines would count twice", "it is the same as %s, by its name", filepath.Base(first))
	}
	name := files[0]
	if len(files) > 1 {
		name = filepath.Dir(files[0])
	}
	return Delivery{Name: name, Assembly: "files-" + hex.EncodeToString(sum.Sum(nil))[:32],
		load: func(context.Context, string, func(Progress)) ([]string, func(), error) { return files, func() {}, nil }}, nil
}

// packedTwice are two of the files that have one name but for how they are packed, as bill.csv and bill.csv.gz.
func packedTwice(files []string) (first, second string) {
	seen := map[string]string{}
	for _, f := range files {
		bare := strings.ToLower(f)
		for _, end := range []string{".gz", ".zip", ".csv", ".parquet"} {
			bare = strings.TrimSuffix(bare, end)
		}
		if seen[bare] != "" {
			return seen[bare], f
		}
		seen[bare] = f
	}
	return "", ""
}
