package plot

import (
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Panels is a chart of several small ones: in each, one quantity of every
// group as a lying bar with its interval. Where many groups leave no room for
// all panels, the last are left out.
type Panels struct {
	Title   string
	Caption string // names the scenario, n and the interval
	Groups  []string
	Styles  []int // look of each group
	Panels  []Panel
	// Value writes a number beside a bar; nil for about three digits.
	Value func(float64) string `json:"-"`
	Empty string               // shown in place of the data when there is none; "no data" if it is empty
}

// Panel is one quantity.
type Panel struct {
	Axis
	Values []float64 // one for each group; not a number where it is unknown
	Ranges []Range   // intervals; none is drawn where the ends are equal or missing
	// Value writes a number of this panel; nil for the chart's.
	Value func(float64) string `json:"-"`
}

var _ Chart = Panels{}

// Describe implements Chart.
func (c Panels) Describe() (title, caption string) { return c.Title, c.Caption }

func (c Panels) draw(s sheet) {
	body := frame{title: c.Title, caption: c.Caption}.draw(s)
	if len(c.Panels) == 0 || len(c.Groups) == 0 {
		words := c.Empty
		if words == "" {
			words = "no data"
		}
		body.notice(words)
		return
	}
	if r, ok := readerOf(s.Canvas); ok {
		r.Fields(false, Field{Label: "quantity"}, Field{Label: "value"}, Field{Label: "interval from", Brief: "from"}, Field{Label: "interval to", Brief: "to"})
	}
	columns, lines := c.layout(body)
	const gapX, gapY = vg.Length(14), vg.Length(8)
	w := (body.width() - gapX*vg.Length(columns-1)) / vg.Length(columns)
	h := (body.height() - gapY*vg.Length(lines-1)) / vg.Length(lines)
	for i, p := range c.Panels[:min(len(c.Panels), columns*lines)] {
		x := body.Min.X + vg.Length(i%columns)*(w+gapX)
		y := body.Max.Y - vg.Length(i/columns)*(h+gapY)
		cell := body
		cell.Min, cell.Max = vg.Point{X: x, Y: y - h}, vg.Point{X: x + w, Y: y}
		c.panel(cell, p, i)
	}
}

// layout is how many panels stand beside and under each other: under each other
// as many as leave every bar some height, and the fewest columns for that.
func (c Panels) layout(s sheet) (columns, lines int) {
	n := len(c.Panels)
	lines = max(int(s.height()/(28+9*vg.Length(len(c.Groups)))), 1)
	widest := max(int(s.width()/140), 1)
	columns = min((n+lines-1)/lines, widest)
	if columns == 1 && widest > 1 && n > 1 {
		columns = 2
	}
	return columns, min((n+columns-1)/columns, lines)
}

func (c Panels) panel(s sheet, p Panel, number int) {
	title := s.textStyle(labelSize, s.ink, true, draw.XLeft, draw.YTop)
	s.FillText(title, vg.Point{X: s.Min.X, Y: s.Max.Y}, shorten(p.Text(), title, s.width()))
	s.Max.Y -= lineHeight(title) + 2

	r := s.rows(c.Groups, s.height(), s.width()*0.42)
	top, room := 0.0, vg.Length(0)
	for g := range c.Groups {
		if v, ok := p.value(g); ok {
			top = math.Max(top, v)
			room = max(room, r.value(s.theme).Width(c.write(p, v))+8)
		}
		if iv, ok := p.interval(g); ok {
			top = math.Max(top, iv.High)
		}
	}
	s.Min.X += r.width
	data := s
	data.Max.X -= room
	scale := gonum.New()
	scale.X.Min, scale.X.Max = 0, p.limit(top)
	if p.Max == 0 && top > 0 {
		scale.X.Max = top
	}
	tx, _ := scale.Transforms(&data.Canvas)
	slot := s.height() / vg.Length(len(c.Groups))
	for g, group := range c.Groups {
		y := s.Max.Y - slot*(vg.Length(g)+0.5)
		s.rowName(r, y, group)
		v, ok := p.value(g)
		if !ok {
			s.FillText(s.textStyle(r.size, s.grey, false, draw.XLeft, draw.YCenter), vg.Point{X: s.Min.X + 4, Y: y}, "-")
			continue
		}
		s.bar(s.look(c.style(g)).color, tx(0), tx(v), y-r.half, y+r.half)
		end := tx(v)
		if iv, ok := p.interval(g); ok {
			s.whisker(iv, tx, y)
			end = max(end, tx(iv.High))
		}
		s.FillText(r.value(s.theme), vg.Point{X: end + 6, Y: y}, c.write(p, v))
		spot(s.Canvas, vg.Point{X: tx(v), Y: y}, number, group, append([]string{p.Text(), digits(v)}, rangeOf(p.interval(g))...)...)
	}
	s.StrokeLine2(draw.LineStyle{Color: s.ink, Width: 0.8}, s.Min.X, s.Min.Y, s.Min.X, s.Max.Y)
}

func (c Panels) style(g int) int {
	if g < len(c.Styles) {
		return c.Styles[g]
	}
	return g
}

func (c Panels) write(p Panel, v float64) string {
	switch {
	case p.Value != nil:
		return p.Value(v)
	case c.Value != nil:
		return c.Value(v)
	}
	return tickLabel(v, roundStep(v/100))
}

func (p Panel) value(g int) (float64, bool) {
	if g >= len(p.Values) || !finite(p.Values[g]) || p.Values[g] < 0 {
		return 0, false
	}
	return p.Values[g], true
}

func (p Panel) interval(g int) (Range, bool) {
	if g >= len(p.Ranges) {
		return Range{}, false
	}
	r := p.Ranges[g]
	r.Low = math.Max(r.Low, 0)
	return r, r.shown()
}
