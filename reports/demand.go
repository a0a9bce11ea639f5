package reports

import (
	"strconv"
	"strings"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/workload"
)

// demand is what a trial's requests ask for, in file bytes.
type demand struct {
	total    int64 // each node and file once: a file already held is not sent again
	distinct int64 // each file once: a copy of everything
	files    int   // distinct files
}

// demandOf returns the demand of a trial; false when a file's size is not in
// the result.
func demandOf(r *measure.Result, t *measure.Trial) (demand, bool) {
	type want struct{ node, file string }
	wants, files := map[want]bool{}, map[string]bool{}
	whole := len(t.Requests) > 0
	for _, q := range t.Requests {
		wants[want{q.Node, q.File}] = true
		files[q.File] = true
		whole = whole && q.Outcome == measure.Complete
	}
	d := demand{files: len(files)}
	sizes := fileSizes(r, t.Point)
	known := len(files) > 0
	for f := range files {
		known = known && sizes[f] > 0
		d.distinct += sizes[f]
	}
	if known {
		for w := range wants {
			d.total += sizes[w.file]
		}
		return d, true
	}
	// When everybody got the only file, what was delivered tells its size.
	if whole && len(files) == 1 && len(t.Timeline) > 0 {
		d.total = t.Timeline[len(t.Timeline)-1].DeliveredBytes
		d.distinct = d.total / int64(len(wants))
		return d, d.distinct > 0
	}
	return demand{}, false
}

// fileSizes returns the sizes in bytes of the catalog's files at a point; a
// file of unknown size is missing.
func fileSizes(r *measure.Result, point map[string]any) map[string]int64 {
	sizes := map[string]int64{}
	if r.Scenario == nil {
		return sizes
	}
	read := map[string]int64{}
	for _, in := range r.Inputs {
		read[in.Path] = in.SizeBytes
	}
	w := r.Scenario.Workload
	names := workload.Catalog(w)
	for i, f := range w.Files {
		size := int64(f.Size)
		if f.Path != "" {
			size = read[f.Path]
		}
		swept, ok := sweptSize(point, i)
		if ok {
			size = swept
		}
		n := min(max(f.Count, 1), len(names))
		for _, name := range names[:n] {
			if size > 0 {
				sizes[name] = size
			}
		}
		names = names[n:]
	}
	return sizes
}

// sweptSize returns the size that the point gives file i: 0 if it changes the
// file in a way that leaves the size unknown, not ok if it leaves it alone.
func sweptSize(point map[string]any, i int) (size int64, ok bool) {
	entry := "workload.files." + strconv.Itoa(i) + "."
	for key, value := range point {
		switch {
		case key == entry+"size":
			b, err := scenario.ParseBytes(pointValue(value))
			if err != nil {
				return 0, true
			}
			size, ok = int64(b), true
		case key == entry+"path", key == entry+"count", strings.HasPrefix(entry, key+"."):
			return 0, true
		}
	}
	return size, ok
}
