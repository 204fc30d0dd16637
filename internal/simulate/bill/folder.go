package bill

import (
	"bufio"
	"io"
	"os"
	"path/filepath"
)

// A Folder takes a delivery as files: a key's folders are folders.
type Folder string

// Create makes a file anew.
func (d Folder) Create(key string) (io.WriteCloser, error) {
	name := filepath.Join(string(d), filepath.FromSlash(key))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return nil, err
	}
	f, err := os.Create(name)
	if err != nil {
		return nil, err
	}
	return &stored{bufio.NewWriterSize(f, 1<<20), f}, nil
}

// A stored file is written in large pieces.
type stored struct {
	*bufio.Writer
	file *os.File
}

func (s *stored) Close() error {
	if err := s.Flush(); err != nil {
		_ = s.file.Close()
		return err
	}
	return s.file.Close()
}
