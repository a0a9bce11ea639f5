package workload

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path"
	"strconv"
	"strings"

	"versus/sim/scenario"
)

// entry is one file of the catalog: generated when path is empty.
type entry struct {
	name string
	size int64 // bytes; 0 for a file on disk
	path string
}

// Catalog returns the names of the workload's files in order of popularity
// rank. An entry with a Count above 1 stands for that many files, named by
// inserting -1, -2 ... before the extension: page.html becomes page-1.html.
func Catalog(w scenario.Workload) []string {
	entries := expand(w.Files)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.name
	}
	return names
}

func expand(files []scenario.File) []entry {
	var out []entry
	for _, f := range files {
		e := entry{name: f.Name, size: int64(f.Size), path: f.Path}
		if f.Count <= 1 {
			out = append(out, e)
			continue
		}
		ext := path.Ext(f.Name)
		stem := strings.TrimSuffix(f.Name, ext)
		for i := 1; i <= f.Count; i++ {
			e.name = stem + "-" + strconv.Itoa(i) + ext
			out = append(out, e)
		}
	}
	return out
}

// checkCatalog expands the files and refuses an empty catalog and names that
// occur twice, which counted entries can produce unseen.
func checkCatalog(w scenario.Workload) ([]entry, error) {
	entries := expand(w.Files)
	if len(entries) == 0 {
		return nil, fmt.Errorf("workload.files: the catalog is empty")
	}
	seen := make(map[string]bool, len(entries))
	for _, e := range entries {
		if seen[e.name] {
			return nil, fmt.Errorf("workload.files: the name %q occurs twice", e.name)
		}
		seen[e.name] = true
	}
	return entries, nil
}

// popularity draws files of a catalog by rank. With exponent s, the file of
// rank k (from 1) is drawn with probability k^-s / sum over j of j^-s, the Zipf
// distribution with which Breslau, Cao, Fan, Phillips and Shenker describe web
// requests ("Web caching and Zipf-like distributions: evidence and
// implications", INFOCOM 1999); s = 0 is uniform.
type popularity struct {
	weight     []float64
	cumulative []float64 // cumulative[i] is the sum of weight[0] to weight[i]
}

func newPopularity(p scenario.Popularity, files int) (popularity, error) {
	var s float64
	switch p.Pattern {
	case scenario.UniformPopularity:
	case scenario.Zipf:
		s = p.Exponent
		if math.IsNaN(s) || math.IsInf(s, 0) || s < 0 {
			return popularity{}, fmt.Errorf("workload.popularity.exponent: %v is not a finite number of at least 0", s)
		}
	default:
		return popularity{}, fmt.Errorf("workload.popularity.pattern: %q is unknown; use %s or %s", p.Pattern, scenario.UniformPopularity, scenario.Zipf)
	}
	out := popularity{weight: make([]float64, files), cumulative: make([]float64, files)}
	var sum float64
	for i := range files {
		out.weight[i] = math.Pow(float64(i+1), -s)
		sum += out.weight[i]
		out.cumulative[i] = sum
	}
	return out, nil
}

// draw returns a file's index by inverting the cumulative distribution.
func (p popularity) draw(r *rand.Rand) int {
	x := r.Float64() * p.cumulative[len(p.cumulative)-1]
	lo, hi := 0, len(p.cumulative)-1 // the first index whose sum exceeds x
	for lo < hi {
		if mid := (lo + hi) / 2; p.cumulative[mid] > x {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// drawFresh returns the index of a file that is not in asked, with the
// popularities of those that remain in proportion; asked must not hold all.
// Rejection is quick while little is asked; the exact scan that follows draws
// from the same conditional distribution.
func (p popularity) drawFresh(r *rand.Rand, asked map[int]bool) int {
	const tries = 16
	for range tries {
		if i := p.draw(r); !asked[i] {
			return i
		}
	}
	var total float64
	first := -1 // remaining file of the highest rank
	for i := range p.weight {
		if !asked[i] {
			if first < 0 {
				first = i
			}
			total += p.weight[i]
		}
	}
	x := r.Float64() * total
	for i := range p.weight {
		if asked[i] {
			continue
		}
		if x -= p.weight[i]; x < 0 {
			return i
		}
	}
	return first // weights too small to tell apart: a steep curve's next rank
}
