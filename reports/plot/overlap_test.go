package plot

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// box is where a text stands, in units of the layout.
type box struct {
	words          string
	x0, y0, x1, y1 float64
}

func (b box) String() string {
	return fmt.Sprintf("%q at %.0f..%.0f, %.0f..%.0f", b.words, b.x0, b.x1, b.y0, b.y1)
}

// slack is by how much boxes may touch: letters seldom fill theirs.
const slack = 0.6

func (b box) meets(o box) bool {
	return b.x0+slack < o.x1 && o.x0+slack < b.x1 && b.y0+slack < o.y1 && o.y0+slack < b.y1
}

// place maps a point of the canvas's current coordinates to the paper.
type affine [6]float64

func (m affine) at(x, y float64) (float64, float64) {
	return m[0]*x + m[2]*y + m[4], m[1]*x + m[3]*y + m[5]
}

func (m affine) then(o affine) affine { // o first, then m
	e, f := m.at(o[4], o[5])
	return affine{m[0]*o[0] + m[2]*o[1], m[1]*o[0] + m[3]*o[1], m[0]*o[2] + m[2]*o[3], m[1]*o[2] + m[3]*o[3], e, f}
}

// texts draws the chart and returns the boxes of all its texts, and the extent
// of the paper.
func texts(t *testing.T, c Chart, size Size) (boxes []box, width, height float64) {
	t.Helper()
	ext, err := Options{Size: size}.extent()
	require.NoError(t, err)
	th, err := themeOf(Light)
	require.NoError(t, err)
	var rec recorder.Canvas
	w, h := ext.width/ext.scale, ext.height/ext.scale
	c.draw(sheet{draw.NewCanvas(&rec, w, h), th})

	now := affine{1, 0, 0, 1, 0, 0}
	var stack []affine
	for _, a := range rec.Actions {
		switch a := a.(type) {
		case *recorder.Push:
			stack = append(stack, now)
		case *recorder.Pop:
			now, stack = stack[len(stack)-1], stack[:len(stack)-1]
		case *recorder.Translate:
			now = now.then(affine{1, 0, 0, 1, float64(a.Point.X), float64(a.Point.Y)})
		case *recorder.Rotate:
			sin, cos := math.Sincos(a.Angle)
			now = now.then(affine{cos, sin, -sin, cos, 0, 0})
		case *recorder.FillString:
			if strings.TrimSpace(a.String) == "" {
				continue
			}
			face := th.textStyle(a.Size, th.ink, false, draw.XLeft, draw.YBottom).Font
			if strings.Contains(a.Font.Name(), "Bold") {
				face = th.textStyle(a.Size, th.ink, true, draw.XLeft, draw.YBottom).Font
			}
			sty := th.textStyle(a.Size, th.ink, false, draw.XLeft, draw.YBottom)
			sty.Font = face
			x, y := float64(a.Point.X), float64(a.Point.Y)
			across := float64(sty.Width(a.String))
			// Of the letters that are in use, none rises above 0.75 or falls below
			// 0.21 of the font's size.
			up, down := 0.75*float64(a.Size), 0.21*float64(a.Size)
			b := box{a.String, math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
			for _, corner := range [][2]float64{{x, y - down}, {x + across, y - down}, {x, y + up}, {x + across, y + up}} {
				px, py := now.at(corner[0], corner[1])
				b.x0, b.x1 = math.Min(b.x0, px), math.Max(b.x1, px)
				b.y0, b.y1 = math.Min(b.y0, py), math.Max(b.y1, py)
			}
			boxes = append(boxes, b)
		}
	}
	return boxes, float64(w), float64(h)
}

// crowd returns charts of every kind with n series, groups or panels, whose
// names are short or long.
func crowd(n int, long bool) map[string]Chart {
	name := func(i int) string {
		if long {
			return fmt.Sprintf("a-very-long-name-of-an-architecture, network.origin.uplink=%d Mbit/s", i)
		}
		return fmt.Sprintf("p2p-%d", i)
	}
	caption := "Scenario flash-crowd, seeds 1 to 5. Markers: means of n = 5 seeds; whiskers: 95 % intervals of the mean (Student's t)."
	if long {
		caption = strings.Repeat(caption+" ", 4)
	}
	title := "Time until all are done against the number of peers"
	if long {
		title = strings.Repeat(title+" ", 3)
	}
	lines := Lines{Title: title, Caption: caption, X: Axis{Label: "number of peers, N"}, Y: Axis{Label: "time until all are done", Unit: "s"}}
	for i := range n {
		s := Series{Name: name(i), Style: i, Dots: true}
		for k := range 10 {
			y := float64((k + 1) * (i + 1))
			s.Points = append(s.Points, Point{X: float64(k * 1000), Y: y, Low: y * 0.9, High: y * 1.1})
		}
		lines.Series = append(lines.Series, s)
	}
	marked := lines
	marked.Limits = []Limit{{Name: "requested", Y: 3}}
	for i := range n {
		marked.Marks = append(marked.Marks, Mark{Name: name(i) + " bound", Style: i, X: 4000 + float64(i)})
		marked.Spans = append(marked.Spans, Span{Name: "poweroff " + name(i), From: float64(i) * 300, To: float64(i)*300 + 1000})
	}
	logarithmic := lines
	logarithmic.X = Axis{Label: "piece size", Unit: "KiB", Log: true}
	for i := range n {
		logarithmic.X.Ticks = append(logarithmic.X.Ticks, Tick{Value: float64(1000 + 400*i), Label: fmt.Sprint(1000 + 400*i)})
	}
	bars := Bars{Title: title, Caption: caption, X: Axis{Label: "sent", Unit: "MiB"}, Parts: []Part{{Name: name(0)}, {Name: "peers"}}}
	panels := Panels{Title: title, Caption: caption}
	for i := range n {
		bars.Groups, panels.Groups = append(bars.Groups, name(i)), append(panels.Groups, name(i))
		panels.Styles = append(panels.Styles, i)
		bars.Parts[0].Values = append(bars.Parts[0].Values, 12.5)
		bars.Parts[1].Values = append(bars.Parts[1].Values, float64(i)*17.3)
		bars.Ranges = append(bars.Ranges, Range{1, float64(i) * 30})
	}
	for range 6 {
		p := Panel{Axis: Axis{Label: "median request took", Unit: "s"}}
		for i := range n {
			p.Values, p.Ranges = append(p.Values, 111.5), append(p.Ranges, Range{90, 111.5 + float64(i)})
		}
		panels.Panels = append(panels.Panels, p)
	}
	heat := Heat{Title: title, Caption: caption, X: Axis{Label: "number of peers, N"}, Y: Axis{Label: "network.origin.uplink"}}
	cells := make([][]float64, n)
	for i := range n {
		heat.Columns, heat.Rows = append(heat.Columns, fmt.Sprint(100*i)), append(heat.Rows, name(i))
		for j := range n {
			cells[i] = append(cells[i], float64(1+i*j)/3)
		}
	}
	heat.Panels = []HeatPanel{{Axis: Axis{Label: name(0), Unit: "s"}, Cells: cells}, {Axis: Axis{Label: name(1), Unit: "s"}, Cells: cells},
		{Axis: Axis{Label: "who is faster"}, Ends: []string{name(0), name(1)}, Cells: cells}}
	raster := Raster{Title: title, Caption: caption, Rows: Axis{Label: "nodes, fastest at the bottom", Whole: true}, Share: "of what the node asked for"}
	for i := range min(n, 6) {
		p := RasterPanel{Name: name(i), X: Axis{Label: "time since the first request", Unit: "s"}}
		for k := range 50 {
			p.Rows = append(p.Rows, RasterRow{Points: []Point{{X: float64(k), Y: 0.5}, {X: float64(k * 20), Y: 1}}})
		}
		raster.Panels = append(raster.Panels, p)
	}
	return map[string]Chart{"lines": lines, "marked lines": marked, "logarithmic": logarithmic, "bars": bars, "panels": panels, "heat": heat, "raster": raster}
}

func TestTextsDoNotOverlap(t *testing.T) {
	for _, n := range []int{1, 2, 6, 20} {
		for _, long := range []bool{false, true} {
			for kind, c := range crowd(n, long) {
				for _, size := range Sizes() {
					t.Run(fmt.Sprintf("%s of %d, long %v, %s", kind, n, long, size), func(t *testing.T) {
						boxes, w, h := texts(t, c, size)
						require.NotEmpty(t, boxes)
						for i, a := range boxes {
							assert.True(t, a.x0 >= -slack && a.y0 >= -slack && a.x1 <= w+slack && a.y1 <= h+slack, "%s is beyond the paper of %.0f x %.0f", a, w, h)
							for _, b := range boxes[i+1:] {
								assert.False(t, a.meets(b), "%s and %s overlap", a, b)
							}
						}
					})
				}
			}
		}
	}
}

func TestOverlapIsSeen(t *testing.T) {
	a := box{"a", 0, 0, 10, 10}
	assert.True(t, a.meets(box{"b", 9, 9, 12, 12}))
	assert.False(t, a.meets(box{"b", 10, 0, 12, 10}))
	turned := affine{1, 0, 0, 1, 5, 5}.then(affine{0, 1, -1, 0, 0, 0})
	x, y := turned.at(2, 0)
	assert.InDelta(t, 5, x, 1e-9)
	assert.InDelta(t, 7, y, 1e-9)
}
