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

// Every command in the README works as it stands there, in its order, in one
// folder that has the file it speaks of.
func TestReadmeCommands(t *testing.T) {
	wholeRuns(t)
	text, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	require.NoError(t, err)
	// The program as it is: whole swarms are too much for the race detector.
	program := filepath.Join(t.TempDir(), "versus")
	out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("lecture.mp4", make([]byte, 1<<20), 0o666))

	blocks := regexp.MustCompile("(?s)```(?:console|sh)\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	commands := 0
	for _, block := range blocks {
		for _, line := range strings.Split(block[1], "\n") {
			line = strings.TrimPrefix(strings.TrimSpace(line), "$ ")
			rest, found := strings.CutPrefix(line, "go run ./cmd/versus ")
			if !found {
				if rest, found = strings.CutPrefix(line, "versus "); !found {
					continue
				}
			}
			rest, _, _ = strings.Cut(rest, " #")
			rest, target, redirected := strings.Cut(rest, " > ")
			commands++
			t.Run(rest, func(t *testing.T) {
				var stderr bytes.Buffer
				cmd := exec.Command(program, strings.Fields(rest)...)
				cmd.Stderr = &stderr
				stdout, err := cmd.Output()
				require.NoError(t, err, stderr.String())
				if redirected {
					require.NoError(t, os.WriteFile(strings.TrimSpace(target), stdout, 0o666))
				}
			})
		}
	}
	assert.GreaterOrEqual(t, commands, 5)
}
