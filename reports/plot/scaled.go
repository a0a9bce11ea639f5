package plot

import (
	"gonum.org/v1/plot/vg"
)

// scaled is a canvas whose unit is a number of points on paper. Canvases have a
// Scale of their own, but not all of them scale the width of lines by it.
type scaled struct {
	vg.Canvas
	by vg.Length
}

// SetLineWidth implements vg.Canvas.
func (s scaled) SetLineWidth(w vg.Length) { s.Canvas.SetLineWidth(w * s.by) }

// SetLineDash implements vg.Canvas.
func (s scaled) SetLineDash(pattern []vg.Length, offset vg.Length) {
	longer := make([]vg.Length, len(pattern))
	for i, d := range pattern {
		longer[i] = d * s.by
	}
	s.Canvas.SetLineDash(longer, offset*s.by)
}

// Translate implements vg.Canvas.
func (s scaled) Translate(pt vg.Point) { s.Canvas.Translate(pt.Scale(s.by)) }

// Stroke implements vg.Canvas.
func (s scaled) Stroke(p vg.Path) { s.Canvas.Stroke(s.path(p)) }

// Fill implements vg.Canvas.
func (s scaled) Fill(p vg.Path) { s.Canvas.Fill(s.path(p)) }

func (s scaled) path(p vg.Path) vg.Path {
	if s.by == 1 {
		return p
	}
	out := make(vg.Path, len(p))
	for i, c := range p {
		c.Pos = c.Pos.Scale(s.by)
		c.Radius *= s.by
		control := make([]vg.Point, len(c.Control))
		for j, pt := range c.Control {
			control[j] = pt.Scale(s.by)
		}
		c.Control = control
		out[i] = c
	}
	return out
}
