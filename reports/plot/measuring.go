package plot

import (
	vgfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
)

// measuring is a handler of text that remembers what it has measured: laying out a
// chart asks for the same labels again and again. Not safe for concurrent use.
type measuring struct {
	text.Handler
	known map[measured]textBox
}

// measured is a text in a font.
type measured struct {
	text string
	font vgfont.Font
}

// textBox is the extent of a text.
type textBox struct{ width, height, depth vg.Length }

var _ text.Handler = measuring{}

// Box implements text.Handler.
func (m measuring) Box(txt string, f vgfont.Font) (width, height, depth vg.Length) {
	of := measured{txt, f}
	b, ok := m.known[of]
	if !ok {
		b.width, b.height, b.depth = m.Handler.Box(txt, f)
		m.known[of] = b
	}
	return b.width, b.height, b.depth
}
