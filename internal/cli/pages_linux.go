package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"

	"golang.org/x/sys/unix"
)

// An area is a part of this process's memory, from one address to another.
type area struct{ from, to uintptr }

// unmap lets go of the pages of the program's own file, once. Most of what is mapped when a command begins was touched by the start alone or
// not at all: Linux maps two megabytes at a time where it can. What is used from here on is mapped anew, from the file's cache, in small pieces.
var unmap = sync.OnceFunc(func() {
	exe, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return // as before, with more memory
	}
	defer func() { _ = maps.Close() }()
	for _, a := range clean(maps, exe) {
		for _, advice := range []uintptr{unix.MADV_NOHUGEPAGE, unix.MADV_DONTNEED} {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, a.from, a.to-a.from, advice) // a refusal costs memory, nothing else
		}
	}
})

// clean are the areas of smaps, as proc(5) has it, that hold pages of the file as they are in the file: nobody may write there, and nobody has.
// A page that was changed, by the linker or a debugger, would be lost.
func clean(smaps io.Reader, file string) (areas []area) {
	var now area
	candidate := false
	for lines := bufio.NewScanner(smaps); lines.Scan(); {
		line := lines.Text()
		var head area
		var access string
		if n, _ := fmt.Sscanf(line, "%x-%x %s", &head.from, &head.to, &access); n == 3 {
			now, candidate = head, (access == "r-xp" || access == "r--p") && strings.HasSuffix(line, " "+file)
			continue
		}
		if kilobytes, ok := strings.CutPrefix(line, "Anonymous:"); ok && candidate && strings.TrimSpace(kilobytes) == "0 kB" {
			areas = append(areas, now)
		}
	}
	return areas
}
