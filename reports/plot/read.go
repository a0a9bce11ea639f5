package plot

import (
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Reader is a canvas that is also told what it is drawn: which strokes belong
// to which entry of the legend, and which values lie where. A chart that is
// drawn for a reader leaves out title, caption and legend, which the reader can
// set as words of its own.
type Reader interface {
	vg.CanvasSizer
	// Entry announces an entry of the legend; sample draws its sample onto
	// another canvas, which is SampleWidth by SampleHeight units.
	Entry(name string, sample func(vg.Canvas))
	// Begin says that what follows belongs to an entry, until the next Begin;
	// an empty name ends that.
	Begin(entry string)
	// Fields says what the values of every spot are. Along says that series
	// run beside each other along the x axis, so that their values at one place
	// are worth comparing.
	Fields(along bool, fields ...Field)
	// Spot says that some values lie at a point. Panel tells the parts of a
	// chart apart that have axes of their own.
	Spot(at vg.Point, panel int, series string, values ...string)
}

// Size of a legend's sample for a Reader.
const (
	SampleWidth  = vg.Length(30)
	SampleHeight = vg.Length(12)
)

// Field is one value of every spot.
type Field struct {
	Label string
	Brief string // to go before the value in a sentence; empty where its unit says enough
	Unit  string
}

// column is an axis whose unit says what a value is; named one whose values
// need its name before them.
func (a Axis) column() Field { return Field{Label: a.Label, Unit: a.Unit} }
func (a Axis) named() Field  { return Field{Label: a.Label, Brief: a.Label, Unit: a.Unit} }

// On draws the chart on a reader of any size; text measures about ten of its
// units. The only error is an unknown theme.
func On(r Reader, c Chart, t Theme) error {
	th, err := themeOf(t)
	if err != nil {
		return err
	}
	w, h := r.Size()
	c.draw(sheet{draw.NewCanvas(r, w, h), th})
	return nil
}

// readerOf returns the reader behind a canvas, if it is one. A cropped canvas
// is a canvas around another one.
func readerOf(c draw.Canvas) (Reader, bool) {
	for {
		switch inner := c.Canvas.(type) {
		case Reader:
			return inner, true
		case draw.Canvas:
			c = inner
		default:
			return nil, false
		}
	}
}

// belongs tells a reader that what follows belongs to an entry of the legend,
// until the function that it returns is called.
func belongs(c draw.Canvas, entry string) (end func()) {
	r, ok := readerOf(c)
	if !ok {
		return func() {}
	}
	r.Begin(entry)
	return func() { r.Begin("") }
}

// spot tells a reader of values.
func spot(c draw.Canvas, at vg.Point, panel int, series string, values ...string) {
	if r, ok := readerOf(c); ok {
		r.Spot(at, panel, series, values...)
	}
}

// announce gives the legend to a reader.
func (s sheet) announce(r Reader, entries []entry) {
	for _, e := range entries {
		r.Entry(e.name, func(on vg.Canvas) {
			e.sample(draw.NewCanvas(on, SampleWidth, SampleHeight), 1, SampleWidth-1, SampleHeight/2)
		})
	}
}

// readable is the most points of a curve that are drawn for a reader: more
// would not show at the size of a page. Pale repeats share that many among ten.
const readable = 240

// readableSeries thins the curves.
func readableSeries(series []Series) []Series {
	faint := 0
	for _, s := range series {
		if s.Faint {
			faint++
		}
	}
	out := make([]Series, 0, len(series))
	for _, s := range series {
		n := readable
		if s.Faint {
			n = min(n, max(10*readable/faint, 12))
		}
		s.Points = thinned(s.Points, n)
		out = append(out, s)
	}
	return out
}

// thinned returns at most n of the points, evenly picked, with both ends.
func thinned[T any](points []T, n int) []T {
	if len(points) <= n {
		return points
	}
	out := make([]T, 0, n)
	for i := range n {
		out = append(out, points[i*(len(points)-1)/(n-1)])
	}
	return out
}

// columns tells a reader what the values of the curves are.
func (l Lines) columns(c draw.Canvas) {
	r, ok := readerOf(c)
	if !ok {
		return
	}
	columns := []Field{l.X.column(), l.Y.column()}
	if l.Y.Unit == "" {
		columns[1] = l.Y.named()
	}
	if l.X.Unit == "" {
		columns[0] = l.X.named()
	}
	for _, s := range l.Series {
		for _, p := range s.Points {
			if p.High > p.Low {
				from, to := l.Y.column(), l.Y.column()
				from.Label, from.Brief = "interval from", "from"
				to.Label, to.Brief = "interval to", "to"
				r.Fields(true, append(columns, from, to)...)
				return
			}
		}
	}
	r.Fields(true, columns...)
}

// owner names the entry of the legend that a curve belongs to: its own, or for
// a pale repeat that of the curve that looks like it.
func (l Lines) owner(s Series) string {
	if s.Name != "" {
		return s.Name
	}
	for _, o := range l.Series {
		if o.Name != "" && o.Style == s.Style && !o.Theory {
			return o.Name
		}
	}
	return ""
}

// read tells a reader of a point of a named curve.
func (s curve) read(c draw.Canvas, at vg.Point, pt Point) {
	if s.Name == "" {
		return
	}
	values := []string{digits(pt.X), digits(pt.Y)}
	if r := (Range{pt.Low, pt.High}); r.shown() {
		values = append(values, digits(r.Low), digits(r.High))
	}
	spot(c, at, 0, s.Name, values...)
}

// rangeOf writes an interval, if there is one.
func rangeOf(r Range, ok bool) []string {
	if !ok {
		return nil
	}
	return []string{digits(r.Low), digits(r.High)}
}

// read tells a reader of the steps of some of the rows.
func (r rasterRows) read(c draw.Canvas, tx, ty func(float64) vg.Length) {
	const rows, steps = 40, 12
	every := max((len(r.Rows)+rows-1)/rows, 1)
	for i := 0; i < len(r.Rows); i += every {
		row := r.Rows[i]
		for _, pt := range thinned(row.Points, steps) {
			if finite(pt.X) && finite(pt.Y) {
				spot(c, vg.Point{X: tx(pt.X), Y: ty(float64(i) + 0.5)}, r.number, r.Name, row.Name, digits(pt.X), digits(pt.Y))
			}
		}
	}
}

// digits writes a value with five significant digits and no exponent.
func digits(v float64) string {
	if v == 0 || !finite(v) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	decimals := 4 - int(math.Floor(math.Log10(math.Abs(v))))
	if scale := math.Pow(10, float64(decimals)); finite(v*scale) && finite(scale) && scale > 0 {
		v = math.Round(v*scale) / scale
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
