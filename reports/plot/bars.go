package plot

import (
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bars is a chart of lying, stacked bars, one for each group.
type Bars struct {
	Title   string
	Caption string // names the scenario, n and the random seeds
	X       Axis
	Groups  []string // beside the bars, from the top down
	Parts   []Part   // from the foot of the bars
	// Ranges are the ends of the interval of each bar's whole; none is drawn
	// where they are equal or missing.
	Ranges []Range
	// Value writes a number beside a bar; nil for about three digits.
	Value func(float64) string `json:"-"`
	Empty string               // shown in place of the data when there is none; "no data" if it is empty
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

func (b Bars) draw(s sheet) {
	top := 0.0
	for g := range b.Groups {
		top = math.Max(top, b.reach(g))
	}
	f := frame{title: b.Title, caption: b.Caption}
	for i, part := range b.Parts {
		f.legend = append(f.legend, entry{part.Name, func(c draw.Canvas, left, right, y vg.Length) {
			s.within(c).bar(s.part(i), left, right, y-4, y+4)
		}})
	}
	if top == 0 {
		f.legend = nil
	}
	body := f.draw(s)
	if top == 0 {
		p := body.axes(b.X, Axis{}, 0, 1, 1)
		p.X.Tick.Marker, p.Y.Tick.Marker = gonum.ConstantTicks(nil), gonum.ConstantTicks(nil)
		p.Draw(body.Canvas)
		words := b.Empty
		if words == "" {
			words = "no data"
		}
		body.within(p.DataCanvas(body.Canvas)).notice(words)
		return
	}
	r := body.rows(b.Groups, body.height()*0.85, body.width()*0.4)
	// The total of the longest bar stands beside it.
	room := vg.Length(0)
	for g := range b.Groups {
		if t, ok := b.total(g); ok {
			room = max(room, r.value(s.theme).Width(b.write(t))+8)
		}
	}
	body.Min.X += r.width
	body.Max.X -= room
	p := body.axes(b.X, Axis{}, 0, b.X.limit(top), float64(len(b.Groups)))
	p.Y.Tick.Marker = gonum.ConstantTicks(nil)
	if reader, ok := readerOf(s.Canvas); ok {
		reader.Fields(false, Field{Label: "bar"}, b.X.column())
	}
	p.Add(grid{theme: s.theme, x: true}, bars{b, s.theme, r})
	p.Draw(body.Canvas)
}

func (b Bars) write(v float64) string {
	if b.Value != nil {
		return b.Value(v)
	}
	return tickLabel(v, roundStep(v/100))
}

// total is the length of a group's bar; false when nothing is known of it.
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

// reach is where the bar or its interval ends.
func (b Bars) reach(g int) float64 {
	t, _ := b.total(g)
	if r, ok := b.interval(g); ok {
		t = math.Max(t, r.High)
	}
	return t
}

func (b Bars) interval(g int) (Range, bool) {
	if g >= len(b.Ranges) {
		return Range{}, false
	}
	return b.Ranges[g], b.Ranges[g].shown()
}

// shown says whether there is an interval to draw.
func (r Range) shown() bool { return finite(r.Low) && finite(r.High) && r.High > r.Low }

// bars draws the bars of a chart.
type bars struct {
	Bars
	theme *theme
	rows
}

var _ gonum.Plotter = bars{}

// Plot implements gonum's Plotter.
func (b bars) Plot(c draw.Canvas, p *gonum.Plot) {
	s := sheet{c, b.theme}
	tx, ty := p.Transforms(&c)
	for g, group := range b.Groups {
		y := ty(float64(len(b.Groups)-g) - 0.5)
		s.rowName(b.rows, y, group)
		total, known := b.total(g)
		if !known {
			s.FillText(b.rows.value(b.theme), vg.Point{X: c.Min.X + 4, Y: y}, "no data")
			continue
		}
		x := 0.0
		for i, part := range b.Parts {
			if g >= len(part.Values) || !finite(part.Values[g]) {
				continue
			}
			v := part.Values[g]
			lo, hi := tx(x), tx(x+v)
			end := belongs(c, part.Name)
			s.bar(s.part(i), lo, hi, y-b.half, y+b.half)
			b.label(s, s.part(i), v, total, lo, hi, y)
			end()
			spot(c, vg.Point{X: (lo + hi) / 2, Y: y}, 0, part.Name, group, digits(v))
			x += v
		}
		end := tx(total)
		if r, ok := b.interval(g); ok {
			s.whisker(r, tx, y-b.half*0.6)
			end = max(end, tx(r.High))
		}
		s.onPaper(b.rows.value(b.theme), vg.Point{X: end + 6, Y: y}, b.write(total))
	}
}

// label writes a part's value into it where it fits and is not nearly the whole.
func (b bars) label(s sheet, fill color.RGBA, v, total float64, lo, hi, y vg.Length) {
	sty := s.textStyle(min(captionSize, b.size), on(fill), false, draw.XCenter, draw.YCenter)
	if words := b.write(v); total-v >= total/200 && hi-lo > sty.Width(words)+6 {
		s.FillText(sty, vg.Point{X: (lo + hi) / 2, Y: y}, words)
	}
}
