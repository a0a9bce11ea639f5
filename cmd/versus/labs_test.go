package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// commandsOf returns the commands of a document's console blocks: what follows
// a prompt, with the lines that continue it.
func commandsOf(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var commands []string
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		for _, line := range strings.Split(strings.TrimRight(block[1], "\n"), "\n") {
			if command, prompt := strings.CutPrefix(line, "$ "); prompt {
				commands = append(commands, command)
				continue
			}
			require.NotEmpty(t, commands, "%s: a block begins with %q, want a prompt", path, line)
			commands[len(commands)-1] += "\n" + line
		}
	}
	return commands
}

// Every command of the labs works as it stands there, in its order, in a folder
// of each lab's own, with somebody who makes a guess where one is asked for.
func TestLabCommands(t *testing.T) {
	wholeRuns(t)
	labs, err := filepath.Glob(filepath.Join("..", "..", "docs", "labs", "[1-9]*.md"))
	require.NoError(t, err)
	require.Len(t, labs, 6)
	// The program as it is: whole swarms are too much for the race detector.
	bin := t.TempDir()
	out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "versus"), ".").CombinedOutput()
	require.NoError(t, err, string(out))
	for _, lab := range labs {
		t.Run(strings.TrimSuffix(filepath.Base(lab), ".md"), func(t *testing.T) {
			folder := t.TempDir()
			commands := commandsOf(t, lab)
			assert.GreaterOrEqual(t, len(commands), 2)
			for _, command := range commands {
				var stderr bytes.Buffer
				cmd := exec.Command("sh", "-c", command)
				cmd.Dir, cmd.Stderr, cmd.Stdin = folder, &stderr, strings.NewReader("p2p\n2\n")
				cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
				stdout, err := cmd.Output()
				require.NoError(t, err, "%s\n%s", command, stderr.String())
				if strings.Contains(command, "--predict") {
					assert.Contains(t, string(stdout), "You guessed p2p, 2.00 times as fast", command)
				}
				if spent := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(); spent > 0 {
					t.Logf("%.1f s of processor time: %s", spent.Seconds(), command)
				}
			}
		})
	}
}

// The index has a line for each lab.
func TestLabIndex(t *testing.T) {
	folder := filepath.Join("..", "..", "docs", "labs")
	index, err := os.ReadFile(filepath.Join(folder, "README.md"))
	require.NoError(t, err)
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, e := range entries {
		if e.Name() != "README.md" {
			assert.Contains(t, string(index), "]("+e.Name()+")")
		}
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		require.NoError(t, err)
		if e.Name() == "README.md" {
			continue
		}
		for _, part := range []string{"**Question.**", "## Predict", "## Run", "## Look at", "**As measured**", "**Marking hint.**"} {
			assert.Contains(t, strings.ReplaceAll(string(text), "**As measured.**", "**As measured**"), part, e.Name())
		}
	}
}
