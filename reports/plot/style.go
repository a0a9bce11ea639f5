package plot

import (
	"image/color"

	"golang.org/x/image/font"
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Sizes of text, in units of the layout.
const (
	titleSize   = vg.Length(13)
	legendSize  = vg.Length(10)
	labelSize   = vg.Length(10)
	tickSize    = vg.Length(9.5)
	captionSize = vg.Length(9)
)

// sheet is what a chart is drawn on: a canvas and its colours.
type sheet struct {
	draw.Canvas
	*theme
}

// blank paints the whole sheet as paper and returns it.
func (s sheet) blank() sheet {
	s.SetColor(s.paper)
	s.Fill(s.Rectangle.Path())
	return s
}

// within returns the sheet cut to a part of its canvas.
func (s sheet) within(c draw.Canvas) sheet { return sheet{c, s.theme} }

func (s sheet) width() vg.Length  { return s.Max.X - s.Min.X }
func (s sheet) height() vg.Length { return s.Max.Y - s.Min.Y }

// textStyle returns a style of the embedded sans-serif font.
func (t *theme) textStyle(size vg.Length, c color.Color, bold bool, x text.XAlignment, y text.YAlignment) text.Style {
	f := vgfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = font.WeightBold
	}
	return text.Style{Color: c, Font: f, XAlign: x, YAlign: y, Handler: t.words}
}

func lineHeight(sty text.Style) vg.Length { return sty.Font.Size * 1.25 }

func dashes(points ...vg.Length) []vg.Length { return points }
