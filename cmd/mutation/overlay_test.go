package mutation_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// switchName is the environment variable that turns one mutation on: all of them
// are in one binary, so that there is one to build.
const switchName = "VERSUS_MUTANT"

// mutation is one bug: a text of one file, which occurs there once, and what is
// in its place.
type mutation struct {
	name     string // of its file in testdata, and of its switch
	file     string // relative to the module's root
	old, new string
}

// load reads every mutation of testdata.
func load(t *testing.T) []mutation {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.mutation")
	require.NoError(t, err)
	var all []mutation
	for _, path := range paths {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		m := mutation{name: strings.TrimSuffix(filepath.Base(path), ".mutation")}
		head, rest, _ := strings.Cut(string(data), "\n<<<<\n")
		for _, line := range strings.Split(head, "\n") {
			if file, ok := strings.CutPrefix(line, "file "); ok {
				m.file = file
			}
		}
		var ok, ended bool
		m.old, rest, ok = strings.Cut(rest, "\n====\n")
		m.new, _, ended = strings.Cut(rest, "\n>>>>\n")
		require.True(t, ok && ended && m.file != "", "%s: want a line with file, then the old and the new text between <<<<, ==== and >>>>", path)
		require.Contains(t, m.new, fmt.Sprintf("mutant(%q)", m.name), "%s: the mutation is not behind its switch", path)
		all = append(all, m)
	}
	require.GreaterOrEqual(t, len(all), 10)
	return all
}

// root is the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	return dir
}

// build builds the program with every mutation in it, each behind its switch.
func build(t *testing.T, all []mutation) (binary string) {
	t.Helper()
	dir, top := t.TempDir(), root(t)
	replace, texts := map[string]string{}, map[string]string{}
	put := func(path, text string) {
		copied := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
		if before, ok := replace[path]; ok {
			copied = before
		}
		require.NoError(t, os.WriteFile(copied, []byte(text), 0o666))
		replace[path], texts[path] = copied, text
	}
	for _, m := range all {
		path := filepath.Join(top, filepath.FromSlash(m.file))
		text, ok := texts[path]
		if !ok {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			text = string(data)
		}
		require.Equal(t, 1, strings.Count(text, m.old), "%s: %s does not have the text once", m.name, m.file)
		put(path, strings.Replace(text, m.old, m.new, 1))
		folder := filepath.Dir(path)
		put(filepath.Join(folder, "mutant.go"), fmt.Sprintf(
			"package %s\n\nimport \"os\"\n\nfunc mutant(name string) bool { return os.Getenv(%q) == name }\n", filepath.Base(folder), switchName))
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o666))
	return compile(t, filepath.Join(dir, "mutated"), "-overlay", filepath.Join(dir, "overlay.json"))
}

// compile builds the program.
func compile(t *testing.T, binary string, flags ...string) string {
	t.Helper()
	cmd := exec.Command("go", append(append([]string{"build", "-o", binary}, flags...), "./cmd/versus")...)
	cmd.Dir = root(t)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return binary
}
