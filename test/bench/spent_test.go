package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// pandas names the environment that has it.
const pandas = "SAGEWARDEN_PANDAS"

// bareRun, in the environment, makes this binary run the statements that it names, in an engine as bare as it comes.
const bareRun = "SAGEWARDEN_BENCH_SQL"

// billLines is how many lines a bill has: ten million, or SAGEWARDEN_BENCH_LINES.
func billLines() int {
	if n, err := strconv.Atoi(os.Getenv("SAGEWARDEN_BENCH_LINES")); err == nil {
		return n
	}
	return 10_000_000
}

// spent is what a process took: time on the wall, time of processors, and memory at most.
type spent struct {
	wall, computed time.Duration
	peak           int64
}

// beside are lines of a table: what bare DuckDB, the program and a script took for so many lines.
func beside(lines int, bare, ours, script spent) string {
	row := func(who string, s spent) string {
		if s.wall == 0 {
			return fmt.Sprintf("  %-28s not measured\n", who)
		}
		return fmt.Sprintf("  %-28s %7.2fs %10.0f lines/s  ratio %5.2f  computed %7.2fs  ratio %5.2f  peak %5d MB\n", who, s.wall.Seconds(), float64(lines)/s.wall.Seconds(), s.wall.Seconds()/bare.wall.Seconds(),
			s.computed.Seconds(), s.computed.Seconds()/bare.computed.Seconds(), s.peak>>20)
	}
	return row("bare DuckDB", bare) + row("sagewarden", ours) + row("pandas, amounts as floats", script)
}

// program runs the program, in a process of its own.
func program(b *testing.B, args ...string) (out []byte, took spent) {
	b.Helper()
	return footprinted(b, nil, args...)
}

// bare has DuckDB carry out statements, in a process of its own, and read every row of their answers.
func bare(b *testing.B, statements ...string) (out []byte, took spent) {
	b.Helper()
	script := filepath.Join(b.TempDir(), "bare.json")
	text, err := json.Marshal(statements)
	if err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(script, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return footprinted(b, []string{bareRun + "=" + script})
}

// footprinted runs this binary as the program.
func footprinted(b *testing.B, env []string, args ...string) (out []byte, took spent) {
	b.Helper()
	memory := filepath.Join(b.TempDir(), "footprint")
	cmd := exec.CommandContext(b.Context(), os.Args[0], args...)
	cmd.Env = append(append(os.Environ(), asProgram+"="+memory), env...)
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	begin := time.Now()
	out, err := cmd.Output()
	took = spentBy(cmd, begin)
	if err != nil {
		b.Fatalf("%v\n%s", err, wrong.Bytes())
	}
	text, err := os.ReadFile(memory)
	if err != nil {
		b.Fatal(err)
	}
	var f footprint
	if err := json.Unmarshal(text, &f); err != nil {
		b.Fatal(err)
	}
	took.peak = f.Peak
	return out, took
}

// script runs a script of testdata that prints how many lines or rows it came to, and its peak in kilobytes.
func script(b *testing.B, venv, name string, args ...string) (n int, took spent) {
	b.Helper()
	cmd := exec.CommandContext(b.Context(), filepath.Join(venv, "bin", "python"), append([]string{filepath.Join("testdata", name)}, args...)...)
	var wrong bytes.Buffer
	cmd.Stderr = &wrong
	begin := time.Now()
	out, err := cmd.Output()
	took = spentBy(cmd, begin)
	if err != nil {
		b.Fatalf("%v\n%s", err, wrong.Bytes())
	}
	if _, err := fmt.Sscan(string(out), &n, &took.peak); err != nil {
		b.Fatalf("%q: %v", out, err)
	}
	took.peak <<= 10
	return n, took
}

// spentBy is what a process took that is over.
func spentBy(cmd *exec.Cmd, begin time.Time) spent {
	return spent{wall: time.Since(begin), computed: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
}
