package plot

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// outlined is a canvas that draws text as filled outlines: no reader needs the
// font, and a file stays small where an embedded font would weigh 500 kB.
type outlined struct {
	vg.Canvas
	// apart fills each word by itself: the time of a rasteriser grows with the
	// square of the edges that a line of it crosses. Words do not touch, so that no
	// pixel is another.
	apart bool
}

// FillString implements vg.Canvas.
func (o outlined) FillString(f vgfont.Face, pt vg.Point, text string) {
	if f.Font.Size == 0 {
		return
	}
	path, words := textPath(f, pt, text)
	if len(path) == 0 {
		return
	}
	if !o.apart {
		o.Fill(path)
		return
	}
	from := 0
	for _, to := range append(words, len(path)) {
		if to > from {
			o.Fill(path[from:to])
		}
		from = to
	}
}

// textPath returns the outline of the text with its baseline starting at pt, and
// where in it a word ends. A rune that the font lacks is drawn as the font's empty
// box.
func textPath(f vgfont.Face, pt vg.Point, text string) (path vg.Path, words []int) {
	var (
		buf     sfnt.Buffer
		em      = fixed.Int26_6(f.Face.UnitsPerEm())
		scale   = f.Font.Size / vg.Length(em)
		x       vg.Length
		prev    sfnt.GlyphIndex
		hasPrev bool
	)
	path = make(vg.Path, 0, 24*len(text)) // most letters have fewer parts
	for _, r := range text {
		glyph, err := f.Face.GlyphIndex(&buf, r)
		if err != nil {
			continue
		}
		if hasPrev {
			if kern, err := f.Face.Kern(&buf, prev, glyph, em, font.HintingNone); err == nil {
				x += vg.Length(kern) * scale
			}
		}
		at := func(p fixed.Point26_6) vg.Point {
			return vg.Point{X: pt.X + x + vg.Length(p.X)*scale, Y: pt.Y - vg.Length(p.Y)*scale}
		}
		segments, err := f.Face.LoadGlyph(&buf, glyph, em, nil)
		switch {
		case err != nil:
		case len(segments) > 0:
			path = appendGlyph(path, segments, at)
		default: // a space
			words = append(words, len(path))
		}
		if advance, err := f.Face.GlyphAdvance(&buf, glyph, em, font.HintingNone); err == nil {
			x += vg.Length(advance) * scale
		}
		prev, hasPrev = glyph, true
	}
	return path, words
}

// appendGlyph appends a glyph's contours. Quadratic curves become cubic ones,
// which every format has.
func appendGlyph(path vg.Path, segments sfnt.Segments, at func(fixed.Point26_6) vg.Point) vg.Path {
	var cur vg.Point
	for i, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				path.Close()
			}
			cur = at(s.Args[0])
			path.Move(cur)
		case sfnt.SegmentOpLineTo:
			cur = at(s.Args[0])
			path.Line(cur)
		case sfnt.SegmentOpQuadTo:
			c, end := at(s.Args[0]), at(s.Args[1])
			path.CubeTo(towards(cur, c), towards(end, c), end)
			cur = end
		case sfnt.SegmentOpCubeTo:
			cur = at(s.Args[2])
			path.CubeTo(at(s.Args[0]), at(s.Args[1]), cur)
		}
	}
	if len(segments) > 0 {
		path.Close()
	}
	return path
}

// towards returns the point two thirds of the way from a to b.
func towards(a, b vg.Point) vg.Point { return a.Add(b.Sub(a).Scale(2.0 / 3)) }
