// Package scenarios is the library of scenarios that ships inside the program.
package scenarios

import (
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.yaml
var library embed.FS

const extension = ".yaml"

// List returns the names of all scenarios, sorted.
func List() []string {
	paths, err := fs.Glob(library, "*"+extension)
	if err != nil {
		panic(fmt.Sprintf("listing the embedded scenarios: %v", err)) // the pattern is a constant
	}
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = strings.TrimSuffix(path, extension)
	}
	slices.Sort(names) // files sort otherwise: a.yaml comes after a-b.yaml
	return names
}

// Read returns the YAML of a scenario by its name, or an error that wraps
// fs.ErrNotExist.
func Read(name string) ([]byte, error) {
	data, err := library.ReadFile(name + extension)
	if err != nil {
		return nil, fmt.Errorf("scenario %q: %w", name, err)
	}
	return data, nil
}
