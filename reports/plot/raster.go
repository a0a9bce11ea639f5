package plot

import (
	"fmt"
	"image/color"
	"math"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Raster is a chart of many rows along an axis, once in each panel: the colour
// of a row says what share it has reached.
type Raster struct {
	Title   string
	Caption string
	Rows    Axis   // what a row is
	Share   string // what the colour means
	Panels  []RasterPanel
}

// RasterPanel is one set of rows.
type RasterPanel struct {
	Name string
	X    Axis        // panels of different length are not stretched alike
	Rows []RasterRow // from the bottom up
}

// RasterRow is one row: at each point's X its share becomes Y, from 0 to 1.
type RasterRow struct {
	Name   string
	Points []Point // by X
}

var _ Chart = Raster{}

// Describe implements Chart.
func (r Raster) Describe() (title, caption string) { return r.Title, r.Caption }

const levels = 20 // of colour

func (r Raster) draw(s sheet) {
	rows := 0
	for _, p := range r.Panels {
		rows += len(p.Rows)
	}
	f := frame{title: r.Title, caption: r.Caption}
	for i := range 5 {
		share := float64(i) / 4
		name := fmt.Sprint(share)
		if i == 4 {
			name += " " + r.Share
		}
		fill := s.shade(share)
		if i == 0 {
			fill = s.paper
		}
		f.legend = append(f.legend, entry{name, func(c draw.Canvas, left, right, y vg.Length) {
			s.within(c).bar(fill, left+10, right, y-4, y+4)
		}})
	}
	if rows == 0 {
		f.legend = nil
	}
	body := f.draw(s)
	if rows == 0 {
		body.notice("no data")
		return
	}
	n := len(r.Panels)
	if to, ok := readerOf(s.Canvas); ok {
		to.Fields(false, r.Rows.column(), r.Panels[0].X.column(), Field{Label: r.Share, Brief: "share"})
	}
	// As many under each other as keep 90 units of height each.
	lines := min(n, max(int(body.height()/90), 1))
	if body.width()/vg.Length(n) >= 150 {
		lines = 1
	}
	columns := (n + lines - 1) / lines
	lines = (n + columns - 1) / columns
	const gap = vg.Length(12)
	w := (body.width() - gap*vg.Length(columns-1)) / vg.Length(columns)
	h := (body.height() - gap*vg.Length(lines-1)) / vg.Length(lines)
	for i, p := range r.Panels {
		x := body.Min.X + vg.Length(i%columns)*(w+gap)
		y := body.Max.Y - vg.Length(i/columns)*(h+gap)
		cell := body
		cell.Min, cell.Max = vg.Point{X: x, Y: y - h}, vg.Point{X: x + w, Y: y}
		r.panel(cell, p, i, i%columns == 0)
	}
}

func (r Raster) panel(s sheet, p RasterPanel, number int, first bool) {
	top := 0.0
	for _, row := range p.Rows {
		for _, pt := range row.Points {
			if finite(pt.X) {
				top = math.Max(top, pt.X)
			}
		}
	}
	title := s.textStyle(labelSize, s.ink, true, draw.XLeft, draw.YTop)
	s.FillText(title, vg.Point{X: s.Min.X, Y: s.Max.Y}, shorten(p.Name, title, s.width()))
	s.Max.Y -= lineHeight(title) + 3
	rows := r.Rows
	if !first {
		rows.Label, rows.Unit = "", "" // it stands beside the first panel
	}
	pl := s.axes(p.X, rows, 0, p.X.limit(top), float64(max(len(p.Rows), 1)))
	pl.Add(rasterRows{p, number, s.theme})
	pl.Draw(s.Canvas)
}

// rasterRows draws the rows, all cells of one colour as one path.
type rasterRows struct {
	RasterPanel
	number int
	*theme
}

var _ gonum.Plotter = rasterRows{}

// Plot implements gonum's Plotter.
func (r rasterRows) Plot(c draw.Canvas, p *gonum.Plot) {
	tx, ty := p.Transforms(&c)
	r.read(c, tx, ty)
	paths := make([]vg.Path, levels+1)
	for i, row := range r.Rows {
		y0, y1 := ty(float64(i)), ty(float64(i+1))
		cell := func(from, to, share float64) {
			level := int(math.Round(min(max(share, 0), 1) * levels))
			x0, x1 := tx(from), tx(to)
			if level == 0 || x1 <= x0 {
				return
			}
			path := &paths[level]
			path.Move(vg.Point{X: x0, Y: y0})
			path.Line(vg.Point{X: x1, Y: y0})
			path.Line(vg.Point{X: x1, Y: y1})
			path.Line(vg.Point{X: x0, Y: y1})
			path.Close()
		}
		at, share := 0.0, 0.0
		for _, pt := range row.Points {
			if !finite(pt.X) || !finite(pt.Y) || pt.X > p.X.Max {
				continue
			}
			cell(at, pt.X, share)
			at, share = pt.X, pt.Y
		}
		cell(at, p.X.Max, share)
	}
	for level, path := range paths {
		if len(path) > 0 {
			c.SetColor(color.Color(r.shade(float64(level) / levels)))
			c.Fill(path)
		}
	}
}
