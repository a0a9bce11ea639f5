package page

import (
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"

	"versus/reports"
	"versus/reports/plot"
)

var _ plot.Reader = &canvas{}

// spot is a place in a drawing where values can be read.
type spot struct {
	x, y   float64
	panel  int
	series int
	values []string
}

// sampled is an entry of the legend with its sample.
type sampled struct {
	series int
	sample []op
}

// indexOf returns the number of a series, by name.
func (c *canvas) indexOf(name string) int {
	i := slices.Index(c.names, name)
	if i < 0 {
		i = len(c.names)
		c.names = append(c.names, name)
	}
	return i
}

// Entry implements plot.Reader.
func (c *canvas) Entry(name string, sample func(vg.Canvas)) {
	on := newCanvas(float64(plot.SampleWidth), float64(plot.SampleHeight))
	sample(on)
	c.keys = append(c.keys, sampled{c.indexOf(name), on.ops})
}

// Begin implements plot.Reader.
func (c *canvas) Begin(entry string) {
	c.series = -1
	if entry == "" {
		return
	}
	c.series = c.indexOf(entry)
	if !slices.Contains(c.hidable, c.series) {
		c.hidable = append(c.hidable, c.series)
	}
}

// Fields implements plot.Reader.
func (c *canvas) Fields(along bool, fields ...plot.Field) { c.along, c.columns = along, fields }

// Spot implements plot.Reader.
func (c *canvas) Spot(at vg.Point, panel int, series string, values ...string) {
	x, y := c.now.at.of(at)
	c.spots = append(c.spots, spot{x, y, panel, c.indexOf(series), values})
}

// data returns what the script reads, but for the places of the spots.
func (c *canvas) data() data {
	d := data{Series: c.names, Along: c.along, Spots: [][]any{}}
	for _, k := range c.columns {
		d.Columns = append(d.Columns, column(k))
	}
	panels := false
	for _, s := range c.spots {
		row := []any{s.series}
		for _, v := range s.values {
			row = append(row, v)
		}
		d.Spots = append(d.Spots, row)
		panels = panels || s.panel > 0
	}
	if panels {
		for _, s := range c.spots {
			d.Panel = append(d.Panel, s.panel)
		}
	}
	return d
}

// table lists the values behind a chart, thinned evenly where a series has
// more than a reader goes through; nil if there are none.
func (c *canvas) table(title string) *reports.Table {
	if len(c.spots) == 0 {
		return nil
	}
	t := &reports.Table{Caption: "Values of the chart: " + title, Header: []string{"series"}, Names: 1}
	for _, k := range c.columns {
		head := k.Label
		if k.Unit != "" {
			head += " (" + k.Unit + ")"
		}
		t.Header = append(t.Header, head)
	}
	// Columns of words come first and are names, too.
	for i := range c.columns {
		if !slices.ContainsFunc(c.spots, func(s spot) bool { return i < len(s.values) && s.values[i] != "" && !numeric(s.values[i]) }) {
			break
		}
		t.Names++
	}
	of := map[int][]spot{}
	var order []int
	for _, s := range c.spots {
		if _, ok := of[s.series]; !ok {
			order = append(order, s.series)
		}
		of[s.series] = append(of[s.series], s)
	}
	thin := false
	each := max(mostRows/len(order), 12)
	for _, i := range order {
		spots := of[i]
		n := len(spots)
		if n > each {
			thin, n = true, each
		}
		for k := range n {
			at := k
			if n < len(spots) {
				at = k * (len(spots) - 1) / (n - 1)
			}
			t.Rows = append(t.Rows, append([]string{c.names[i]}, spots[at].values...))
		}
	}
	if thin {
		t.Caption += " (some of them, evenly picked; the CSV has all that the chart shows)"
	}
	return t
}

func numeric(s string) bool {
	_, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	return err == nil
}
