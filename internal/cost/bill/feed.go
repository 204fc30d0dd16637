package bill

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/klauspost/compress/gzip"
)

// The forms of data files.
const (
	plainCSV = "csv"
	gzipCSV  = "csv.gz"
	zipCSV   = "csv.zip"
	parquet  = "parquet"
)

// formOf tells the form of a file by its name, as AWS names them, and is empty for what is no bill.
func formOf(name string) string {
	name = strings.ToLower(filepath.Base(name))
	switch {
	case strings.HasSuffix(name, ".parquet"):
		return parquet
	case strings.HasSuffix(name, ".csv"):
		return plainCSV
	case strings.HasSuffix(name, ".gz"):
		return gzipCSV
	case strings.HasSuffix(name, ".zip"):
		return zipCSV
	}
	return ""
}

// maxExpansion bounds what a compressed file may grow to, by its own size: bills grow by 10 to 60.
const (
	maxExpansion  = 400
	freeExpansion = 64 << 20
)

// A text is the CSV in a file, whatever it is packed in.
type text struct {
	io.Reader
	close func() error
	file  string
	limit int64
}

// A counter counts what is read, or a part of it.
type counter struct {
	io.Reader
	n    *atomic.Int64
	part float64
}

// Read implements io.Reader.
func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(float64(n) * c.part))
	return n, err
}

// openText opens a file, and counts what is read of it.
func openText(file string, read *atomic.Int64) (*text, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, wrongf(file, "", "%w", err)
	}
	at, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, wrongf(file, "", "%w", err)
	}
	t := &text{file: file, close: f.Close, limit: at.Size()}
	if formOf(file) == zipCSV {
		err = t.unzip(f, at.Size(), read)
	} else {
		t.Reader = &counter{f, read, 1}
		if formOf(file) == gzipCSV {
			t.limit = at.Size()*maxExpansion + freeExpansion
			t.Reader, err = gzip.NewReader(bufio.NewReaderSize(t.Reader, 1<<20))
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, t.wrong(err)
	}
	return t, nil
}

// unzip opens the one member of an archive.
func (t *text) unzip(f *os.File, size int64, read *atomic.Int64) error {
	z, err := zip.NewReader(f, size)
	if err != nil {
		return err
	}
	var members []*zip.File
	for _, m := range z.File {
		if !m.FileInfo().IsDir() {
			members = append(members, m)
		}
	}
	if len(members) != 1 || !strings.HasSuffix(strings.ToLower(members[0].Name), ".csv") {
		return fmt.Errorf("it holds %d files; AWS puts one .csv into an archive", len(members))
	}
	inner, err := members[0].Open()
	if err != nil {
		return err
	}
	// The archive is read by places: what was read of it is told from what came out.
	t.limit = size*maxExpansion + freeExpansion
	t.Reader = &counter{inner, read, float64(size) / float64(max(members[0].UncompressedSize64, 1))}
	t.close = func() error { return errors.Join(inner.Close(), f.Close()) }
	return nil
}

func (t *text) wrong(err error) error {
	hint := "fetch it again: it was cut short or damaged on its way"
	if errors.Is(err, errBomb) {
		hint = "if this is a bill all the same, unpack it yourself and import the .csv"
	}
	return wrongf(t.file, hint, "it cannot be unpacked: %w", err)
}

var errBomb = errors.New("it grows beyond any bill when it is unpacked")

// A feed hands the texts of files to the engine through named pipes: each file is read and unpacked once, and checked to its end.
// (The engine itself takes a gzip file that was cut short for a whole one.)
type feed struct {
	pumps []*pump
	stop  chan struct{}
}

// A pump hands over one file.
type pump struct {
	file, pipe   string
	opened, done chan struct{}
	err          error
}

// newFeed begins to hand files over. Their pipes are made in the folder.
func newFeed(ctx context.Context, dir string, files []string, read, lines *atomic.Int64) (*feed, error) {
	f := &feed{stop: make(chan struct{})}
	for i, file := range files {
		p := &pump{file: file, pipe: filepath.Join(dir, fmt.Sprintf("pipe-%d.csv", i)), opened: make(chan struct{}), done: make(chan struct{})}
		if err := syscall.Mkfifo(p.pipe, 0o600); err != nil {
			return nil, errors.Join(wrongf(file, "choose a lake on a file system that has named pipes", "no pipe could be made: %w", err), f.end())
		}
		f.pumps = append(f.pumps, p)
		go func() {
			defer close(p.done)
			p.err = p.run(ctx, f.stop, read, lines)
		}()
	}
	return f, nil
}

// pipes are what the engine reads.
func (f *feed) pipes() []string {
	names := make([]string, len(f.pumps))
	for i, p := range f.pumps {
		names[i] = p.pipe
	}
	return names
}

// end is called when the engine is through or has failed, and says what went wrong with the files.
func (f *feed) end() error {
	close(f.stop)
	var first error
	for _, p := range f.pumps {
		p.release()
		<-p.done
		_ = os.Remove(p.pipe)
		if first == nil {
			first = p.err
		}
	}
	return first
}

// release gives a pump that waits for a reader one. It has been told to stop, and writes nothing.
func (p *pump) release() {
	select {
	case <-p.opened:
	default:
		if r, err := os.OpenFile(p.pipe, os.O_RDONLY|syscall.O_NONBLOCK, 0); err == nil {
			<-p.opened
			_ = r.Close()
		}
	}
}

func (p *pump) run(ctx context.Context, stop <-chan struct{}, read, lines *atomic.Int64) (err error) {
	out, err := os.OpenFile(p.pipe, os.O_WRONLY, 0) // waits for the reader
	close(p.opened)
	if err != nil {
		return wrongf(p.file, "", "%w", err)
	}
	defer func() { _ = out.Close() }()
	select {
	case <-stop:
		return nil
	default:
	}
	t, err := openText(p.file, read)
	if err != nil {
		return err
	}
	defer func() { _ = t.close() }() // it was read only
	buffer := make([]byte, 1<<18)
	var total int64
	for ctx.Err() == nil {
		n, err := t.Read(buffer)
		lines.Add(int64(bytes.Count(buffer[:n], []byte{'\n'})))
		if total += int64(n); total > t.limit {
			return t.wrong(errBomb)
		}
		if n > 0 {
			if _, err := out.Write(buffer[:n]); errors.Is(err, syscall.EPIPE) {
				return nil // the engine has enough, or has failed and says why
			} else if err != nil {
				return wrongf(p.file, "", "%w", err)
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return t.wrong(err)
		}
	}
	return ctx.Err()
}
