package plot

import (
	"cmp"
	"image/color"
	"slices"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// markLabels is where the labels of vertical lines go: a strip above the data,
// in as many rows as keep them apart.
type markLabels struct {
	placed []placedMark
	height vg.Length
}

type placedMark struct {
	Mark
	x     vg.Length // of the line
	left  vg.Length // of the label
	row   int       // from the data upwards
	label string
}

const markRow = captionSize * 1.3

// layMarks places the labels of marks, whose lines cross the data area.
func layMarks(marks []Mark, data draw.Canvas, p *gonum.Plot) markLabels {
	var l markLabels
	tx, _ := p.Transforms(&data)
	sty := textStyle(captionSize, ink, false, draw.XLeft, draw.YBottom)
	type span struct{ lo, hi vg.Length }
	var rows [][]span

	sorted := slices.Clone(marks)
	slices.SortStableFunc(sorted, func(a, b Mark) int { return cmp.Compare(a.X, b.X) })
	for _, m := range sorted {
		if !finite(m.X) || m.X < p.X.Min || m.X > p.X.Max {
			continue
		}
		pm := placedMark{Mark: m, x: tx(m.X), label: shorten(m.Name, sty, data.Max.X-data.Min.X)}
		w := sty.Width(pm.label)
		pm.left = max(data.Min.X, min(pm.x-w/2, data.Max.X-w))
		s := span{pm.left - 4, pm.left + w + 4}
		for pm.row < len(rows) && slices.ContainsFunc(rows[pm.row], func(o span) bool { return s.lo < o.hi && o.lo < s.hi }) {
			pm.row++
		}
		if pm.row == len(rows) {
			rows = append(rows, nil)
		}
		rows[pm.row] = append(rows[pm.row], s)
		l.placed = append(l.placed, pm)
	}
	l.height = vg.Length(len(rows)) * markRow
	if len(rows) > 0 {
		l.height += 3
	}
	return l
}

// draw draws lines across the data and their labels above it. Labels hide the
// lines that climb past them to a higher row.
func (l markLabels) draw(c draw.Canvas, data draw.Canvas) {
	bottom := func(m placedMark) vg.Length { return data.Max.Y + 3 + vg.Length(m.row)*markRow }
	for _, m := range l.placed {
		sty := draw.LineStyle{Color: m.color(), Width: 1.1, Dashes: dashes(1.2, 2.2)}
		c.StrokeLine2(sty, m.x, data.Min.Y, m.x, bottom(m))
	}
	for _, m := range l.placed {
		sty := textStyle(captionSize, m.color(), false, draw.XLeft, draw.YBottom)
		onWhite(c, sty, vg.Point{X: m.left, Y: bottom(m) + captionSize*0.25}, m.label)
	}
}

func (m placedMark) color() color.RGBA {
	if m.Common {
		return ink
	}
	return lookOf(m.Style).color
}
