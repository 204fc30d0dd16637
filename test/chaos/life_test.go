package chaos_test

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	diff "github.com/google/go-cmp/cmp"

	"github.com/sagewarden/sagewarden/internal/ledger"
)

const (
	deathsVariable = "SAGEWARDEN_CHAOS"
	seedVariable   = "SAGEWARDEN_CHAOS_SEED"
)

// sample is how many deaths there are where nobody asks for more.
const sample = 40

// most is how many processes a part of a story may take.
const most = 80

// setting reads a number from the environment.
func setting(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	if testing.Short() && name == deathsVariable {
		otherwise /= 4
	}
	text := cmp.Or(os.Getenv(name), strconv.FormatUint(otherwise, 10))
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// A toll counts who died of what.
type toll struct {
	mu    sync.Mutex
	tally map[string]int
	n     int
}

func (c *toll) add(lines ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	for _, l := range lines {
		c.tally[l]++
	}
}

func (c *toll) deaths() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.n
}

func (c *toll) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var b strings.Builder
	for _, l := range slices.Sorted(maps.Keys(c.tally)) {
		fmt.Fprintf(&b, "%6d  %s\n", c.tally[l], l)
	}
	return b.String()
}

// TestDeaths: wherever processes die that tell, stop, delete and undo, those that come after them bring everything to the end that it has without a
// death: each change is made once, nobody is left untold, nothing is forgotten, and the history is whole.
func TestDeaths(t *testing.T) {
	want, seed := setting(t, deathsVariable, sample), setting(t, seedVariable, 1)
	count := &toll{tally: map[string]int{}}
	var lives atomic.Uint64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for uint64(count.deaths()) < want && !t.Failed() { //nolint:gosec // it counts up
				n := lives.Add(1) - 1
				kept := []store{sqlite, postgreSQL, inS3, sqlite, sqlite}[n%5]
				t.Run(fmt.Sprintf("%s-%d", kept, seed+n), func(t *testing.T) { live(t, kept, seed+n, count) })
			}
		})
	}
	wg.Wait()
	t.Logf("%d deaths in %d lives:\n%s", count.deaths(), lives.Load(), count)
}

// live tells a story three times: as it goes undisturbed, with deaths, and with deaths until somebody halts it in the middle and takes everything back.
func live(t *testing.T, kept store, seed uint64, count *toll) {
	t.Helper()
	begin := func(deaths int) *life {
		w := organization(rand.New(rand.NewPCG(seed, 0)))         //nolint:gosec // the same at every run
		s := newStage(t, w, kept, rand.New(rand.NewPCG(seed, 1))) //nolint:gosec // here too
		l := &life{stage: s, kept: kept, left: deaths, typical: map[string]typical{}, toll: count}
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("a story of %d deaths:\n%s", l.died, strings.Join(l.chronicle, "\n"))
			}
		})
		return l
	}
	tell := func(deaths int) (acted, undone end) {
		l := begin(deaths)
		first := l.ending().World
		l.act(func(left remains) bool { return left == remains{} && len(l.opened) > 0 })
		l.heeded(l.died)
		acted = l.ending()
		l.left = deaths / 2
		l.undo(first)
		return acted, l.ending()
	}
	acted, undone := tell(0)
	a, u := tell(12)
	l := begin(12)
	first := l.ending().World
	enough := 1 + l.drawn(8)
	l.act(func(left remains) bool {
		return l.died >= enough && len(l.changes()) > 0 || left == remains{} && len(l.opened) > 0
	})
	l.ledger(func(k *ledger.Ledger) {
		if err := k.Halt(t.Context(), "ana", "too many die"); err != nil {
			t.Fatal(err)
		}
	})
	l.act(func(left remains) bool { return left.intents == 0 && left.notices == 0 })
	l.heeded(l.died)
	l.undo(first)
	if d := diff.Diff(acted, a); d != "" {
		t.Errorf("with deaths all comes to another end (-undisturbed +with deaths):\n%s", d)
	}
	if d := diff.Diff(undone, u); d != "" {
		t.Errorf("with deaths all is undone otherwise (-undisturbed +with deaths):\n%s", d)
	}
}

// A life is one story of the program, with as many deaths as are left.
type life struct {
	*stage
	kept       store
	left, died int
	// said is what the last process wrote, and chronicle what all of them did.
	said      string
	chronicle []string
	// typical is what a command is about when it lives.
	typical map[string]typical
	*toll
}

// typical is how much there is of what a process can die of.
type typical struct {
	seen map[place]int
	took time.Duration
}

// doom draws a death for a command: none where none is left, and now and then none all the same.
func (l *life) doom(command string) death {
	if l.left <= 0 || l.drawn(8) == 0 {
		return death{}
	}
	usual, known := l.typical[command]
	if !known {
		usual = typical{map[place]int{call: 40, change: 3, object: 40, query: 100, webhook: 2, mail: 2, waiting: 2}, 300 * time.Millisecond}
	}
	likely := []place{change, change, change, call, call, webhook, mail, instant}
	switch command {
	case "undo":
		likely = []place{change, change, change, call, waiting, instant}
	case "serve":
		likely = append(likely, waiting)
	}
	if len(l.all()) < 3 && command != "undo" { // nobody is told twice: who dies of it, dies early
		likely = append(likely, webhook, webhook, webhook, mail, mail, mail)
	}
	switch l.kept {
	case postgreSQL:
		likely = append(likely, query, query, query)
	case inS3:
		likely = append(likely, object, object, object)
	case sqlite:
		likely = append(likely, instant, instant)
	}
	d := death{place: likely[l.drawn(len(likely))], moment: []moment{before, between, after}[l.drawn(3)]}
	d.nth, d.after = 1+l.drawn(max(usual.seen[d.place], 2)), time.Duration(l.drawn(int(usual.took)))
	switch d.place {
	case webhook, mail:
		d.nth = 1 + l.drawn(2)
	case change, waiting: // most processes come to the first and not to the last
		d.nth = 1 + min(l.drawn(4), l.drawn(4))
	}
	return d
}

// run runs a command that may die, and looks at what it has left. It reports whether it came to its end well.
func (l *life) run(command string, args ...string) (well bool, left remains) {
	l.Helper()
	d := l.doom(command)
	began, at := time.Now(), l.now()
	p := l.stage.run(d, args...)
	l.chronicle = append(l.chronicle, fmt.Sprintf("%s  %s, to die at %s %d %s after %s: %s\n%s", at.Format(time.DateTime), strings.Join(args, " "), d.place, d.nth, d.moment, d.after, p.ProcessState, &p.out))
	if p.killed && p.ProcessState.ExitCode() == -1 {
		l.left--
		l.died++
		l.add("of "+command, d.sort(), "with "+string(l.kept))
	} else if d.place == "" {
		l.typical[command] = typical{p.seen, time.Since(began)}
	}
	if l.said = p.out.String(); strings.Contains(l.said, "panic: ") || strings.Contains(l.said, "DATA RACE") {
		l.Fatalf("%v:\n%s", args, l.said)
	}
	return p.ProcessState.Success(), l.inspect()
}

// act runs what tells and acts, until it has come far enough.
func (l *life) act(enough func(remains) bool) {
	l.Helper()
	for range most {
		command := []string{"apply", "serve --once", "serve"}[l.drawn(3)]
		if l.left <= 0 {
			command = "serve --once"
		}
		args := map[string][]string{
			"apply":        {"apply", "--auto-approve", "--account", account},
			"serve --once": {"serve", "--once", "--every", "1s"},
			"serve":        {"serve", "--listen", "127.0.0.1:0", "--every", "10m"},
		}[command]
		if _, left := l.run(command, args...); enough(left) {
			return
		}
		l.pass([]time.Duration{time.Second, time.Minute, 6 * time.Minute, 11 * time.Minute, 20 * time.Minute}[l.drawn(5)])
		if l.left <= 0 {
			l.pass(20 * time.Minute)
		}
	}
	l.Fatalf("it never comes to its end:\n%s", l.said)
}

// undo takes back everything, the newest first, and compares the world with the one before.
func (l *life) undo(first map[string]any) {
	l.Helper()
	for _, r := range l.steps() {
		for n := 0; ; n++ {
			well, left := l.run("undo", "undo", r.ID, "--auto-approve", "--account", account, "--wait", "1h")
			if well && left.intents == 0 {
				break
			}
			if n == most {
				l.Fatalf("undoing %s of %s never comes to its end:\n%s", r.Operation, r.On, l.said)
			}
			l.pass([]time.Duration{time.Second, time.Minute, 6 * time.Minute}[l.drawn(3)])
		}
	}
	if d := diff.Diff(first, l.ending().World); d != "" {
		l.Errorf("the world is another one than before (-before +after):\n%s", d)
	}
}
