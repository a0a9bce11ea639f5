package plot

import (
	"image/color"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// entry is one name of the legend and how to draw its sample.
type entry struct {
	name   string
	sample func(c draw.Canvas, left, right, y vg.Length)
}

// frame is what every chart has around its data: title, caption and legend,
// all above the data so that they never cover any.
type frame struct {
	title, caption string
	legend         []entry
}

const (
	margin     = vg.Length(12)
	sampleSize = vg.Length(30) // length of a legend's sample
)

// draw paints the page and the frame and returns what is left for the data.
func (f frame) draw(c draw.Canvas) draw.Canvas {
	c.SetColor(color.White)
	c.Fill(c.Rectangle.Path())
	c = draw.Crop(c, margin, -margin, margin, -margin)

	y := c.Max.Y
	y = paragraph(c, y, f.title, textStyle(titleSize, ink, true, draw.XLeft, draw.YTop))
	y = paragraph(c, y-1, f.caption, textStyle(captionSize, grey, false, draw.XLeft, draw.YTop))
	y = drawLegend(c, y-4, f.legend)
	c.Max.Y = y - 4
	return c
}

// paragraph writes the text from y downwards, broken at spaces to the width of
// the canvas, and returns where it ends.
func paragraph(c draw.Canvas, y vg.Length, s string, sty text.Style) vg.Length {
	if s == "" {
		return y
	}
	for _, line := range wrap(s, sty, c.Max.X-c.Min.X) {
		c.FillText(sty, vg.Point{X: c.Min.X, Y: y}, line)
		y -= lineHeight(sty)
	}
	return y
}

func lineHeight(sty text.Style) vg.Length { return sty.Font.Size * 1.25 }

// wrap breaks s at spaces into lines no wider than limit. A single word that
// is wider is shortened.
func wrap(s string, sty text.Style, limit vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		word = shorten(word, sty, limit)
		if line != "" && sty.Width(line+" "+word) > limit {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// shorten cuts s, ending it with an ellipsis, until it is no wider than limit.
func shorten(s string, sty text.Style, limit vg.Length) string {
	if sty.Width(s) <= limit {
		return s
	}
	runes := []rune(s)
	for len(runes) > 1 && sty.Width(string(runes)+"…") > limit {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// drawLegend writes the entries in rows from y downwards and returns where
// they end.
func drawLegend(c draw.Canvas, y vg.Length, entries []entry) vg.Length {
	if len(entries) == 0 {
		return y
	}
	const gap, space = vg.Length(5), vg.Length(16)
	sty := textStyle(legendSize, ink, false, draw.XLeft, draw.YCenter)
	row := lineHeight(sty)
	x := c.Min.X
	y -= row / 2
	for _, e := range entries {
		name := shorten(e.name, sty, c.Max.X-c.Min.X-sampleSize-gap)
		need := sampleSize + gap + sty.Width(name)
		if x > c.Min.X && x+need > c.Max.X {
			x, y = c.Min.X, y-row
		}
		e.sample(c, x, x+sampleSize, y)
		// The centre of lower-case letters lies above that of the line.
		c.FillText(sty, vg.Point{X: x + sampleSize + gap, Y: y + 1.2}, name)
		x += need + space
	}
	return y - row/2
}

// axes returns an empty plot in the house style; the caller sets what is along
// its axes.
func axes(x, y Axis, xMax, yMax float64) *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max = 0, xMax
	p.Y.Min, p.Y.Max = 0, yMax
	p.X.Label.Text, p.Y.Label.Text = x.Label, y.Label
	p.X.Tick.Marker, p.Y.Tick.Marker = ticker{whole: x.Whole}, ticker{whole: y.Whole}
	for _, a := range []*gonum.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.Width = 0.8
		a.Label.Padding = 4
		a.Tick.Length = 4
		a.Tick.Width = 0.8
		a.Label.TextStyle = textStyle(labelSize, ink, false, draw.XCenter, draw.YBottom)
	}
	p.X.Tick.Label = textStyle(tickSize, ink, false, draw.XCenter, draw.YTop)
	p.Y.Tick.Label = textStyle(tickSize, ink, false, draw.XRight, draw.YCenter)
	return p
}

// grid draws a thin line across the data at every tick.
type grid struct{ x, y bool }

var _ gonum.Plotter = grid{}

// Plot implements gonum's Plotter.
func (g grid) Plot(c draw.Canvas, p *gonum.Plot) {
	tx, ty := p.Transforms(&c)
	sty := draw.LineStyle{Color: rule, Width: 0.5}
	if g.x {
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			if t.Value == p.X.Min {
				continue // the axis itself
			}
			c.StrokeLine2(sty, tx(t.Value), c.Min.Y, tx(t.Value), c.Max.Y)
		}
	}
	if g.y {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			if t.Value == p.Y.Min {
				continue
			}
			c.StrokeLine2(sty, c.Min.X, ty(t.Value), c.Max.X, ty(t.Value))
		}
	}
}

// notice writes a sentence in the middle of the data area.
func notice(c draw.Canvas, s string) {
	sty := textStyle(titleSize, grey, false, draw.XCenter, draw.YCenter)
	c.FillText(sty, c.Center(), shorten(s, sty, c.Max.X-c.Min.X))
}

// onWhite writes text and hides what is under it.
func onWhite(c draw.Canvas, sty text.Style, at vg.Point, s string) {
	box := sty.Rectangle(s).Add(at)
	c.SetColor(color.White)
	c.Fill(vg.Rectangle{Min: vg.Point{X: box.Min.X - 2, Y: box.Min.Y}, Max: vg.Point{X: box.Max.X + 2, Y: box.Max.Y}}.Path())
	c.FillText(sty, at, s)
}
