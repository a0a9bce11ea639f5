package plot

import (
	"image/color"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// look is how one series is told apart: by colour, dash pattern and marker.
type look struct {
	color  color.RGBA
	dashes []vg.Length
	marker draw.GlyphDrawer
}

// Styles is the number of different looks; a series' style counts modulo it.
const Styles = 6

// lookOf returns a look. Colours are those of Okabe and Ito, "Color universal
// design" (2008), without the yellow that vanishes on white paper.
func lookOf(style int) look {
	return [Styles]look{
		{rgb(0x0072B2), nil, draw.CircleGlyph{}},                  // blue
		{rgb(0xD55E00), dashes(7, 2.5), draw.PyramidGlyph{}},      // vermillion
		{rgb(0x009E73), dashes(2, 2), draw.BoxGlyph{}},            // bluish green
		{rgb(0xCC79A7), dashes(9, 2.5, 2, 2.5), draw.RingGlyph{}}, // reddish purple
		{rgb(0x000000), dashes(4, 2), draw.CrossGlyph{}},          // black
		{rgb(0x56B4E9), dashes(11, 3, 4, 3), draw.SquareGlyph{}},  // sky blue
	}[((style%Styles)+Styles)%Styles]
}

// partColor returns the colour of a bar's part: dark to light, so that parts
// differ in grey. They are not those of the first series, whose meaning is another.
func partColor(i int) color.RGBA {
	return [...]color.RGBA{rgb(0x000000), rgb(0x56B4E9), rgb(0xE69F00), rgb(0x009E73), rgb(0xCC79A7)}[i%5]
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

func dashes(points ...vg.Length) []vg.Length { return points }

// faint mixes a colour with white.
func faint(c color.RGBA) color.RGBA {
	mix := func(v uint8) uint8 { return uint8((int(v)*2 + 0xff*3) / 5) }
	return color.RGBA{R: mix(c.R), G: mix(c.G), B: mix(c.B), A: 0xff}
}

// dark says whether white text is legible on the colour.
func dark(c color.RGBA) bool {
	return 299*int(c.R)+587*int(c.G)+114*int(c.B) < 128*1000
}

// Colours of what is not data.
var (
	ink  = rgb(0x000000) // text and axes
	grey = rgb(0x555555) // captions
	rule = rgb(0xDDDDDD) // grid
)

// Sizes of text.
const (
	titleSize   = vg.Length(13)
	legendSize  = vg.Length(10)
	labelSize   = vg.Length(10)
	tickSize    = vg.Length(9.5)
	captionSize = vg.Length(9)
)

// textStyle returns a style of the embedded sans-serif font.
func textStyle(size vg.Length, c color.Color, bold bool, x text.XAlignment, y text.YAlignment) text.Style {
	f := vgfont.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		f.Weight = font.WeightBold
	}
	return text.Style{Color: c, Font: f, XAlign: x, YAlign: y, Handler: gonum.DefaultTextHandler}
}
