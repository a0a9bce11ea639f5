package page

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"

	"versus/reports/plot"
)

// stroke, filling and words are what an op can be.
type opKind int

const (
	stroke opKind = iota
	filling
	words
	picture
)

// op is one thing that was drawn, in SVG's coordinates.
type op struct {
	kind   opKind
	series int // of the legend; -1 for what belongs to no series
	color  color.Color
	style  string // attributes but for the colour
	data   string // of a path, or the text
}

// canvas notes what is drawn on it. It implements vg.Canvas; coordinates grow
// upwards and are turned over.
type canvas struct {
	width, height float64
	ops           []op
	now           state
	saved         []state
	series        int // that what is drawn belongs to; -1 for none

	names   []string // of series, by their number
	keys    []sampled
	hidable []int // series that some strokes belong to
	columns []plot.Field
	along   bool
	spots   []spot
}

// state is what Push saves.
type state struct {
	color color.Color
	line  vg.Length
	dash  []vg.Length
	at    affine
}

// affine maps (x, y) to (a x + c y + e, b x + d y + f).
type affine struct{ a, b, c, d, e, f float64 }

func (m affine) of(p vg.Point) (x, y float64) {
	return m.a*float64(p.X) + m.c*float64(p.Y) + m.e, m.b*float64(p.X) + m.d*float64(p.Y) + m.f
}

func (m affine) times(n affine) affine {
	return affine{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

var _ vg.CanvasSizer = &canvas{}

func newCanvas(width, height float64) *canvas {
	c := &canvas{width: width, height: height, series: -1}
	c.now.at = affine{1, 0, 0, -1, 0, height}
	vg.Initialize(c)
	return c
}

// Size implements vg.CanvasSizer.
func (c *canvas) Size() (w, h vg.Length) { return vg.Length(c.width), vg.Length(c.height) }

// SetLineWidth implements vg.Canvas.
func (c *canvas) SetLineWidth(w vg.Length) { c.now.line = w }

// SetLineDash implements vg.Canvas; every dash here begins at the start.
func (c *canvas) SetLineDash(pattern []vg.Length, _ vg.Length) { c.now.dash = pattern }

// SetColor implements vg.Canvas.
func (c *canvas) SetColor(clr color.Color) {
	if clr == nil {
		clr = color.Black
	}
	c.now.color = clr
}

// Rotate implements vg.Canvas.
func (c *canvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	c.now.at = c.now.at.times(affine{cos, sin, -sin, cos, 0, 0})
}

// Translate implements vg.Canvas.
func (c *canvas) Translate(pt vg.Point) {
	c.now.at = c.now.at.times(affine{1, 0, 0, 1, float64(pt.X), float64(pt.Y)})
}

// Scale implements vg.Canvas.
func (c *canvas) Scale(x, y float64) { c.now.at = c.now.at.times(affine{x, 0, 0, y, 0, 0}) }

// Push implements vg.Canvas.
func (c *canvas) Push() { c.saved = append(c.saved, c.now) }

// Pop implements vg.Canvas.
func (c *canvas) Pop() {
	c.now = c.saved[len(c.saved)-1]
	c.saved = c.saved[:len(c.saved)-1]
}

// Stroke implements vg.Canvas.
func (c *canvas) Stroke(p vg.Path) {
	if c.now.line <= 0 {
		return
	}
	style := ` stroke-width="` + short(float64(c.now.line)) + `"`
	if len(c.now.dash) > 0 {
		var parts []string
		for _, d := range c.now.dash {
			parts = append(parts, short(float64(d)))
		}
		style += ` stroke-dasharray="` + strings.Join(parts, " ") + `"`
	}
	c.ops = append(c.ops, op{stroke, c.series, c.now.color, style, c.path(p)})
}

// Fill implements vg.Canvas.
func (c *canvas) Fill(p vg.Path) {
	c.ops = append(c.ops, op{filling, c.series, c.now.color, "", c.path(p)})
}

// FillString implements vg.Canvas. The text keeps the width that it was laid
// out with, whatever font a browser takes for it.
func (c *canvas) FillString(f font.Face, pt vg.Point, text string) {
	size := float64(f.Font.Size)
	if size == 0 || strings.TrimSpace(text) == "" {
		return
	}
	x, y := c.now.at.of(pt)
	style := fmt.Sprintf(` x="%s" y="%s" font-size="%s" textLength="%s" lengthAdjust="spacingAndGlyphs"`, short(x), short(y), short(size), short(float64(f.Width(text))))
	if f.Font.Weight > 0 {
		style += ` font-weight="bold"`
	}
	if c.now.at.b != 0 {
		angle := math.Atan2(c.now.at.b, c.now.at.a) * 180 / math.Pi
		style += fmt.Sprintf(` transform="rotate(%s %s %s)"`, short(angle), short(x), short(y))
	}
	c.ops = append(c.ops, op{words, c.series, c.now.color, style, text})
}

// DrawImage implements vg.Canvas.
func (c *canvas) DrawImage(rect vg.Rectangle, img image.Image) {
	x, y := c.now.at.of(vg.Point{X: rect.Min.X, Y: rect.Max.Y})
	style := fmt.Sprintf(` x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none"`,
		short(x), short(y), short(float64(rect.Size().X)), short(float64(rect.Size().Y)))
	c.ops = append(c.ops, op{picture, c.series, nil, style, dataURL(img)})
}

// path writes a path's data, without points that change nothing.
func (c *canvas) path(p vg.Path) string {
	var b strings.Builder
	var lastX, lastY string
	goTo := func(cmd byte, x, y string) {
		switch {
		case cmd == 'L' && x == lastX && y == lastY:
			return
		case cmd == 'L' && y == lastY:
			b.WriteString("H" + x)
		case cmd == 'L' && x == lastX:
			b.WriteString("V" + y)
		default:
			b.WriteByte(cmd)
			b.WriteString(x + " " + y)
		}
		lastX, lastY = x, y
	}
	point := func(pt vg.Point) (string, string) {
		x, y := c.now.at.of(pt)
		return short(x), short(y)
	}
	for _, s := range p {
		x, y := point(s.Pos)
		switch s.Type {
		case vg.MoveComp:
			goTo('M', x, y)
		case vg.LineComp:
			goTo('L', x, y)
		case vg.ArcComp:
			c.arc(s, goTo, func(radius string, large, sweep int, x, y string) {
				fmt.Fprintf(&b, "A%s %s 0 %d %d %s %s", radius, radius, large, sweep, x, y)
				lastX, lastY = x, y
			}, b.Len() == 0)
		case vg.CurveComp:
			b.WriteByte("QC"[len(s.Control)-1])
			for _, k := range s.Control {
				kx, ky := point(k)
				b.WriteString(kx + " " + ky + " ")
			}
			b.WriteString(x + " " + y)
			lastX, lastY = x, y
		case vg.CloseComp:
			b.WriteByte('Z')
			lastX, lastY = "", ""
		}
	}
	return b.String()
}

// arc writes an arc in parts of at most a third of a circle, which SVG can tell
// apart from their complements.
func (c *canvas) arc(s vg.PathComp, goTo func(byte, string, string), emit func(string, int, int, string, string), first bool) {
	at := func(angle float64) (string, string) {
		sin, cos := math.Sincos(angle)
		x, y := c.now.at.of(vg.Point{X: s.Pos.X + s.Radius*vg.Length(cos), Y: s.Pos.Y + s.Radius*vg.Length(sin)})
		return short(x), short(y)
	}
	cmd := byte('L')
	if first {
		cmd = 'M'
	}
	x, y := at(s.Start)
	goTo(cmd, x, y)
	sweep := 0 // what turns left upwards, turns right with y downwards
	if s.Angle < 0 {
		sweep = 1
	}
	n := max(int(math.Ceil(math.Abs(s.Angle)/(2*math.Pi/3)-1e-9)), 1)
	for i := 1; i <= n; i++ {
		x, y := at(s.Start + s.Angle*float64(i)/float64(n))
		emit(short(float64(s.Radius)), 0, sweep, x, y)
	}
}

// short writes a coordinate with a tenth of a unit, which nobody can see.
func short(v float64) string {
	r := math.Round(v*10) / 10
	if r == 0 {
		return "0" // also for -0
	}
	return strings.TrimSuffix(strconv.FormatFloat(r, 'f', 1, 64), ".0")
}
