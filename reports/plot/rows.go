package plot

import (
	"image/color"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// rows are the measures of lying bars with their names to the left.
type rows struct {
	size  vg.Length // of text
	width vg.Length // of the longest name, with the gap to the bars
	half  vg.Length // half the thickness of a bar
	limit vg.Length // of names
}

// rows returns the measures for names under each other in the height; names are
// no wider than the limit.
func (s sheet) rows(names []string, height, limit vg.Length) rows {
	slot := height / vg.Length(max(len(names), 1))
	r := rows{size: min(labelSize, slot*0.75), half: min(slot*0.35, 24), limit: limit}
	sty := r.name(s.theme)
	for _, n := range names {
		r.width = max(r.width, sty.Width(shorten(n, sty, limit)))
	}
	r.width += 8
	return r
}

func (r rows) name(t *theme) text.Style {
	return t.textStyle(r.size, t.ink, false, draw.XRight, draw.YCenter)
}

func (r rows) value(t *theme) text.Style {
	return t.textStyle(r.size, t.ink, true, draw.XLeft, draw.YCenter)
}

// rowName writes a name to the left of the data, at height y.
func (s sheet) rowName(r rows, y vg.Length, name string) {
	sty := r.name(s.theme)
	s.FillText(sty, vg.Point{X: s.Min.X - 6, Y: y}, shorten(name, sty, r.limit))
}

// bar fills a rectangle and outlines it, so that pale parts have an edge.
func (s sheet) bar(fill color.RGBA, x0, x1, y0, y1 vg.Length) {
	corners := []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
	s.FillPolygon(fill, corners)
	s.StrokeLines(draw.LineStyle{Color: s.ink, Width: 0.6}, append(corners, corners[0]))
}

// whisker draws a lying interval at height y, in two strokes so that it shows
// on every fill.
func (s sheet) whisker(r Range, tx func(float64) vg.Length, y vg.Length) {
	lo, hi := tx(r.Low), tx(r.High)
	for _, sty := range []draw.LineStyle{{Color: s.paper, Width: 2.6}, {Color: s.ink, Width: 1.1}} {
		s.StrokeLine2(sty, lo, y, hi, y)
		s.StrokeLine2(sty, lo, y-3, lo, y+3)
		s.StrokeLine2(sty, hi, y-3, hi, y+3)
	}
}
