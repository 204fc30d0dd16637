package cli

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestOnlyWhatIsInTheFileIsUnmapped: a page that may be written, or was changed, or is of another file, stays.
func TestOnlyWhatIsInTheFileIsUnmapped(t *testing.T) {
	const smaps = `00400000-00800000 r-xp 00001000 fe:00 123                        /bin/sagewarden
Rss:                4096 kB
Anonymous:             0 kB
FilePmdMapped:      4096 kB
00800000-00900000 r--p 00401000 fe:00 123                        /bin/sagewarden
Anonymous:             0 kB
00900000-00980000 r--p 00501000 fe:00 123                        /bin/sagewarden
Anonymous:           304 kB
00980000-00a00000 rw-p 00581000 fe:00 123                        /bin/sagewarden
Anonymous:             0 kB
c000000000-c004000000 rw-p 00000000 00:00 0                      [anon: Go: heap]
Anonymous:             0 kB
7f0000000000-7f0000100000 r-xp 00000000 fe:00 124                /lib/other/sagewarden
Anonymous:             0 kB
7f0000200000-7f0000300000 r-xp 00000000 00:00 0
Anonymous:             0 kB
`
	want := []area{{0x400000, 0x800000}, {0x800000, 0x900000}}
	if got := clean(strings.NewReader(smaps), "/bin/sagewarden"); !slices.Equal(got, want) {
		t.Errorf("%x, want %x", got, want)
	}
}

// TestTheProgramRunsOn: what is unmapped is mapped anew where it is used, and in small pieces.
func TestTheProgramRunsOn(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	unmap()
	text, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	if len(clean(strings.NewReader(string(text)), exe)) == 0 {
		t.Fatal("nothing of this program was found in its memory")
	}
	for block := range strings.SplitSeq(string(text), "VmFlags:") {
		if strings.Contains(block, " "+exe) && strings.Contains(block, " r-xp ") && !strings.Contains(block, "FilePmdMapped:         0 kB") {
			t.Errorf("huge pages are mapped still: %s", block)
		}
	}
}
