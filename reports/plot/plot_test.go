package plot

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// curves returns a chart of n step curves whose values reach scale.
func curves(n int, scale float64) Lines {
	l := Lines{
		Title: "Completion times", Caption: "Scenario flash-crowd, seed 1, n = 40 requests.",
		X: Axis{Label: "time (s)"}, Y: Axis{Label: "fraction of requests", Max: 1}, Empty: "no request completed",
	}
	for i := range n {
		s := Series{Name: fmt.Sprintf("architecture %d", i), Style: i, Step: true, Points: []Point{{}}}
		for k := range 40 {
			y := float64(k+1) / 40
			s.Points = append(s.Points, Point{X: scale * float64(i+1) * (1 + y) / 2, Y: y, Low: y, High: y})
		}
		l.Series = append(l.Series, s)
		l.Marks = append(l.Marks, Mark{Name: s.Name + " bound", Style: i, X: scale * float64(i+1)})
	}
	l.Limits = []Limit{{Name: "all", Y: 1}}
	return l
}

func stacks(n int) Bars {
	b := Bars{Title: "Who sent", Caption: "Scenario flash-crowd", X: Axis{Label: "sent", Unit: "MiB"}, Empty: "nothing was sent",
		Parts: []Part{{Name: "origin"}, {Name: "peers"}}}
	for i := range n {
		b.Groups = append(b.Groups, fmt.Sprintf("architecture %d", i))
		b.Parts[0].Values = append(b.Parts[0].Values, float64(10*i))
		b.Parts[1].Values = append(b.Parts[1].Values, 100)
		b.Ranges = append(b.Ranges, Range{Low: 90, High: float64(105 + 10*i)})
	}
	return b
}

func charts() map[string]Chart {
	out := map[string]Chart{
		"zero lines": Lines{}, "zero bars": Bars{},
		"no points":       Lines{Title: "t", Series: []Series{{Name: "a"}}, Marks: []Mark{{Name: "m", X: 1}}, Empty: "no request completed"},
		"one point":       Lines{Series: []Series{{Name: "a", Points: []Point{{1, 1, 1, 1}}}}},
		"points at zero":  Lines{Series: []Series{{Name: "a", Points: []Point{{}, {}}}}},
		"negative points": Lines{Series: []Series{{Name: "a", Points: []Point{{-1, -1, -2, 1}, {1, 1, 1, 1}}}}},
		"not numbers": Lines{Series: []Series{{Name: "a", Points: []Point{{math.NaN(), 1, 1, 1}, {1, math.Inf(1), 1, 1}, {1, 1, math.NaN(), 1}}}},
			Marks: []Mark{{X: math.NaN()}}, Limits: []Limit{{Y: math.NaN()}}},
		"bars not numbers":    Bars{Groups: []string{"a", "b"}, Parts: []Part{{"x", []float64{math.NaN(), 1}}}, Ranges: []Range{{math.NaN(), 1}}},
		"bars without values": Bars{Groups: []string{"a"}, Parts: []Part{{Name: "x"}}, Empty: "nothing"},
		"long texts": Lines{Title: strings.Repeat("Title ", 50), Caption: strings.Repeat("word ", 60) + strings.Repeat("x", 300),
			Series: []Series{{Name: strings.Repeat("name", 90), Points: []Point{{1, 1, 1, 1}, {2, 2, 2, 2}}}}},
		"other scripts": Lines{Title: "Größe → Ω 大 <&> \"x\"", Series: []Series{{Points: []Point{{1, 1, 1, 1}}}}},
	}
	for _, scale := range []float64{1e-9, 0.004, 18, 3e7, 1e300} {
		out[fmt.Sprintf("curves to %g", scale)] = curves(2, scale)
	}
	for _, n := range []int{1, 6, 14} {
		out[fmt.Sprintf("%d curves", n)] = curves(n, 18)
		out[fmt.Sprintf("%d bars", n)] = stacks(n)
	}
	return out
}

func TestRenderEveryChartAsSVG(t *testing.T) {
	for name, c := range charts() {
		t.Run(name, func(t *testing.T) {
			got, err := Render(c, SVG, Options{})
			require.NoError(t, err)
			again, err := Render(c, SVG, Options{})
			require.NoError(t, err)
			assert.True(t, bytes.Equal(got, again), "the same chart gives the same bytes")
			assert.NotContains(t, string(got), "NaN")
			assert.NotContains(t, string(got), "Inf")
			assert.NotContains(t, string(got), "<text", "text is drawn as outlines")
			d := xml.NewDecoder(bytes.NewReader(got))
			for {
				if _, err := d.Token(); err == io.EOF {
					break
				} else {
					require.NoError(t, err)
				}
			}
		})
	}
}

func TestRenderFormats(t *testing.T) {
	for name, c := range map[string]Chart{"lines": curves(2, 18), "bars": stacks(2)} {
		files := map[Format][]byte{}
		for _, f := range Formats() {
			a, err := Render(c, f, Options{})
			require.NoError(t, err)
			b, err := Render(c, f, Options{})
			require.NoError(t, err)
			assert.True(t, bytes.Equal(a, b), "%s as %s differs", name, f)
			files[f] = a
		}
		size, err := png.DecodeConfig(bytes.NewReader(files[PNG]))
		require.NoError(t, err)
		assert.Equal(t, [2]int{1440, 900}, [2]int{size.Width, size.Height})
		assert.Contains(t, string(files[PDF]), "/CreationDate (D:20000101000000")
		assert.NotContains(t, string(files[PDF]), "/FontFile", "text is drawn as outlines")
	}
	_, err := Render(curves(1, 1), "gif", Options{})
	assert.ErrorContains(t, err, `"gif" is not one of [svg png pdf]`)
}

func TestTextIsInTheSVGAsWords(t *testing.T) {
	got, err := Render(Lines{Title: "A & B", Caption: "n < 3"}, SVG, Options{})
	require.NoError(t, err)
	assert.Contains(t, string(got), "<title>A &amp; B</title>\n<desc>n &lt; 3</desc>")
}

// TestDataIsDrawn looks for the colour of each curve in the picture, and for
// its absence in an empty one.
func TestDataIsDrawn(t *testing.T) {
	colors := func(c Chart) map[color.RGBA]int {
		b, err := Render(c, PNG, Options{})
		require.NoError(t, err)
		img, err := png.Decode(bytes.NewReader(b))
		require.NoError(t, err)
		n := map[color.RGBA]int{}
		for y := 0; y < img.Bounds().Max.Y; y += 2 {
			for x := 0; x < img.Bounds().Max.X; x += 2 {
				n[color.RGBAModel.Convert(img.At(x, y)).(color.RGBA)]++
			}
		}
		return n
	}
	const several = 7
	light := orLight(Light)
	six := colors(curves(several, 18))
	for style := range several {
		assert.Greater(t, six[light.look(style).color], 100, "style %d", style)
	}
	assert.Zero(t, colors(Lines{Empty: "nothing"})[light.look(0).color])
	assert.Greater(t, colors(stacks(2))[light.part(1)], 2_000)
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		max   float64
		whole bool
		want  string
	}{
		{1, false, "0 0.2 0.4 0.6 0.8 1.0"},
		{111.5, false, "0 20 40 60 80 100"},
		{0.0042, false, "0 0.001 0.002 0.003 0.004"},
		{14, false, "0 2.5 5.0 7.5 10.0 12.5"},
		{35, true, "0 10 20 30"},
		{3, true, "0 1 2 3"},
		{14, true, "0 5 10"},
		{3e7, false, "0 5e+06 1e+07 1.5e+07 2e+07 2.5e+07 3e+07"},
	} {
		var got []string
		for _, k := range (ticker{whole: c.whole, most: 6}).Ticks(0, c.max) {
			got = append(got, k.Label)
		}
		assert.Equal(t, c.want, strings.Join(got, " "), "ticks to %v", c.max)
	}
}

func TestLooksDiffer(t *testing.T) {
	seen := map[string]bool{}
	light := orLight(Light)
	for i := range Styles {
		l := light.look(i)
		key := fmt.Sprintf("%v %T", l.dashes, l.marker)
		assert.False(t, seen[key], "style %d looks like another in grey", i)
		seen[key] = true
	}
	assert.Equal(t, light.look(0), light.look(Styles))
	assert.NotPanics(t, func() { light.look(-1) })
}

func TestWrapKeepsToTheWidth(t *testing.T) {
	sty := orLight(Light).textStyle(captionSize, orLight(Light).ink, false, draw.XLeft, draw.YTop)
	for _, limit := range []float64{20, 100, 500} {
		for _, line := range wrap("a caption of words, and "+strings.Repeat("x", 200), sty, vg.Length(limit)) {
			assert.LessOrEqual(t, sty.Width(line), vg.Length(limit), line)
		}
	}
	assert.Equal(t, "", strings.Join(wrap("", sty, 100), ""))
}
