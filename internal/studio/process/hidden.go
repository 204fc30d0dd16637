package process

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Hidden is an error where the file system of /proc leaves out processes of others from what is shown to members of these groups (hidepid, proc(5)):
// what is not there cannot be told from what is not shown.
func Hidden(proc string, groups []int) error {
	text, err := os.ReadFile(filepath.Join(proc, "self", "mounts"))
	if err != nil {
		return err
	}
	var hides, spared string
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 4 || f[1] != proc || f[2] != "proc" {
			continue
		}
		hides, spared = "", "0" // what is mounted later lies on top
		for option := range strings.SplitSeq(f[3], ",") {
			switch name, value, _ := strings.Cut(option, "="); name {
			case "hidepid":
				hides = value
			case "gid":
				spared = value
			}
		}
	}
	switch hides {
	case "", "0", "off", "1", "noaccess": // that hides nothing, or nothing without an error
		return nil
	case "2", "invisible":
		if slices.ContainsFunc(groups, func(g int) bool { return strconv.Itoa(g) == spared }) {
			return nil
		}
	}
	return errors.New("the processes of others are hidden: it is mounted with hidepid=" + hides)
}
