package process

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Devices are the bytes that each of some devices has carried since it is there.
type Devices map[string]uint64

// Network are the interfaces to other machines, from a file system of /proc. What goes over "lo" comes from a process on this machine, which is
// looked at itself.
func Network(proc string) (Devices, error) {
	const received, sent = 0, 8 // proc(5), counted from the name
	return devices(filepath.Join(proc, "net", "dev"), func(line string) (name string, fields []string, counted []int, unit uint64) {
		name, rest, found := strings.Cut(line, ":")
		if name = strings.TrimSpace(name); !found || name == "lo" { // the first lines are titles
			return "", nil, nil, 0
		}
		return name, strings.Fields(rest), []int{received, sent}, 1
	})
}

// Disks are the disks and their parts, from a file system of /proc; nil where that does not tell.
func Disks(proc string) (Devices, error) {
	const name, read, written, sector = 2, 5, 9, 512 // Documentation/admin-guide/iostats.rst
	d, err := devices(filepath.Join(proc, "diskstats"), func(line string) (string, []string, []int, uint64) {
		f := strings.Fields(line)
		if len(f) <= name {
			return "", nil, nil, 0
		}
		return f[name], f, []int{read, written}, sector
	})
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	return d, err
}

// devices reads a file with a device a line.
func devices(file string, split func(line string) (name string, fields []string, counted []int, unit uint64)) (Devices, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	all := Devices{}
	for line := range strings.Lines(string(text)) {
		name, fields, counted, unit := split(line)
		for _, i := range counted {
			if i >= len(fields) {
				return nil, fmt.Errorf("%s: cannot be read: %q", file, line)
			}
			n, err := strconv.ParseUint(fields[i], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			all[name] += n * unit
		}
	}
	return all, nil
}

// Most is what the busiest device has carried since the earlier reading: what goes through several is counted by each. A device that was not there
// then, or counts anew, has carried all of it since.
func (d Devices) Most(earlier Devices) (name string, carried uint64) {
	for device, now := range d {
		if old := earlier[device]; old <= now {
			now -= old
		}
		if now > carried || now == carried && device < name {
			name, carried = device, now
		}
	}
	return name, carried
}
