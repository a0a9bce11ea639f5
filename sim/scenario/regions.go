package scenario

import (
	"embed"
	"encoding/csv"
	"fmt"
	"path"
	"strconv"
	"strings"
	"time"
)

//go:embed regions/*.csv
var regionFiles embed.FS

// Regions is a published matrix of the delays between places. Each preset is a
// file of the folder regions, which cites its source.
//
// A matrix measured between data centres leaves out what lies between a home
// and the nearest of them, which a node's own delay stands for, and how the
// delay varies with the time of day, the route and the load.
type Regions struct {
	Name  string
	names []string
	rtt   [][]float64 // round trip in milliseconds, measured from the first index
}

// RegionPresets lists the presets, sorted.
func RegionPresets() []string {
	entries, err := regionFiles.ReadDir("regions")
	if err != nil {
		panic(err) // the files are part of the program
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = strings.TrimSuffix(e.Name(), path.Ext(e.Name()))
	}
	return names
}

// LoadRegions returns a preset by name; the error lists those there are.
func LoadRegions(name string) (*Regions, error) {
	data, err := regionFiles.ReadFile("regions/" + name + ".csv")
	if err != nil {
		presets := RegionPresets()
		return nil, fmt.Errorf("unknown regions %q, want one of %s%s", abbreviate(name),
			strings.Join(presets, ", "), didYouMean(Nearest(name, presets)))
	}
	r := &Regions{Name: name}
	if err := r.parse(string(data)); err != nil {
		panic(fmt.Sprintf("scenario: regions %s: %v", name, err)) // likewise
	}
	return r, nil
}

// parse reads a square table whose first row and column are the names.
func (r *Regions) parse(data string) error {
	reader := csv.NewReader(strings.NewReader(data))
	reader.Comment = '#'
	rows, err := reader.ReadAll()
	if err != nil {
		return err
	}
	r.names = rows[0][1:]
	for i, row := range rows[1:] {
		if i >= len(r.names) || row[0] != r.names[i] {
			return fmt.Errorf("row %d is that of %s", i+1, row[0])
		}
		times := make([]float64, len(r.names))
		for j, text := range row[1:] {
			if times[j], err = strconv.ParseFloat(text, 64); err != nil || times[j] < 0 || (i == j) != (times[j] == 0) {
				return fmt.Errorf("from %s to %s: %q", row[0], r.names[j], text)
			}
		}
		r.rtt = append(r.rtt, times)
	}
	if len(r.rtt) != len(r.names) {
		return fmt.Errorf("%d rows for %d regions", len(r.rtt), len(r.names))
	}
	return nil
}

// Names lists the regions in the order of the preset. The caller must not
// change the slice.
func (r *Regions) Names() []string { return r.names }

// Delay returns the one-way delay from one region to another: half of the round
// trip as it was measured from there, hence 0 within a region. The two
// directions may differ a little; together they are the mean of both
// measurements. Both names must be of the preset.
func (r *Regions) Delay(from, to string) time.Duration {
	return time.Duration(r.rtt[r.index(from)][r.index(to)] / 2 * float64(time.Millisecond))
}

func (r *Regions) index(name string) int {
	for i, n := range r.names {
		if n == name {
			return i
		}
	}
	panic(fmt.Sprintf("scenario: no region %q in %s", name, r.Name))
}
