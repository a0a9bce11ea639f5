package plot

import (
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines is a chart of curves over a numeric axis.
type Lines struct {
	Title   string
	Caption string // names the scenario, n and the random seeds
	X, Y    Axis
	Series  []Series // drawn in this order, the last on top
	Marks   []Mark   // vertical reference lines
	Spans   []Span   // stretches of the x axis
	Limits  []Limit  // horizontal reference lines
	Empty   string   // shown in place of the data when no series has a point; "no data" if it is empty
}

// Point is one point of a series, in the axes' units. Low and High are the
// ends of its interval; none is drawn when they are equal.
type Point struct{ X, Y, Low, High float64 }

// Series is one curve. Points that are not finite are left out.
type Series struct {
	Name   string // in the legend; empty keeps it out
	Style  int    // series of equal style look alike
	Points []Point
	Step   bool // constant from a point to the next one
	Faint  bool // thin and pale: one of several repeats
	Theory bool // thin, without markers: a model, not a measurement
	Dots   bool // a marker at every point instead of a few along the curve
}

// Mark is a vertical line at X, labelled above the data.
type Mark struct {
	Name   string // empty for a line without a label
	Style  int
	X      float64
	Common bool // belongs to several series: drawn in the colour of text
}

// Span is a stretch of the x axis, shaded and labelled above the data. One that
// ends beyond the axis is cut.
type Span struct {
	Name     string // empty for one without a label
	From, To float64
}

// Limit is a horizontal line at Y, named in the legend.
type Limit struct {
	Name string
	Y    float64
}

var _ Chart = Lines{}

// Describe implements Chart.
func (l Lines) Describe() (title, caption string) { return l.Title, l.Caption }

func (l Lines) draw(s sheet) {
	l.Series = cleaned(l.Series, l.X.Log)
	xLow, xTop, yTop := math.Inf(1), 0.0, 0.0
	points := 0
	for _, sr := range l.Series {
		for _, p := range sr.Points {
			xTop, yTop = math.Max(xTop, p.X), math.Max(yTop, math.Max(p.Y, p.High))
			if p.X > 0 {
				xLow = math.Min(xLow, p.X)
			}
		}
		points += len(sr.Points)
	}
	if points == 0 {
		l.Marks, l.Spans, l.Limits = nil, nil, nil
	}
	for _, m := range l.Marks {
		xTop = math.Max(xTop, m.X)
	}
	for _, h := range l.Limits {
		yTop = math.Max(yTop, h.Y)
	}
	xMin, xMax := 0.0, l.X.limit(xTop)
	if l.X.Log = l.X.Log && xLow < xTop; l.X.Log {
		xMin, xMax = xLow/1.1, xTop*1.1
	}

	if _, ok := readerOf(s.Canvas); ok {
		l.Series = readableSeries(l.Series)
	}
	body := frame{title: l.Title, caption: l.Caption, legend: l.legend(s.theme)}.draw(s)
	l.columns(s.Canvas)
	yMax := l.Y.limit(yTop)
	p := body.axes(l.X, l.Y, xMin, xMax, yMax)
	if points == 0 {
		p.X.Tick.Marker, p.Y.Tick.Marker = gonum.ConstantTicks(nil), gonum.ConstantTicks(nil)
		p.Draw(body.Canvas)
		words := l.Empty
		if words == "" {
			words = "no data"
		}
		body.within(p.DataCanvas(body.Canvas)).notice(words)
		return
	}
	// Names above the data take height, which leaves room for fewer ticks, which
	// can move the data's edge: twice settles it.
	strip := body
	var names labels
	for range 2 {
		names = body.within(p.DataCanvas(body.Canvas)).layLabels(l.Marks, l.Spans, p, strip.height()*0.2)
		body.Max.Y = strip.Max.Y - names.height
		p = body.axes(l.X, l.Y, xMin, xMax, yMax)
	}
	p.Add(bands{s.theme, names}, grid{s.theme, true, true})
	for _, h := range l.Limits {
		p.Add(limitLine{s.theme, h})
	}
	for i, sr := range l.Series {
		p.Add(curve{sr, l.owner(sr), s.theme, i, len(l.Series)})
	}
	p.Draw(body.Canvas)
	strip.drawLabels(names, p.DataCanvas(body.Canvas))
}

// cleaned drops the points that cannot be drawn.
func cleaned(series []Series, log bool) []Series {
	out := make([]Series, 0, len(series))
	for _, s := range series {
		var kept []Point
		for _, p := range s.Points {
			if finite(p.X) && finite(p.Y) && finite(p.Low) && finite(p.High) && (!log || p.X > 0) {
				kept = append(kept, p)
			}
		}
		s.Points = kept
		out = append(out, s)
	}
	return out
}

func (l Lines) legend(t *theme) []entry {
	var entries []entry
	for _, s := range l.Series {
		if s.Name == "" {
			continue
		}
		entries = append(entries, entry{s.Name, func(c draw.Canvas, left, right, y vg.Length) {
			c.StrokeLine2(s.line(t), left, y, right, y)
			if !s.Theory && !s.Faint {
				c.DrawGlyphNoClip(s.glyph(t), vg.Point{X: (left + right) / 2, Y: y})
			}
		}})
	}
	for _, h := range l.Limits {
		if h.Name == "" {
			continue
		}
		entries = append(entries, entry{h.Name, func(c draw.Canvas, left, right, y vg.Length) {
			c.StrokeLine2(t.limit(), left, y, right, y)
		}})
	}
	return entries
}

func (t *theme) limit() draw.LineStyle {
	return draw.LineStyle{Color: t.grey, Width: 1, Dashes: dashes(1.5, 2)}
}

func (s Series) line(t *theme) draw.LineStyle {
	l := t.look(s.Style)
	switch {
	case s.Theory:
		return draw.LineStyle{Color: l.color, Width: 0.9}
	case s.Faint:
		return draw.LineStyle{Color: t.faint(l.color), Width: 0.6}
	}
	return draw.LineStyle{Color: l.color, Width: 2, Dashes: l.dashes}
}

func (s Series) glyph(t *theme) draw.GlyphStyle {
	l := t.look(s.Style)
	return draw.GlyphStyle{Color: l.color, Radius: 3.4, Shape: l.marker}
}

type limitLine struct {
	*theme
	Limit
}

// Plot implements gonum's Plotter.
func (h limitLine) Plot(c draw.Canvas, p *gonum.Plot) {
	_, ty := p.Transforms(&c)
	defer belongs(c, h.Name)()
	c.StrokeLine2(h.limit(), c.Min.X, ty(h.Y), c.Max.X, ty(h.Y))
}

// curve draws one series; index of total spreads the markers, so that those of
// curves on top of each other do not coincide.
type curve struct {
	Series
	owner        string // the entry of the legend that it belongs to
	theme        *theme
	index, total int
}

// Plot implements gonum's Plotter.
func (s curve) Plot(c draw.Canvas, p *gonum.Plot) {
	if len(s.Points) == 0 {
		return
	}
	tx, ty := p.Transforms(&c)
	defer belongs(c, s.owner)()
	var path []vg.Point
	for i, pt := range s.Points {
		at := vg.Point{X: tx(pt.X), Y: ty(pt.Y)}
		s.read(c, at, pt)
		if s.Step && i > 0 {
			path = append(path, vg.Point{X: at.X, Y: path[len(path)-1].Y})
		}
		path = append(path, at)
	}
	c.StrokeLines(s.line(s.theme), path)
	if s.Theory || s.Faint {
		return
	}
	if !s.Dots && len(path) > 1 {
		for _, at := range s.along(rising(path)) {
			c.DrawGlyphNoClip(s.glyph(s.theme), at)
		}
		return
	}
	whisker := draw.LineStyle{Color: s.theme.look(s.Style).color, Width: 1}
	for _, pt := range s.Points {
		x := tx(pt.X)
		if pt.High > pt.Low {
			lo, hi := ty(pt.Low), ty(pt.High)
			c.StrokeLine2(whisker, x, lo, x, hi)
			c.StrokeLine2(whisker, x-3, lo, x+3, lo)
			c.StrokeLine2(whisker, x-3, hi, x+3, hi)
		}
		c.DrawGlyphNoClip(s.glyph(s.theme), vg.Point{X: x, Y: ty(pt.Y)})
	}
}

// rising returns the path without the flat stretch before its first change,
// where the markers of all curves would crowd.
func rising(path []vg.Point) []vg.Point {
	for i := 1; i < len(path); i++ {
		if path[i].Y != path[0].Y {
			return path[i-1:]
		}
	}
	return path
}

// along returns some points evenly spaced along the length of the path.
func (s curve) along(path []vg.Point) []vg.Point {
	const markers = 6
	length := make([]float64, len(path))
	for i := 1; i < len(path); i++ {
		d := path[i].Sub(path[i-1])
		length[i] = length[i-1] + math.Hypot(float64(d.X), float64(d.Y))
	}
	whole := length[len(path)-1]
	var out []vg.Point
	for k := range markers {
		want := whole * (float64(k) + (float64(s.index)+0.5)/float64(max(s.total, 1))) / markers
		for i := 1; i < len(path); i++ {
			if length[i] >= want && length[i] > length[i-1] {
				f := vg.Length((want - length[i-1]) / (length[i] - length[i-1]))
				out = append(out, path[i-1].Add(path[i].Sub(path[i-1]).Scale(f)))
				break
			}
		}
	}
	return out
}
