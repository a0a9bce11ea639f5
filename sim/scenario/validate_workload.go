package scenario

import (
	"path/filepath"
	"slices"
)

func (v *validator) workload() {
	w := v.s.Workload
	sized := within(v, "workload.piece_size", w.PieceSize, MinPieceSize, MaxPieceSize)
	if len(w.Files) == 0 {
		v.report("workload.files", "no files, want at least one such as {name: lecture.bin, size: 16MiB}")
	}
	names, total := map[string]int{}, 0
	for i, f := range w.Files {
		path := pathOf("workload.files", i)
		counted := v.file(path, f)
		if sized && f.Size > w.PieceSize*MaxFilePieces {
			v.report(join(path, "size"), "%v is above %v, which is %d pieces of %v; workload.piece_size makes them larger",
				f.Size, w.PieceSize*MaxFilePieces, MaxFilePieces, w.PieceSize)
		}
		if !counted {
			continue
		}
		if total += f.Count; total <= MaxFiles {
			v.fileNames(path, i, f, names)
		}
	}
	if total > MaxFiles {
		v.report("workload.files", "%d files is above %d", total, MaxFiles)
	}
	v.requests()
	v.popularity()
}

// file checks one entry of the catalog and says whether its count can be used.
func (v *validator) file(path string, f File) bool {
	if f.Name == "" {
		v.report(join(path, "name"), "missing, want a name such as lecture.bin")
	} else if !saneFileName(f.Name) {
		v.report(join(path, "name"), "%q, want a file name of at most %d bytes without slashes, control characters or outer spaces",
			abbreviate(f.Name), maxFileName)
	}
	switch sizeGiven := f.Size != 0 || v.draft.given(join(path, "size")); {
	case f.Path != "" && sizeGiven:
		v.report(join(path, "size"), "given beside path, want one of them: a file on disk has its own size")
	case f.Path != "":
		if !filepath.IsAbs(f.Path) {
			v.report(join(path, "path"), "%q is not absolute", abbreviate(f.Path))
		}
		if f.Count > 1 {
			v.report(join(path, "count"), "%d beside path, want 1", f.Count)
		}
	case v.draft.given(join(path, "path")):
		v.report(join(path, "path"), "empty, want the path of a file")
	case !sizeGiven:
		v.report(join(path, "size"), "missing, want a size such as 16MiB, or a path")
	case f.Size < 1:
		v.report(join(path, "size"), "%v is below %v", f.Size, Byte)
	}
	return within(v, join(path, "count"), f.Count, 1, MaxFiles)
}

// fileNames reports names that another entry of the catalog has.
func (v *validator) fileNames(path string, i int, f File, names map[string]int) {
	for _, name := range f.Names() {
		if len(name) > maxFileName && saneFileName(f.Name) {
			v.report(join(path, "name"), "%q is longer than %d bytes with its number", abbreviate(f.Name), maxFileName)
			return
		}
		if first, seen := names[name]; seen && name != "" {
			v.report(join(path, "name"), "%q is also the name of a file of %s", abbreviate(name), pathOf("workload.files", first))
			return
		}
		names[name] = i
	}
}

func (v *validator) requests() {
	const path = "workload.requests"
	r := v.s.Workload.Requests
	fields := []struct {
		key     string
		set     bool
		pattern string
		example string
	}{
		{"rate", r.Rate != 0, Poisson, "2/s"},
		{"for", r.For != 0, Poisson, "5m"},
		{"over", r.Over != 0, Uniform, "60s"},
		{"path", r.Path != "", Trace, "trace.csv"},
	}
	patterns := []string{AllAtOnce, Uniform, Poisson, Trace}
	if !slices.Contains(patterns, r.Pattern) {
		v.unknown(join(path, "pattern"), "pattern", r.Pattern, patterns)
		return
	}
	for _, f := range fields {
		at := join(path, f.key)
		switch given := f.set || v.draft.given(at); {
		case f.pattern != r.Pattern && given:
			v.report(at, "not used by the pattern %s, only by %s", r.Pattern, f.pattern)
		case f.pattern == r.Pattern && !given:
			v.report(at, "missing, the pattern %s wants a value such as %s", r.Pattern, f.example)
		case f.pattern == r.Pattern && !f.set:
			v.report(at, "0 or empty, the pattern %s wants a value such as %s", r.Pattern, f.example)
		}
	}
	v.arrivals(path, r)
	v.newNodes(path, r)
}

// newNodes checks who asks, and how long new nodes stay.
func (v *validator) newNodes(path string, r Requests) {
	stays := []struct {
		key  string
		span Distribution
	}{{"patience", r.Patience}, {"seed_time", r.SeedTime}}
	switch r.Arrivals {
	case NewNodes:
	case "", NetworkPeers:
		for _, s := range stays {
			if at := join(path, s.key); !s.span.IsZero() || v.draft.given(at) {
				v.report(at, "not used by the peers of the network, only with arrivals: %s", NewNodes)
			}
		}
		return
	default:
		v.unknown(join(path, "arrivals"), "arrivals", r.Arrivals, []string{NetworkPeers, NewNodes})
		return
	}
	if r.Pattern == Trace {
		v.report(join(path, "arrivals"), "%s, but a trace names the nodes that ask", NewNodes)
	}
	for _, s := range stays {
		v.distribution(join(path, s.key), s.span)
	}
	if expected := r.Rate.PerSecond() * r.For.Seconds(); r.Pattern == Poisson && expected > MaxPeers {
		v.report(join(path, "rate"), "%v for %v brings %.0f new nodes, above %d", r.Rate, r.For, expected, MaxPeers)
	}
}

// arrivals checks the values of a pattern whose fields are all there.
func (v *validator) arrivals(path string, r Requests) {
	switch r.Pattern {
	case Poisson:
		if r.Rate == 0 || r.For == 0 {
			return
		}
		within(v, join(path, "rate"), r.Rate, MinFrequency, MaxRequests)
		if r.For < 0 {
			v.report(join(path, "for"), "%v, want more than 0s", r.For)
		}
		if expected := r.Rate.PerSecond() * r.For.Seconds(); expected > MaxRequests {
			v.report(join(path, "rate"), "%v for %v is %.0f requests, above %d", r.Rate, r.For, expected, MaxRequests)
		}
		if r.For > v.s.TimeLimit {
			v.report(join(path, "for"), "%v is above the time limit %v", r.For, v.s.TimeLimit)
		}
	case Uniform:
		if r.Over < 0 {
			v.report(join(path, "over"), "%v, want more than 0s", r.Over)
		}
		if r.Over > v.s.TimeLimit {
			v.report(join(path, "over"), "%v is above the time limit %v", r.Over, v.s.TimeLimit)
		}
	case Trace:
		if r.Path != "" && !filepath.IsAbs(r.Path) {
			v.report(join(path, "path"), "%q is not absolute", abbreviate(r.Path))
		}
	}
}

func (v *validator) popularity() {
	const path = "workload.popularity"
	p := v.s.Workload.Popularity
	at := join(path, "exponent")
	switch p.Pattern {
	case UniformPopularity:
		if p.Exponent != 0 {
			v.report(at, "%v, not used by the pattern %s, only by %s", p.Exponent, UniformPopularity, Zipf)
		}
	case Zipf:
		if v.draft.places != nil && !v.draft.given(at) {
			v.report(at, "missing, the pattern %s wants a value such as 0.9", Zipf)
			return
		}
		within(v, at, p.Exponent, 0, MaxExponent)
	default:
		v.unknown(join(path, "pattern"), "pattern", p.Pattern, []string{UniformPopularity, Zipf})
	}
}
