package main

import (
	"runtime"
	"runtime/debug"

	"versus/sim/measure"
)

// version is the program's own version; CHANGELOG.md has what changed.
const version = "0.1.0"

// isStack says whether a module's version can move a measured number.
func isStack(module string) bool {
	switch module {
	case "github.com/gorilla/websocket",
		"github.com/libp2p/go-libp2p", "github.com/libp2p/go-yamux/v5",
		"github.com/multiformats/go-multistream", "github.com/flynn/noise":
		return true
	}
	return false
}

// buildInfo says which program this is.
func buildInfo() measure.Build {
	b := measure.Build{Version: version, Go: runtime.Version(), Modules: map[string]string{}}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			b.Version += "+" + s.Value[:min(12, len(s.Value))]
		}
	}
	for _, m := range info.Deps {
		if isStack(m.Path) {
			b.Modules[m.Path] = m.Version
		}
	}
	return b
}
