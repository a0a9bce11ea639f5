package scenario

import (
	"maps"
	"path/filepath"
	"slices"
)

// Defaults of what a scenario may leave out. Links default to no delay, no
// jitter and no loss, faults, sweep and expect to none, and architectures to
// every one that is known.
const (
	DefaultSeed      uint64 = 1
	DefaultRepeat           = 1
	DefaultTimeLimit        = Duration(30 * 60 * 1e9)
	DefaultPieceSize        = 256 * KiB
)

// resolve returns a new scenario with every default filled and every path
// absolute. It does not judge values.
func resolve(d *draft) *Scenario {
	s := d.Scenario
	fill(d, "title", &s.Title, s.Name)
	fill(d, "seed", &s.Seed, DefaultSeed)
	fill(d, "repeat", &s.Repeat, DefaultRepeat)
	fill(d, "time_limit", &s.TimeLimit, DefaultTimeLimit)

	w := &s.Workload
	fill(d, "workload.piece_size", &w.PieceSize, DefaultPieceSize)
	fill(d, "workload.requests.pattern", &w.Requests.Pattern, AllAtOnce)
	fill(d, "workload.popularity.pattern", &w.Popularity.Pattern, UniformPopularity)
	w.Requests.Path = d.absolute("workload.requests.path", w.Requests.Path)
	switch w.Requests.Arrivals {
	case NetworkPeers:
		w.Requests.Arrivals = ""
	case NewNodes:
		fill(d, "workload.requests.patience", &w.Requests.Patience, Distribution{Kind: Forever})
		fill(d, "workload.requests.seed_time", &w.Requests.SeedTime, Distribution{Kind: Forever})
	}
	w.Files = slices.Clone(w.Files)
	for i := range w.Files {
		f := &w.Files[i]
		f.Path = d.absolute(pathOf("workload.files", i, "path"), f.Path)
		fill(d, pathOf("workload.files", i, "count"), &f.Count, 1)
		if f.Path != "" {
			fill(d, pathOf("workload.files", i, "name"), &f.Name, filepath.Base(f.Path))
		}
	}

	s.Network = d.resolveNetwork()
	s.Architectures = resolveArchitectures(d)
	s.Faults = d.resolveFaults()
	s.Prices = d.resolvePrices()
	s.Sweep = d.resolveSweep()
	s.Expect = append([]string{}, s.Expect...)
	return &s
}

// resolveNetwork copies the network, with its defaults.
func (d *draft) resolveNetwork() Network {
	net := d.Network
	fill(d, "network.tcp", &net.TCP, Cubic)
	fill(d, "network.origin.queue", &net.Origin.Queue, Fair)
	net.Shared = slices.Clone(net.Shared)
	for i := range net.Shared {
		l := &net.Shared[i]
		fill(d, join("network.shared", l.Name)+".queue", &l.Queue, Fair)
	}
	net.Peers = slices.Clone(net.Peers)
	for i := range net.Peers {
		fill(d, pathOf("network.peers", i, "queue"), &net.Peers[i].Queue, Fair)
	}
	return net
}

// resolveSweep copies the sweep, with swept paths absolute.
func (d *draft) resolveSweep() Sweep {
	sweep := Sweep{}
	for _, axis := range d.Sweep {
		axis.Values = slices.Clone(axis.Values)
		if external(axis.Key) {
			for i, path := range axis.Values {
				axis.Values[i] = d.absolute(pathOf(join("sweep", axis.Key), i), path)
			}
		}
		sweep = append(sweep, axis)
	}
	return sweep
}

// fill sets a value that the file does not give.
func fill[T any](d *draft, path string, into *T, value T) {
	if !d.given(path) {
		*into = value
	}
}

// absolute resolves a path against the folder of the file that names it; one
// from a flag is relative to the working directory.
func (d *draft) absolute(at, path string) string {
	if path == "" {
		return ""
	}
	place := d.placeOf(at)
	if !place.flag && !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(d.file), path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		d.report(place, at, "%q cannot be made absolute: %v", abbreviate(path), err)
	}
	return abs
}

func resolveArchitectures(d *draft) Architectures {
	resolved := Architectures{}
	if !d.given("architectures") {
		for _, kind := range d.kinds {
			resolved = append(resolved, Architecture{Name: kind.Name})
		}
	} else {
		resolved = append(resolved, d.Architectures...)
	}
	for i, a := range resolved {
		options := Options{}
		for _, o := range findKind(d.kinds, a.Name).Options {
			options[o.Name] = o.Default
		}
		maps.Copy(options, a.Options)
		resolved[i].Options = options
	}
	return resolved
}
