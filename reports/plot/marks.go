package plot

import (
	"cmp"
	"image/color"
	"slices"
	"strconv"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// labels are the vertical lines and shaded stretches of a chart and where
// their names go: a strip above the data, in as many rows as keep them apart.
type labels struct {
	marks  []Mark
	spans  []Span
	placed []label
	key    []string // lines that say what the numbers in the strip stand for
	height vg.Length
}

// label is a name in the strip.
type label struct {
	words string
	x     vg.Length // of what it names
	left  vg.Length // of the words
	row   int       // from the data upwards
	line  bool      // a line leads up to it
	color color.RGBA
}

const (
	labelRow = captionSize * 1.3
	// labelShare of the data's height may have rows of names; beyond, numbers
	// stand in the strip, and a key above it says what they mean.
	labelShare = 0.3
)

// layLabels places the names of marks and spans, of which it drops those that
// lie beside the axis. The sheet is the data area; a key has at most keyHeight.
func (s sheet) layLabels(marks []Mark, spans []Span, p *gonum.Plot, keyHeight vg.Length) labels {
	var l labels
	inside := func(x float64) bool { return finite(x) && x >= p.X.Min && x <= p.X.Max }
	tx, _ := p.Transforms(&s.Canvas)
	var all []label
	for _, m := range marks {
		if !inside(m.X) {
			continue
		}
		l.marks = append(l.marks, m)
		if m.Name != "" {
			all = append(all, label{words: m.Name, x: tx(m.X), line: true, color: m.color(s.theme)})
		}
	}
	for _, sp := range spans {
		sp.From, sp.To = max(sp.From, p.X.Min), min(sp.To, p.X.Max)
		if !inside(sp.From) || !inside(sp.To) || sp.To < sp.From {
			continue
		}
		l.spans = append(l.spans, sp)
		if sp.Name != "" {
			all = append(all, label{words: sp.Name, x: tx((sp.From + sp.To) / 2), color: s.grey})
		}
	}
	slices.SortStableFunc(all, func(a, b label) int { return cmp.Compare(a.x, b.x) })
	rows := s.stack(all)
	if most := max(int(s.height()*labelShare/labelRow), 1); rows > most {
		l.key = s.key(all, keyHeight)
		for i := range all {
			all[i].words = strconv.Itoa(i + 1)
		}
		if rows = s.stack(all); rows > 2 {
			all = s.numbers(all)
			rows = 1
		}
	}
	l.placed = all
	l.height = vg.Length(rows)*labelRow + vg.Length(len(l.key))*captionSize*1.25
	if rows > 0 {
		l.height += 3
	}
	return l
}

// key returns lines that number the labels, no more than the height has room
// for.
func (s sheet) key(all []label, height vg.Length) []string {
	var words []string
	for i, a := range all {
		words = append(words, strings.ReplaceAll(strconv.Itoa(i+1)+" "+a.words, " ", nbsp))
	}
	sty := s.textStyle(captionSize, s.grey, false, draw.XLeft, draw.YTop)
	lines := wrap(strings.Join(words, ", "), sty, s.width())
	if most := max(int(height/lineHeight(sty)), 1); len(lines) > most {
		lines = lines[:most]
		lines[most-1] = shorten(lines[most-1]+" …", sty, s.width())
	}
	return lines
}

const nbsp = "\u00a0" // keeps words on one line

// numbers sets the labels' numbers in one row; those too close to
// stand apart become one, such as 3-5.
func (s sheet) numbers(all []label) []label {
	sty := s.textStyle(captionSize, s.ink, false, draw.XLeft, draw.YBottom)
	type group struct{ first, last int }
	place := func(g group) label {
		a := all[g.first]
		if g.last > g.first {
			a.words += "-" + all[g.last].words
			a.x, a.line, a.color = (all[g.first].x+all[g.last].x)/2, false, s.grey
		}
		w := sty.Width(a.words)
		a.left, a.row = max(s.Min.X, min(a.x-w/2, s.Max.X-w)), 0
		return a
	}
	var groups []group
	for i := range all {
		g := group{i, i}
		for len(groups) > 0 {
			before := groups[len(groups)-1]
			b := place(before)
			if b.left+sty.Width(b.words)+4 <= place(g).left {
				break
			}
			g.first = before.first
			groups = groups[:len(groups)-1]
		}
		groups = append(groups, g)
	}
	out := make([]label, 0, len(groups))
	for _, g := range groups {
		out = append(out, place(g))
	}
	return out
}

// stack sets each name in the lowest row where it is free of its neighbours
// and returns how many rows that takes.
func (s sheet) stack(all []label) int {
	type span struct{ lo, hi vg.Length }
	var rows [][]span
	sty := s.textStyle(captionSize, s.ink, false, draw.XLeft, draw.YBottom)
	for i := range all {
		a := &all[i]
		a.words = shorten(a.words, sty, s.width())
		w := sty.Width(a.words)
		a.left = max(s.Min.X, min(a.x-w/2, s.Max.X-w))
		at := span{a.left - 4, a.left + w + 4}
		a.row = 0
		for a.row < len(rows) && slices.ContainsFunc(rows[a.row], func(o span) bool { return at.lo < o.hi && o.lo < at.hi }) {
			a.row++
		}
		if a.row == len(rows) {
			rows = append(rows, nil)
		}
		rows[a.row] = append(rows[a.row], at)
	}
	return len(rows)
}

// drawLabels draws the lines across the data and all names above it. Names
// hide the lines that climb past them to a higher row.
func (s sheet) drawLabels(l labels, data draw.Canvas) {
	bottom := func(a label) vg.Length { return data.Max.Y + 3 + vg.Length(a.row)*labelRow }
	for _, a := range l.placed {
		if a.line {
			s.StrokeLine2(markStyle(a.color), a.x, data.Max.Y, a.x, bottom(a))
		}
	}
	for _, a := range l.placed {
		words := s.ink // not all colours of lines are dark enough for text
		if !a.line {
			words = s.grey
		}
		sty := s.textStyle(captionSize, words, false, draw.XLeft, draw.YBottom)
		s.onPaper(sty, vg.Point{X: a.left, Y: bottom(a) + captionSize*0.25}, a.words)
	}
	y := s.Max.Y
	sty := s.textStyle(captionSize, s.grey, false, draw.XLeft, draw.YTop)
	for _, line := range l.key {
		s.FillText(sty, vg.Point{X: data.Min.X, Y: y}, line)
		y -= lineHeight(sty)
	}
}

// bands draws the spans and the marks' lines within the data area, beneath it.
type bands struct {
	*theme
	labels
}

var _ gonum.Plotter = bands{}

// Plot implements gonum's Plotter.
func (b bands) Plot(c draw.Canvas, p *gonum.Plot) {
	tx, _ := p.Transforms(&c)
	for _, sp := range b.spans {
		x0, x1 := tx(sp.From), tx(sp.To)
		c.SetColor(b.band)
		c.Fill(vg.Rectangle{Min: vg.Point{X: x0, Y: c.Min.Y}, Max: vg.Point{X: x1, Y: c.Max.Y}}.Path())
		edge := draw.LineStyle{Color: b.grey, Width: 0.6}
		c.StrokeLine2(edge, x0, c.Min.Y, x0, c.Max.Y)
		c.StrokeLine2(edge, x1, c.Min.Y, x1, c.Max.Y)
	}
	for _, m := range b.marks {
		c.StrokeLine2(markStyle(m.color(b.theme)), tx(m.X), c.Min.Y, tx(m.X), c.Max.Y)
	}
}

func markStyle(c color.RGBA) draw.LineStyle {
	return draw.LineStyle{Color: c, Width: 1.1, Dashes: dashes(1.2, 2.2)}
}

func (m Mark) color(t *theme) color.RGBA {
	if m.Common {
		return t.ink
	}
	return t.look(m.Style).color
}
