package plot

import (
	"math"
	"strconv"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Axis says what is measured along an edge.
type Axis struct {
	Label string  // what, without the unit
	Brief string  // the same in fewer words, where those have no room; empty cuts letters out of the label
	Unit  string  // such as "s" or "MiB"; empty for a ratio or a count
	Max   float64 // upper end; 0 takes it from the data
	// Whole keeps ticks at whole numbers, for counts.
	Whole bool
	// Ticks are the only values to mark, for an axis of few given values; empty
	// marks round ones.
	Ticks []Tick
	// Log stretches the axis so that equal ratios are equally far apart. It is
	// for values above 0 and begins at the smallest of them instead of 0.
	Log bool
}

// Tick is a marked value of an axis.
type Tick struct {
	Value float64
	Label string
}

// Text is the label with its unit.
func (a Axis) Text() string {
	if a.Unit == "" {
		return a.Label
	}
	return a.Label + " (" + a.Unit + ")"
}

// fitting is the text no wider than limit: the whole label, else the brief one,
// else what is left of that.
func (a Axis) fitting(sty text.Style, limit vg.Length) string {
	if a.Brief != "" && sty.Width(a.Text()) > limit {
		a.Label = a.Brief
	}
	return shorten(a.Text(), sty, limit)
}

// limit returns the axis's upper end for data that reach top. Every axis that
// is not logarithmic starts at 0, so that lengths can be compared by eye.
func (a Axis) limit(top float64) float64 {
	switch {
	case a.Max > 0 && finite(a.Max):
		return a.Max
	case top > 0 && finite(top):
		return top * 1.04
	}
	return 1
}

// ticker marks values; as many as there is room for, so that labels stay apart.
type ticker struct {
	whole bool
	most  int // ticks
	only  []Tick
}

var _ gonum.Ticker = ticker{}

// Ticks implements gonum's Ticker.
func (t ticker) Ticks(lo, hi float64) []gonum.Tick {
	var ticks []gonum.Tick
	if len(t.only) > 0 {
		for _, k := range t.only {
			if k.Value >= lo*(1-1e-9) && k.Value <= hi*(1+1e-9) {
				ticks = append(ticks, gonum.Tick{Value: k.Value, Label: k.Label})
			}
		}
		return ticks
	}
	step := roundStep((hi - lo) / float64(max(t.most, 1)))
	if t.whole {
		step = math.Max(step, 1)
		if step == 2.5 { // the one of the round steps above 1 that is not whole
			step = 5
		}
	}
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi*(1+1e-9) && len(ticks) < 20; i++ {
		ticks = append(ticks, gonum.Tick{Value: i * step, Label: tickLabel(i*step, step)})
	}
	return ticks
}

// roundStep returns the smallest of 1, 2, 2.5, 5 times a power of ten that is
// not below x.
func roundStep(x float64) float64 {
	if x <= 0 || !finite(x) {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*power >= x*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

// tickLabel writes v with the digits that the step between ticks needs.
func tickLabel(v, step float64) string {
	if v == 0 {
		return "0"
	}
	if step >= 1e6 || step < 1e-5 {
		return strconv.FormatFloat(v, 'g', 6, 64)
	}
	digits := 0
	for s := step; digits < 6 && math.Abs(s-math.Round(s)) > 1e-6*s; s *= 10 {
		digits++
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// axes returns an empty plot in the house style for the part of the sheet that
// it is going to fill.
func (s sheet) axes(x, y Axis, xMin, xMax, yMax float64) *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil
	p.X.Min, p.X.Max = xMin, xMax
	p.Y.Min, p.Y.Max = 0, yMax
	if x.Log {
		p.X.Scale = gonum.LogScale{}
	}
	for _, a := range []*gonum.Axis{&p.X, &p.Y} {
		a.Color, a.Tick.Color = s.ink, s.ink
		a.Padding = 0
		a.Width = 0.8
		a.Label.Padding = 4
		a.Tick.Length = 4
		a.Tick.Width = 0.8
		a.Label.TextStyle = s.textStyle(labelSize, s.ink, false, draw.XCenter, draw.YBottom)
	}
	p.X.Label.Text = x.fitting(p.X.Label.TextStyle, s.width()-50)
	p.Y.Label.Text = y.fitting(p.Y.Label.TextStyle, s.height()-45)
	p.X.Tick.Label = s.textStyle(tickSize, s.ink, false, draw.XCenter, draw.YTop)
	p.Y.Tick.Label = s.textStyle(tickSize, s.ink, false, draw.XRight, draw.YCenter)
	p.X.Tick.Marker = ticker{x.Whole, s.room(p.X.Tick.Label, x, xMin, xMax), s.spread(p.X.Tick.Label, x, xMin, xMax)}
	p.Y.Tick.Marker = ticker{y.Whole, min(max(int((s.height()-36)/24), 1), 8), y.Ticks}
	return p
}

// room returns how many ticks an x axis may have so that their labels keep
// apart.
func (s sheet) room(sty text.Style, a Axis, lo, hi float64) int {
	for n := 8; n > 1; n-- {
		widest := vg.Length(0)
		ticks := ticker{whole: a.Whole, most: n}.Ticks(lo, hi)
		for _, t := range ticks {
			widest = max(widest, sty.Width(t.Label))
		}
		if vg.Length(len(ticks))*(widest+8) < s.width()*0.85 {
			return n
		}
	}
	return 1
}

// spread returns those given ticks of an x axis whose labels keep apart, from
// the right, where the large values are.
func (s sheet) spread(sty text.Style, a Axis, lo, hi float64) []Tick {
	if len(a.Ticks) == 0 || !(hi > lo) {
		return nil
	}
	at := func(v float64) vg.Length {
		if a.Log {
			return vg.Length(math.Log(v/lo)/math.Log(hi/lo)) * s.width() * 0.85
		}
		return vg.Length((v-lo)/(hi-lo)) * s.width() * 0.85
	}
	var out []Tick
	edge := vg.Length(math.Inf(1))
	for i := len(a.Ticks) - 1; i >= 0; i-- {
		t := a.Ticks[i]
		half := sty.Width(t.Label)/2 + 3
		if x := at(t.Value); x+half <= edge {
			out = append([]Tick{t}, out...)
			edge = x - half
		}
	}
	return out
}

// grid draws a thin line across the data at every tick.
type grid struct {
	*theme
	x, y bool
}

var _ gonum.Plotter = grid{}

// Plot implements gonum's Plotter.
func (g grid) Plot(c draw.Canvas, p *gonum.Plot) {
	tx, ty := p.Transforms(&c)
	sty := draw.LineStyle{Color: g.rule, Width: 0.5}
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
