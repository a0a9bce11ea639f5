package plot

import (
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars is a chart of stacked bars, one for each group.
type Bars struct {
	Title   string
	Caption string // names the scenario, n and the random seeds
	Y       Axis
	Groups  []string // under the bars
	Parts   []Part   // from the bottom up
	// Ranges are the ends of the interval of each bar's whole; none is drawn
	// where they are equal or missing.
	Ranges []Range
	// Value writes a number on a bar.
	Value func(float64) string
	Empty string // shown in place of the data when there is none
}

// Part is one part of every bar; its values are not negative.
type Part struct {
	Name   string
	Values []float64 // one for each group; not a number where it is unknown
}

// Range is an interval.
type Range struct{ Low, High float64 }

var _ Chart = Bars{}

// Describe implements Chart.
func (b Bars) Describe() (title, caption string) { return b.Title, b.Caption }

func (b Bars) draw(c draw.Canvas) {
	top := 0.0
	for g := range b.Groups {
		if t, ok := b.total(g); ok {
			top = math.Max(top, t)
		}
		if r, ok := b.interval(g); ok {
			top = math.Max(top, r.High)
		}
	}
	p := axes(Axis{}, b.Y, float64(max(len(b.Groups), 1)), b.Y.limit(top*1.06))
	p.X.Tick.Marker = gonum.ConstantTicks(nil)

	f := frame{title: b.Title, caption: b.Caption}
	for i, part := range b.Parts {
		f.legend = append(f.legend, entry{part.Name, func(c draw.Canvas, left, right, y vg.Length) {
			bar(c, partColor(i), left, right, y-4, y+4)
		}})
	}
	if top == 0 {
		f.legend = nil
	}
	body := f.draw(c)
	body.Min.Y += lineHeight(textStyle(labelSize, ink, false, draw.XCenter, draw.YTop)) + 2
	if top == 0 {
		p.Y.Tick.Marker = gonum.ConstantTicks(nil)
	}
	p.Add(grid{y: true}, bars{b})
	p.Draw(body)
	if top == 0 {
		notice(p.DataCanvas(body), b.Empty)
	}
}

// total is the height of a group's bar; false when nothing is known of it.
func (b Bars) total(g int) (float64, bool) {
	sum, known := 0.0, false
	for _, p := range b.Parts {
		if g < len(p.Values) && finite(p.Values[g]) {
			sum += p.Values[g]
			known = true
		}
	}
	return sum, known
}

func (b Bars) interval(g int) (Range, bool) {
	if g >= len(b.Ranges) {
		return Range{}, false
	}
	r := b.Ranges[g]
	return r, finite(r.Low) && finite(r.High) && r.High > r.Low
}

// bars draws the bars of a chart.
type bars struct{ Bars }

// Plot implements gonum's Plotter.
func (b bars) Plot(c draw.Canvas, p *gonum.Plot) {
	tx, ty := p.Transforms(&c)
	slot := (c.Max.X - c.Min.X) / vg.Length(max(len(b.Groups), 1))
	half := min(slot*0.3, 48)
	name := textStyle(labelSize, ink, false, draw.XCenter, draw.YTop)
	for g, group := range b.Groups {
		x := tx(float64(g) + 0.5)
		c.FillText(name, vg.Point{X: x, Y: c.Min.Y - 4}, shorten(group, name, slot-6))
		total, known := b.total(g)
		if !known {
			c.FillText(textStyle(captionSize, grey, false, draw.XCenter, draw.YBottom), vg.Point{X: x, Y: c.Min.Y + 3}, "no data")
			continue
		}
		y := 0.0
		for i, part := range b.Parts {
			if g >= len(part.Values) || !finite(part.Values[g]) {
				continue
			}
			v := part.Values[g]
			lo, hi := ty(y), ty(y+v)
			bar(c, partColor(i), x-half, x+half, lo, hi)
			b.label(c, partColor(i), v, total, x, lo, hi)
			y += v
		}
		above := ty(total)
		if r, ok := b.interval(g); ok {
			sty := draw.LineStyle{Color: grey, Width: 1}
			at := x + half*0.8
			c.StrokeLine2(sty, at, ty(r.Low), at, ty(r.High))
			c.StrokeLine2(sty, at-3, ty(r.Low), at+3, ty(r.Low))
			c.StrokeLine2(sty, at-3, ty(r.High), at+3, ty(r.High))
			above = max(above, ty(r.High))
		}
		onWhite(c, textStyle(legendSize, ink, true, draw.XCenter, draw.YBottom), vg.Point{X: x, Y: above + 3}, b.write(total))
	}
}

// label writes a part's value into it where it fits and is not nearly the whole.
func (b bars) label(c draw.Canvas, fill color.RGBA, v, total float64, x, lo, hi vg.Length) {
	if total-v < total/200 || hi-lo < captionSize*1.4 {
		return
	}
	on := ink
	if dark(fill) {
		on = rgb(0xFFFFFF)
	}
	c.FillText(textStyle(captionSize, on, false, draw.XCenter, draw.YCenter), vg.Point{X: x, Y: (lo + hi) / 2}, b.write(v))
}

func (b Bars) write(v float64) string {
	if b.Value != nil {
		return b.Value(v)
	}
	return tickLabel(v, roundStep(v/100))
}

// bar fills a rectangle and outlines it, so that pale parts have an edge.
func bar(c draw.Canvas, fill color.RGBA, x0, x1, y0, y1 vg.Length) {
	corners := []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}}
	c.FillPolygon(fill, corners)
	c.StrokeLines(draw.LineStyle{Color: ink, Width: 0.6}, append(corners, corners[0]))
}
