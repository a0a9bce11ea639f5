package plot

import (
	"strings"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// frame is what every chart has around its data: title, caption and legend,
// all above the data so that they never cover any.
type frame struct {
	title, caption string
	legend         []entry
}

const margin = vg.Length(12)

// draw paints the frame on blank paper and returns what is left for the data. A
// title or caption too long for its share of the height is shortened.
func (f frame) draw(s sheet) sheet {
	if r, ok := readerOf(s.Canvas); ok {
		s.announce(r, f.legend)
		return s.within(draw.Crop(s.Canvas, 2, -6, 2, -6))
	}
	s = s.within(draw.Crop(s.Canvas, margin, -margin, margin, -margin))

	whole := s.height()
	y := s.Max.Y
	y = s.paragraph(y, f.title, s.textStyle(titleSize, s.ink, true, draw.XLeft, draw.YTop), whole*0.15)
	y = s.paragraph(y-1, f.caption, s.textStyle(captionSize, s.grey, false, draw.XLeft, draw.YTop), whole*0.2)
	y = s.drawLegend(y-4, f.legend, whole*0.3)
	s.Max.Y = y - 4
	return s
}

// paragraph writes the text from y downwards, broken at spaces to the width of
// the sheet, in as many lines as the height has room for, and returns where it
// ends.
func (s sheet) paragraph(y vg.Length, words string, sty text.Style, height vg.Length) vg.Length {
	if words == "" {
		return y
	}
	lines := wrap(words, sty, s.width())
	if most := max(int(height/lineHeight(sty)), 1); len(lines) > most {
		lines = lines[:most]
		lines[most-1] = shorten(lines[most-1]+" …", sty, s.width()-sty.Width("…"))
	}
	for _, line := range lines {
		s.FillText(sty, vg.Point{X: s.Min.X, Y: y}, line)
		y -= lineHeight(sty)
	}
	return y
}

// wrap breaks s at spaces into lines no wider than limit, but not at those that
// do not break, nor within a short equation such as n = 40. A single word that is
// wider is shortened.
func wrap(s string, sty text.Style, limit vg.Length) []string {
	var lines []string
	line := ""
	for word := range strings.SplitSeq(strings.ReplaceAll(s, " = ", nbsp+"="+nbsp), " ") {
		if word == "" {
			continue
		}
		word = strings.ReplaceAll(word, nbsp, " ")
		word = shorten(word, sty, limit)
		if line != "" && sty.Width(line+" "+word) > limit {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// shorten replaces the middle of s by an ellipsis until it is no wider than
// limit: names tend to differ at their ends.
func shorten(s string, sty text.Style, limit vg.Length) string {
	if sty.Width(s) <= limit {
		return s
	}
	runes := []rune(s)
	lo, hi := 0, len(runes) // runes kept: lo fits, hi does not
	cut := func(n int) string {
		head := (n + 1) / 2
		return string(runes[:head]) + "…" + string(runes[len(runes)-(n-head):])
	}
	for hi-lo > 1 {
		if n := (lo + hi) / 2; sty.Width(cut(n)) <= limit {
			lo = n
		} else {
			hi = n
		}
	}
	return cut(lo)
}

// notice writes a sentence in the middle of the sheet.
func (s sheet) notice(words string) {
	sty := s.textStyle(titleSize, s.grey, false, draw.XCenter, draw.YCenter)
	s.FillText(sty, s.Center(), shorten(words, sty, s.width()))
}

// onPaper writes text and hides what is under it.
func (s sheet) onPaper(sty text.Style, at vg.Point, words string) {
	box := sty.Rectangle(words).Add(at)
	s.SetColor(s.paper)
	s.Fill(vg.Rectangle{Min: vg.Point{X: box.Min.X - 2, Y: box.Min.Y}, Max: vg.Point{X: box.Max.X + 2, Y: box.Max.Y}}.Path())
	s.FillText(sty, at, words)
}
