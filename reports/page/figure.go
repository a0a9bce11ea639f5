package page

import (
	"html/template"
	"math"
	"slices"
	"strings"

	"versus/reports"
	"versus/reports/plot"
)

// figure is a chart of the page.
type figure struct {
	Name, File, Title, Reading, Caption string

	Legend   []key
	Drawings []drawing
	Spots    bool
	Values   *reports.Table
	Data     data
}

// key is an entry of the legend.
type key struct {
	Index   int
	Name    string
	Sample  template.HTML
	Hidable bool // it stands for a series, and not for a step of a scale
}

// drawing is one form of a chart; the style sheet shows the one that suits the
// width of the window.
type drawing struct {
	Class         string
	Width, Height int
	Inside        template.HTML
}

// data is what the script reads: spots are series and values in turn, and where
// each lies in either drawing, x and y in turn.
type data struct {
	Series  []string  `json:"series"`
	Columns []column  `json:"columns"`
	Spots   [][]any   `json:"spots"`
	Wide    []float64 `json:"wide"`
	Narrow  []float64 `json:"narrow"`
	Panel   []int     `json:"panel,omitempty"`
	Along   bool      `json:"along"` // series run beside each other along the x axis
}

type column struct {
	Label string `json:"label"`
	Brief string `json:"brief,omitempty"` // what a value needs before it to be understood
	Unit  string `json:"unit"`
}

// forms are the two drawings of each chart. Text of ten units is to measure
// about 12 pixels in a column of the page and on a phone alike.
var forms = [...]drawing{{Class: "wide", Width: 480, Height: 290}, {Class: "narrow", Width: 270, Height: 260}}

// mostRows bounds the table behind a chart.
const mostRows = 240

// drawFigure draws a chart in both forms and both themes.
func drawFigure(scenario string, f reports.Chart, colours *palette) (figure, error) {
	out := figure{Name: f.Name, File: scenario + "-" + f.Name}
	title, caption := f.Chart.Describe()
	out.Title, _, _ = strings.Cut(title, ": ")
	out.Caption, out.Reading = caption, f.Reading
	var seen *canvas
	for i, form := range forms {
		form.Height = max(form.Height, need(f.Chart, form.Width))
		light, dark := newCanvas(float64(form.Width), float64(form.Height)), newCanvas(float64(form.Width), float64(form.Height))
		if err := plot.On(light, f.Chart, plot.Light); err != nil {
			return out, err
		}
		if err := plot.On(dark, f.Chart, plot.Dark); err != nil {
			return out, err
		}
		inside, err := svg(light.ops, dark.ops, colours)
		if err != nil {
			return out, err
		}
		form.Inside = template.HTML(inside) // svg escapes the texts in it
		out.Drawings = append(out.Drawings, form)
		if i == 0 {
			seen = light
			for j, k := range light.keys {
				sample, err := svg(k.sample, dark.keys[j].sample, colours)
				if err != nil {
					return out, err
				}
				out.Legend = append(out.Legend, key{
					Index: k.series, Name: light.names[k.series], Sample: template.HTML(sample),
					Hidable: slices.Contains(light.hidable, k.series),
				})
			}
			out.Data = light.data()
			for _, s := range light.spots {
				out.Data.Wide = append(out.Data.Wide, tenth(s.x), tenth(s.y))
			}
		} else {
			for _, s := range light.spots {
				out.Data.Narrow = append(out.Data.Narrow, tenth(s.x), tenth(s.y))
			}
		}
	}
	out.Spots = len(seen.spots) > 0
	out.Values = seen.table(out.Title)
	return out, nil
}

// need is the least height of a chart of several parts, which stand under each
// other where the drawing is narrow.
func need(c plot.Chart, width int) int {
	beside := max(width/200, 1)
	lines := func(parts int) int { return (parts + beside - 1) / beside }
	switch c := c.(type) {
	case plot.Panels:
		return lines(len(c.Panels)) * (30 + 20*len(c.Groups))
	case plot.Raster:
		return lines(len(c.Panels)) * 170
	case plot.Heat:
		return lines(len(c.Panels)) * (110 + 16*len(c.Rows))
	}
	return 0
}

func tenth(v float64) float64 { return math.Round(v*10) / 10 }
