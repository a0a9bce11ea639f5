package plot

import (
	"fmt"
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/palette/brewer"
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
// Colours repeat after seven, but no two styles share both dash pattern and
// marker, so that they differ in grey, too.
const Styles = 20

// theme holds every colour of a chart, and what measures its texts. One is made for
// each drawing, so that nothing is shared.
type theme struct {
	words  text.Handler
	paper  color.RGBA
	ink    color.RGBA // text and axes
	grey   color.RGBA // captions
	rule   color.RGBA // grid
	band   color.RGBA // spans of time
	series []color.RGBA
	parts  []color.RGBA // of a bar, from its foot
	shades []color.Color
	sides  []color.Color // of a scale with two sides
}

// themeOf returns the colours of a theme. Those of series are Okabe and Ito's,
// "Color universal design" (2008), without the yellow that vanishes on white
// paper; on dark paper they are lighter, and black is white. Scales are
// ColorBrewer's Blues and PuOr, both safe with impaired colour vision.
func themeOf(t Theme) (*theme, error) {
	var th *theme
	switch t {
	case Light, "":
		th = &theme{
			paper: rgb(0xFFFFFF), ink: rgb(0x000000), grey: rgb(0x555555), rule: rgb(0xDDDDDD), band: rgb(0xEDEBE3),
			series: hues(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7, 0x000000, 0x56B4E9, 0xE69F00),
			parts:  hues(0x000000, 0x56B4E9, 0xF0E442, 0x009E73),
		}
	case Dark:
		th = &theme{
			paper: rgb(0x14171C), ink: rgb(0xF4F4F4), grey: rgb(0xB4B8C0), rule: rgb(0x343942), band: rgb(0x2B2A21),
			series: hues(0x4DA8F0, 0xFF8A4C, 0x2FC99B, 0xE39BC8, 0xFFFFFF, 0xA5DBFF, 0xF0C542),
			parts:  hues(0xF4F4F4, 0x2F86C6, 0xF0C542, 0x00795A),
		}
	default:
		_, err := ParseTheme(string(t))
		return nil, err
	}
	shades, err := brewer.GetPalette(brewer.TypeSequential, "Blues", 9)
	if err != nil {
		return nil, fmt.Errorf("colours of a scale: %w", err)
	}
	sides, err := brewer.GetPalette(brewer.TypeDiverging, "PuOr", 11)
	if err != nil {
		return nil, fmt.Errorf("colours of a scale: %w", err)
	}
	th.words = measuring{gonum.DefaultTextHandler, map[measured]textBox{}}
	th.shades, th.sides = shades.Colors(), sides.Colors()
	return th, nil
}

func hues(values ...uint32) []color.RGBA {
	out := make([]color.RGBA, 0, len(values))
	for _, v := range values {
		out = append(out, rgb(v))
	}
	return out
}

func rgb(v uint32) color.RGBA {
	return color.RGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xff}
}

// look returns the look of a style; negative styles count from the end.
func (t *theme) look(style int) look {
	style = ((style % Styles) + Styles) % Styles
	dashes := [][]vg.Length{nil, {7, 2.5}, {2, 2}, {9, 2.5, 2, 2.5}, {4, 2}, {11, 3, 4, 3}}
	markers := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.PyramidGlyph{}, draw.BoxGlyph{}, draw.RingGlyph{},
		draw.CrossGlyph{}, draw.SquareGlyph{}, draw.PlusGlyph{}, draw.TriangleGlyph{}}
	return look{t.series[style%len(t.series)], dashes[style%len(dashes)], markers[style%len(markers)]}
}

// part returns the colour of a bar's part: neighbours differ in grey. They are
// not those of the first series, whose meaning is another.
func (t *theme) part(i int) color.RGBA { return t.parts[i%len(t.parts)] }

// Color returns the colour of a series' style as #RRGGBB, for whoever draws the
// same series elsewhere. An unknown theme counts as light.
func Color(style int, t Theme) string { return hex(orLight(t).look(style).color) }

// PartColor returns the colour of part i of a bar as #RRGGBB.
func PartColor(i int, t Theme) string { return hex(orLight(t).part(i)) }

// Dashes returns the dash pattern of a series' style in points of ink and gap
// in turn; none for a solid line.
func Dashes(style int) []float64 {
	var out []float64
	for _, d := range orLight(Light).look(style).dashes {
		out = append(out, float64(d))
	}
	return out
}

func orLight(t Theme) *theme {
	th, err := themeOf(t)
	if err != nil {
		th, _ = themeOf(Light) // which there is
	}
	return th
}

func hex(c color.RGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

// mix returns a colour that is share of a and the rest of b.
func mix(a, b color.RGBA, share float64) color.RGBA {
	m := func(x, y uint8) uint8 { return uint8(float64(x)*share + float64(y)*(1-share) + 0.5) }
	return color.RGBA{R: m(a.R, b.R), G: m(a.G, b.G), B: m(a.B, b.B), A: 0xff}
}

// faint is a colour that steps back behind its full self.
func (t *theme) faint(c color.RGBA) color.RGBA { return mix(c, t.paper, 0.4) }

// on returns the colour of legible text on a fill: of black and white the one
// with the higher contrast, which is 4.5 or more on any.
func on(c color.RGBA) color.RGBA {
	black, white := rgb(0x000000), rgb(0xFFFFFF)
	if contrast(c, white) > contrast(c, black) {
		return white
	}
	return black
}

// contrast returns the contrast ratio of two colours, 1 to 21, as WCAG 2.2
// defines it.
func contrast(a, b color.RGBA) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is WCAG 2.2's relative luminance, 0 for black to 1 for white.
func luminance(c color.RGBA) float64 {
	linear := func(v uint8) float64 {
		s := float64(v) / 255
		if s <= 0.04045 {
			return s / 12.92
		}
		return math.Pow((s+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

// shade returns the colour of a share from 0 to 1 on a scale from little to
// much: away from the paper.
func (t *theme) shade(share float64) color.RGBA {
	if t.ink.R > t.paper.R { // dark paper: much is bright
		share = 1 - share
		return ramp(t.shades, 0.05+0.95*share)
	}
	return ramp(t.shades, 0.95*share)
}

// side returns the colour of a share from 0 to 1 on a scale whose middle, 0.5,
// is neutral.
func (t *theme) side(share float64) color.RGBA { return ramp(t.sides, share) }

func ramp(colors []color.Color, share float64) color.RGBA {
	at := min(max(share, 0), 1) * float64(len(colors)-1)
	i := min(int(at), len(colors)-2)
	return mix(opaque(colors[i+1]), opaque(colors[i]), at-float64(i))
}

func opaque(c color.Color) color.RGBA { return color.RGBAModel.Convert(c).(color.RGBA) }
