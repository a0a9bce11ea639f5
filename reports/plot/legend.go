package plot

import (
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is one name of the legend and how to draw its sample.
type entry struct {
	name   string
	sample func(c draw.Canvas, left, right, y vg.Length)
}

const (
	sampleSize  = vg.Length(30) // length of a legend's sample
	sampleGap   = vg.Length(5)  // to its name
	legendSpace = vg.Length(16) // between entries
)

// drawLegend writes the entries from y downwards and returns where they end.
// They follow each other like words; where that would take more than the
// height, they stand in columns, with shortened names.
func (s sheet) drawLegend(y vg.Length, entries []entry, height vg.Length) vg.Length {
	if len(entries) == 0 {
		return y
	}
	size := legendSize
	if len(entries) > 6 {
		size = captionSize
	}
	sty := s.textStyle(size, s.ink, false, draw.XLeft, draw.YCenter)
	row := lineHeight(sty)
	places, rows := s.flow(entries, func(name string) vg.Length { return sampleSize + sampleGap + sty.Width(name) })
	limit := s.width() - sampleSize - sampleGap
	if most := max(int(height/row), 1); rows > most {
		columns := (len(entries) + most - 1) / most
		places, rows = s.columns(len(entries), columns)
		limit = s.width()/vg.Length(columns) - sampleSize - sampleGap - legendSpace/2
	}
	for i, e := range entries {
		at := y - row/2 - vg.Length(places[i].row)*row
		e.sample(s.Canvas, places[i].x, places[i].x+sampleSize, at)
		// The centre of lower-case letters lies above that of the line.
		s.FillText(sty, vg.Point{X: places[i].x + sampleSize + sampleGap, Y: at + 1.2}, shorten(e.name, sty, limit))
	}
	return y - vg.Length(rows)*row
}

// place is where an entry begins.
type place struct {
	x   vg.Length
	row int
}

// flow sets entries like words.
func (s sheet) flow(entries []entry, width func(string) vg.Length) (places []place, rows int) {
	x, row := s.Min.X, 0
	for _, e := range entries {
		need := min(width(e.name), s.width())
		if x > s.Min.X && x+need > s.Max.X {
			x, row = s.Min.X, row+1
		}
		places = append(places, place{x, row})
		x += need + legendSpace
	}
	return places, row + 1
}

// columns sets n entries in columns of equal width, downwards.
func (s sheet) columns(n, columns int) (places []place, rows int) {
	rows = int(math.Ceil(float64(n) / float64(columns)))
	for i := range n {
		places = append(places, place{s.Min.X + s.width()*vg.Length(i/rows)/vg.Length(columns), i % rows})
	}
	return places, rows
}
