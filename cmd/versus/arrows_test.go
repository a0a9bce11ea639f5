package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// arrows lists what each package of the project may import of the project: the
// picture in ARCHITECTURE.md. A package that is not here fails the test, so
// that a new room is a decision.
var arrows = map[string][]string{
	"versus/sim":          {},
	"versus/scenarios":    {},
	"versus/sim/theory":   {},
	"versus/sim/stats":    {},
	"versus/sim/scenario": {},
	"versus/sim/workload": {"versus/sim/scenario"},
	"versus/sim/measure":  {"versus/sim/scenario", "versus/sim/workload", "versus/sim/stats"},
	"versus/sim/fault":    {"versus/sim/scenario"},
	"versus/sim/trial": {"versus/sim", "versus/sim/fault", "versus/sim/measure", "versus/sim/scenario", "versus/sim/stats",
		"versus/sim/theory", "versus/sim/workload"},
	"versus/sim/run":      {"versus/sim/trial", "versus/sim/fault", "versus/sim/measure", "versus/sim/scenario", "versus/sim/workload"},
	"versus/sim/fidelity": {"versus/sim", "versus/sim/stats"},
	"versus/sim/soak":     {"versus/sim/fault", "versus/sim/measure", "versus/sim/scenario", "versus/sim/trial", "versus/sim/workload"},
	// A small architecture, and single trials, for tests.
	"versus/sim/trial/trialtest": {"versus/sim/measure", "versus/sim/trial", "versus/sim/workload", "versus/sim/scenario"},
	"versus/clientserver":        {"versus/sim/trial", "versus/sim/workload", "versus/sim/scenario"},
	"versus/p2p/wire":            {"versus/sim/workload"},
	"versus/p2p":                 {"versus/p2p/wire", "versus/sim/trial", "versus/sim/workload", "versus/sim/scenario"},
	"versus/reports/plot":        {},
	"versus/reports/compare":     {"versus/sim/measure", "versus/sim/scenario", "versus/sim/stats"},
	"versus/reports":             {"versus/reports/compare", "versus/reports/plot", "versus/sim/measure", "versus/sim/scenario", "versus/sim/stats", "versus/sim/theory", "versus/sim/workload"},
	"versus/reports/page":        {"versus/reports", "versus/reports/plot", "versus/sim/measure"},
	// Tests alone: measurements beside published models.
	"versus/cmd/experiments": {},
	// Tests alone: both architectures under faults.
	"versus/cmd/resilience": {},
	// Tests alone: bugs that the soak has to find.
	"versus/cmd/mutation": {},
	"versus/cmd/versus": {"versus/clientserver", "versus/p2p", "versus/reports", "versus/reports/compare", "versus/reports/page", "versus/reports/plot", "versus/scenarios", "versus/sim/fidelity",
		"versus/sim/measure", "versus/sim/run", "versus/sim/scenario", "versus/sim/soak", "versus/sim/trial"},
}

// ownTests lists what a package's tests may import beyond that: the real bench
// under an architecture, say.
var ownTests = map[string][]string{
	"versus/clientserver":   {"versus/sim"},
	"versus/p2p":            {"versus/sim", "versus/sim/theory", "versus/sim/trial/trialtest"},
	"versus/sim/run":        {"versus/sim", "versus/sim/trial/trialtest"},
	"versus/sim/trial":      {"versus/sim/trial/trialtest"},
	"versus/sim/soak":       {"versus/sim/trial/trialtest"},
	"versus/sim/scenario":   {"versus/scenarios"},
	"versus/reports/page":   {"versus/sim/scenario"},
	"versus/scenarios":      {"versus/sim/scenario"},
	"versus/cmd/resilience": {"versus/clientserver", "versus/p2p", "versus/sim/measure", "versus/sim/scenario", "versus/sim/trial", "versus/sim/trial/trialtest"},
	"versus/cmd/experiments": {"versus/clientserver", "versus/p2p", "versus/reports/compare", "versus/scenarios", "versus/sim/measure", "versus/sim/scenario", "versus/sim/theory",
		"versus/sim/trial", "versus/sim/trial/trialtest", "versus/sim/workload"},
}

func TestImportsPointOneWay(t *testing.T) {
	list := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", "versus/...")
	var out, stderr bytes.Buffer
	list.Stdout, list.Stderr = &out, &stderr
	require.NoError(t, list.Run(), stderr.String())
	packages := 0
	for decoder := json.NewDecoder(&out); ; packages++ {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := decoder.Decode(&p); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
		allowed, known := arrows[p.ImportPath]
		if !known {
			t.Errorf("package %s has no place in the picture", p.ImportPath)
			continue
		}
		check := func(imports, allowed []string, where string) {
			for _, i := range imports {
				own := i == "versus" || strings.HasPrefix(i, "versus/")
				if own && i != p.ImportPath && !slices.Contains(allowed, i) {
					t.Errorf("%s%s imports %s", p.ImportPath, where, i)
				}
				// The network model uses the standard library alone.
				standard := !strings.Contains(strings.Split(i, "/")[0], ".")
				if p.ImportPath == "versus/sim" && where == "" && !standard {
					t.Errorf("%s imports %s", p.ImportPath, i)
				}
			}
		}
		check(p.Imports, allowed, "")
		tests := slices.Concat(allowed, ownTests[p.ImportPath])
		check(p.TestImports, tests, " (tests)")
		check(p.XTestImports, tests, " (tests)")
	}
	require.Greater(t, packages, 10)
}
