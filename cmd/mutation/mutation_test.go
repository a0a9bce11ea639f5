package mutation_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	find = flag.Int("find", 0, "look for each mutation in `N` schedules and record the one that found it")
	only = flag.String("only", "", "the mutation `NAME` alone")
)

// soak runs versus soak with a mutation turned on (none if mutant is empty) and
// returns its exit code and output.
func soak(t *testing.T, binary, mutant string, args ...string) (code int, out string) {
	t.Helper()
	cmd := exec.Command(binary, append([]string{"soak", "-q"}, args...)...)
	cmd.Env = append(os.Environ(), switchName+"="+mutant)
	text, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), string(text)
}

// recorded is the schedule that found a mutation.
func recorded(name string) string { return filepath.Join("testdata", name+".yaml") }

// TestRecorded replays the schedule that found each mutation: with the mutation
// it shows a violation again, and without it none.
func TestRecorded(t *testing.T) {
	if testing.Short() || *find > 0 {
		t.Skip("builds the program twice")
	}
	all := load(t)
	mutated, real := build(t, all), compile(t, filepath.Join(t.TempDir(), "versus"))
	for _, m := range all {
		if *only != "" && m.name != *only {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			code, out := soak(t, mutated, m.name, "--replay", recorded(m.name), "--tries", "5")
			assert.Equal(t, 1, code, "the soak does not see the mutation: %s", out)
			assert.Contains(t, out, "tries show a violation")
			code, out = soak(t, real, "", "--replay", recorded(m.name), "--tries", "2")
			assert.Zero(t, code, "the schedule shows a violation of the program itself: %s", out)
		})
	}
}

// TestOnceWrong replays schedules that once showed a violation, of the program or
// of a check.
func TestOnceWrong(t *testing.T) {
	if testing.Short() || *find > 0 {
		t.Skip("builds the program")
	}
	files, err := filepath.Glob(filepath.Join("testdata", "once", "*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	real := compile(t, filepath.Join(t.TempDir(), "versus"))
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			code, out := soak(t, real, "", "--replay", file, "--tries", "3")
			assert.Zero(t, code, out)
		})
	}
}

// TestFind lets the soak look for each mutation, and records what it found. It
// runs on demand: make mutation.
func TestFind(t *testing.T) {
	if *find <= 0 {
		t.Skip("on demand: -find 500")
	}
	all := load(t)
	mutated := build(t, all)
	for _, m := range all {
		if *only != "" && m.name != *only {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			out := t.TempDir()
			code, text := soak(t, mutated, m.name, "--schedules", fmt.Sprint(*find), "--seed", "1", "--first", "--out", out)
			require.Equal(t, 1, code, "not found in %d schedules: %s", *find, text)
			t.Log(text)
			var schedule []byte
			for _, name := range []string{"minimised.yaml", "schedule.yaml"} {
				paths, err := filepath.Glob(filepath.Join(out, "*", name))
				require.NoError(t, err)
				if len(paths) > 0 {
					schedule, err = os.ReadFile(paths[0])
					require.NoError(t, err)
					break
				}
			}
			require.NotEmpty(t, schedule)
			_, number, _ := strings.Cut(text, "  schedule ")
			number, _, _ = strings.Cut(number, ":")
			head := fmt.Sprintf("# What finds the mutation %s: schedule %s of seed 1, made smaller.\n", m.name, number)
			require.NoError(t, os.WriteFile(recorded(m.name), append([]byte(head), schedule...), 0o666))
		})
	}
}
