package plot

import (
	"image/color"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// seen returns a colour as somebody without one kind of cones sees it: the
// matrices of Viénot, Brettel and Mollon ("Digital video colourmaps for
// checking the legibility of displays by dichromats", 1999), on linear light.
func seen(c color.RGBA, m [3][3]float64) [3]float64 {
	lin := func(v uint8) float64 { return math.Pow(float64(v)/255, 2.2) }
	in := [3]float64{lin(c.R), lin(c.G), lin(c.B)}
	var out [3]float64
	for i := range out {
		for j := range in {
			out[i] += m[i][j] * in[j]
		}
		out[i] = math.Pow(min(max(out[i], 0), 1), 1/2.2) * 255
	}
	return out
}

func visions() map[string][3][3]float64 {
	return map[string][3][3]float64{
		"trichromat":  {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"protanope":   {{0.11238, 0.88762, 0}, {0.11238, 0.88762, 0}, {0.00401, -0.00401, 1}},
		"deuteranope": {{0.29275, 0.70725, 0}, {0.29275, 0.70725, 0}, {-0.02234, 0.02234, 1}},
	}
}

func TestColoursAreFarApart(t *testing.T) {
	for _, name := range Themes() {
		th := orLight(name)
		for vision, m := range visions() {
			for what, colors := range map[string][]color.RGBA{"series": th.series, "parts": th.parts} {
				for i, a := range colors {
					for j, b := range colors[i+1:] {
						p, q := seen(a, m), seen(b, m)
						far := math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
						assert.Greater(t, far, 30.0, "%s %d and %d on %s paper for a %s", what, i, i+1+j, name, vision)
					}
				}
			}
		}
	}
}

func TestContrast(t *testing.T) {
	assert.InDelta(t, 21, contrast(rgb(0), rgb(0xFFFFFF)), 1e-9)
	assert.InDelta(t, 4.54, contrast(rgb(0x767676), rgb(0xFFFFFF)), 0.01, "the grey that just passes")
	for _, name := range Themes() {
		th := orLight(name)
		for what, c := range map[string]color.RGBA{"text": th.ink, "captions": th.grey} {
			assert.GreaterOrEqual(t, contrast(c, th.paper), 4.5, "%s on %s paper", what, name)
			assert.GreaterOrEqual(t, contrast(c, th.band), 4.5, "%s on a span of %s paper", what, name)
		}
		// The first looks are those that most results have.
		for style := range 3 {
			assert.GreaterOrEqual(t, contrast(th.look(style).color, th.paper), 3.0, "style %d on %s paper", style, name)
		}
		for share := 0.0; share <= 1; share += 0.01 {
			for _, c := range []color.RGBA{th.shade(share), th.side(share)} {
				assert.GreaterOrEqual(t, contrast(on(c), c), 4.5)
			}
		}
		for i := range 5 {
			assert.NotEqual(t, on(th.part(i)), th.part(i))
		}
	}
}

// TestScalesAreOrdered: much is further from the paper than little, in grey too.
func TestScalesAreOrdered(t *testing.T) {
	for _, name := range Themes() {
		th := orLight(name)
		for i := range 20 {
			a, b := th.shade(float64(i)/20), th.shade(float64(i+1)/20)
			assert.Less(t, contrast(a, th.paper), contrast(b, th.paper), "shade %d on %s paper", i, name)
		}
	}
}

func TestPartsDifferInGrey(t *testing.T) {
	for _, name := range Themes() {
		th := orLight(name)
		for i := range th.parts[1:] {
			assert.Greater(t, contrast(th.parts[i], th.parts[i+1]), 1.35, "parts %d and %d on %s paper", i, i+1, name)
		}
	}
}

func TestNamesOfOptions(t *testing.T) {
	for _, s := range Sizes() {
		got, err := ParseSize(string(s))
		require.NoError(t, err)
		assert.Equal(t, s, got)
		ext, err := Options{Size: s}.extent()
		require.NoError(t, err)
		assert.Positive(t, ext.scale)
	}
	_, err := ParseSize("poster")
	assert.EqualError(t, err, `chart size "poster" is unknown; use one of page, slide, column`)
	_, err = ParseTheme("")
	assert.EqualError(t, err, `chart theme "" is unknown; use one of light, dark`)
	_, err = Render(Lines{}, SVG, Options{Theme: "neon"})
	assert.EqualError(t, err, `chart theme "neon" is unknown; use one of light, dark`)
	_, err = Render(Lines{}, SVG, Options{Size: "poster"})
	assert.Error(t, err)
}

func TestLooksForOthers(t *testing.T) {
	assert.Equal(t, "#0072B2", Color(0, Light))
	assert.NotEqual(t, Color(0, Light), Color(0, Dark))
	assert.Equal(t, Color(1, Light), Color(1, "no such theme"))
	assert.Equal(t, "#000000", PartColor(0, Light))
	assert.Empty(t, Dashes(0))
	assert.Equal(t, []float64{7, 2.5}, Dashes(1))
}
