package plot

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Heat is a chart of coloured cells over two lists of values, once in each
// panel.
type Heat struct {
	Title   string
	Caption string
	X, Y    Axis     // what the columns and the rows are
	Columns []string // from the left
	Rows    []string // from the bottom up
	Panels  []HeatPanel
	// Value writes the number of a cell; nil for about three digits.
	Value func(float64) string `json:"-"`
}

// HeatPanel is one quantity in every cell.
type HeatPanel struct {
	Axis          // the quantity and its unit
	Min  float64  // where the scale of colours begins
	Ends []string // of a ratio: what the low and the high end mean; such a scale is logarithmic around 1
	// Cells are rows of columns; not a number where there is none.
	Cells [][]float64
}

var _ Chart = Heat{}

// Describe implements Chart.
func (h Heat) Describe() (title, caption string) { return h.Title, h.Caption }

func (h Heat) draw(s sheet) {
	body := frame{title: h.Title, caption: h.Caption}.draw(s)
	n := len(h.Panels)
	if n == 0 || len(h.Columns) == 0 || len(h.Rows) == 0 {
		body.notice("no data")
		return
	}
	if r, ok := readerOf(s.Canvas); ok {
		r.Fields(false, h.X.named(), h.Y.named(), Field{Label: "value"})
	}
	// Beside each other, unless the paper is too narrow.
	columns := min(n, max(int(body.width()/100), 1))
	lines := (n + columns - 1) / columns
	const gap = vg.Length(14)
	r := h.ruler(body, (body.height()-gap*vg.Length(lines-1))/vg.Length(lines))
	w := (body.width() - r.left - gap*vg.Length(columns-1)) / vg.Length(columns)
	for i, p := range h.Panels {
		cell := body
		cell.Min.X += r.left + vg.Length(i%columns)*(w+gap)
		cell.Max.X = cell.Min.X + w
		cell.Max.Y -= vg.Length(i/columns) * (r.height + gap)
		cell.Min.Y = cell.Max.Y - r.height
		h.panel(cell, p, r, i, i%columns == 0)
	}
}

// heatRuler are the measures that all panels have in common.
type heatRuler struct {
	height vg.Length // of a panel
	left   vg.Length // of the names of rows, beside the first panel of a line
	names  text.Style
}

const (
	scaleHeight = captionSize*1.3 + 4
	rowShare    = 0.22 // of the width, that the names of rows may take
)

func (h Heat) ruler(s sheet, height vg.Length) heatRuler {
	size := min(tickSize, height*0.5/vg.Length(len(h.Rows)))
	r := heatRuler{height: height, names: s.textStyle(size, s.ink, false, draw.XRight, draw.YCenter)}
	for _, name := range h.Rows {
		r.left = max(r.left, r.names.Width(shorten(name, r.names, s.width()*rowShare)))
	}
	r.left += labelSize*1.25 + 8
	return r
}

// panel draws one panel with its scale and the names of its columns; first is
// the first of a line, which has the names of the rows.
func (h Heat) panel(s sheet, p HeatPanel, r heatRuler, number int, first bool) {
	title := s.textStyle(labelSize, s.ink, true, draw.XLeft, draw.YTop)
	s.FillText(title, vg.Point{X: s.Min.X, Y: s.Max.Y}, shorten(p.Text(), title, s.width()))
	s.Max.Y -= lineHeight(title) + 2
	lo, hi := p.span()
	s.scale(p, lo, hi, h.write)
	s.Max.Y -= scaleHeight

	label := s.textStyle(labelSize, s.ink, false, draw.XCenter, draw.YBottom)
	s.FillText(label, vg.Point{X: (s.Min.X + s.Max.X) / 2, Y: s.Min.Y}, h.X.fitting(label, s.width()))
	names := s.textStyle(tickSize, s.ink, false, draw.XCenter, draw.YTop)
	bottom := s.Min.Y + lineHeight(label)
	s.Min.Y = bottom + lineHeight(names) + 4

	w, ht := s.width()/vg.Length(len(h.Columns)), s.height()/vg.Length(len(h.Rows))
	if first {
		sideways := label
		sideways.Rotation = math.Pi / 2
		s.FillText(sideways, vg.Point{X: s.Min.X - r.left + labelSize*1.25, Y: (s.Min.Y + s.Max.Y) / 2}, h.Y.fitting(label, s.height()))
		limit := r.left - labelSize*1.25 - 6
		for i, name := range h.Rows {
			s.FillText(r.names, vg.Point{X: s.Min.X - 4, Y: s.Min.Y + ht*(vg.Length(i)+0.5)}, shorten(name, r.names, limit))
		}
	}
	edge := vg.Length(math.Inf(-1))
	for j, c := range h.Columns {
		c = shorten(c, names, max(w-4, 24))
		x, half := s.Min.X+w*(vg.Length(j)+0.5), names.Width(c)/2+2
		if x-half < edge || x+half > s.Max.X+2 {
			continue // no room beside the one before
		}
		edge = x + half
		s.FillText(names, vg.Point{X: x, Y: bottom + lineHeight(names)}, c)
	}
	h.cells(s, p, number, lo, hi, w, ht)
}

func (h Heat) cells(s sheet, p HeatPanel, number int, lo, hi float64, w, ht vg.Length) {
	size := min(labelSize, ht*0.7)
	for i := range h.Rows {
		for j := range h.Columns {
			at := vg.Point{X: s.Min.X + w*vg.Length(j), Y: s.Min.Y + ht*vg.Length(i)}
			middle := at.Add(vg.Point{X: w / 2, Y: ht / 2})
			v := math.NaN()
			if i < len(p.Cells) && j < len(p.Cells[i]) {
				v = p.Cells[i][j]
			}
			fill, words := s.paper, "-"
			if finite(v) {
				fill, words = s.heat(p, lo, hi, v), h.write(v)
				spot(s.Canvas, middle, number, p.Text(), h.Columns[j], h.Rows[i], digits(v))
			}
			s.FillPolygon(fill, []vg.Point{at, {X: at.X + w, Y: at.Y}, {X: at.X + w, Y: at.Y + ht}, {X: at.X, Y: at.Y + ht}})
			sty := s.textStyle(size, on(fill), false, draw.XCenter, draw.YCenter)
			for sty.Font.Size > 5 && sty.Width(words) > w-4 {
				sty.Font.Size--
			}
			if sty.Width(words) <= w-3 && size >= 5 {
				s.FillText(sty, middle, words)
			}
		}
	}
	frame := draw.LineStyle{Color: s.paper, Width: 1}
	for i := 1; i < len(h.Rows); i++ {
		s.StrokeLine2(frame, s.Min.X, s.Min.Y+ht*vg.Length(i), s.Max.X, s.Min.Y+ht*vg.Length(i))
	}
	for j := 1; j < len(h.Columns); j++ {
		s.StrokeLine2(frame, s.Min.X+w*vg.Length(j), s.Min.Y, s.Min.X+w*vg.Length(j), s.Max.Y)
	}
	outline := []vg.Point{s.Min, {X: s.Max.X, Y: s.Min.Y}, s.Max, {X: s.Min.X, Y: s.Max.Y}, s.Min}
	s.StrokeLines(draw.LineStyle{Color: s.ink, Width: 0.8}, outline)
}

// heat returns the colour of a value.
func (s sheet) heat(p HeatPanel, lo, hi, v float64) color.RGBA {
	if !(hi > lo) {
		return s.heatAt(p, 0.5)
	}
	if len(p.Ends) == 2 {
		return s.heatAt(p, (math.Log(v)-math.Log(lo))/(math.Log(hi)-math.Log(lo)))
	}
	return s.heatAt(p, (v-lo)/(hi-lo))
}

func (s sheet) heatAt(p HeatPanel, share float64) color.RGBA {
	if len(p.Ends) == 2 {
		return s.side(share)
	}
	return s.shade(0.08 + 0.92*share)
}

// span returns the ends of the scale: of a ratio as far below 1 as above.
func (p HeatPanel) span() (lo, hi float64) {
	lo, hi = math.Inf(1), 0.0
	for _, row := range p.Cells {
		for _, v := range row {
			if finite(v) {
				lo, hi = math.Min(lo, v), math.Max(hi, v)
			}
		}
	}
	if len(p.Ends) == 2 {
		far := math.Max(math.Max(hi, 1/math.Max(lo, 1e-9)), 1.01)
		return 1 / far, far
	}
	if p.Axis.Max > 0 {
		hi = p.Axis.Max
	}
	return p.Min, hi
}

// scale draws the colours of a panel beneath its title, with what their ends
// stand for.
func (s sheet) scale(p HeatPanel, lo, hi float64, write func(float64) string) {
	sty := s.textStyle(captionSize, s.grey, false, draw.XLeft, draw.YCenter)
	from, to := write(lo), write(hi)
	if len(p.Ends) == 2 {
		from, to = p.Ends[0], p.Ends[1]
	}
	const strip = vg.Length(20) // at least, with a gap on both sides
	if room := s.width() - strip - 10; sty.Width(from)+sty.Width(to) > room {
		// Whichever needs less than half leaves the rest to the other.
		a, b := sty.Width(from), sty.Width(to)
		from, to = shorten(from, sty, max(room/2, room-b)), shorten(to, sty, max(room/2, room-a))
	}
	y := s.Max.Y - captionSize*0.65
	left := s.Min.X + sty.Width(from) + 5
	right := min(s.Max.X-sty.Width(to)-5, left+80)
	s.FillText(sty, vg.Point{X: s.Min.X, Y: y}, from)
	s.FillText(sty, vg.Point{X: right + 5, Y: y}, to)
	const steps = 24
	for i := range steps {
		x0, x1 := left+(right-left)*vg.Length(i)/steps, left+(right-left)*vg.Length(i+1)/steps
		s.FillPolygon(s.heatAt(p, (float64(i)+0.5)/steps), []vg.Point{{X: x0, Y: y - 4}, {X: x1 + 0.2, Y: y - 4}, {X: x1 + 0.2, Y: y + 4}, {X: x0, Y: y + 4}})
	}
}

func (h Heat) write(v float64) string {
	if h.Value != nil {
		return h.Value(v)
	}
	return tickLabel(v, roundStep(v/100))
}
