package plot

import (
	"fmt"
	"strings"

	"gonum.org/v1/plot/vg"
)

// Size is where a chart is going to be shown; it decides the chart's extent and
// how large the text is.
type Size string

// Sizes of a chart.
const (
	Page   Size = "page"   // 7.2 x 4.5 inches, text of 10 points: both columns of a paper, a report, a screen
	Slide  Size = "slide"  // 13.33 x 7.5 inches (16:9), text of 19 points
	Column Size = "column" // 3.35 x 2.7 inches (85 mm wide), text of 7 points: one column of a paper
)

// Sizes lists every size, the default first.
func Sizes() []Size { return []Size{Page, Slide, Column} }

// ParseSize reads the name of a size; its error lists those there are.
func ParseSize(name string) (Size, error) {
	return parseName(name, "chart size", Sizes())
}

// Theme is what the paper is like.
type Theme string

// Themes of a chart.
const (
	Light Theme = "light" // white paper
	Dark  Theme = "dark"  // for dark slides
)

// Themes lists every theme, the default first.
func Themes() []Theme { return []Theme{Light, Dark} }

// ParseTheme reads the name of a theme; its error lists those there are.
func ParseTheme(name string) (Theme, error) {
	return parseName(name, "chart theme", Themes())
}

func parseName[T ~string](name, what string, all []T) (T, error) {
	names := make([]string, 0, len(all))
	for _, x := range all {
		if string(x) == name {
			return x, nil
		}
		names = append(names, string(x))
	}
	return "", fmt.Errorf("%s %q is unknown; use one of %s", what, name, strings.Join(names, ", "))
}

// Options say how a chart is drawn. The zero value is a page on white paper.
type Options struct {
	Size  Size
	Theme Theme
}

// extent is the geometry of a size. Charts are laid out in units in which text
// measures 10 points, and scaled to their place: a slide is the same drawing as
// a page, with less room around larger text.
type extent struct {
	width, height vg.Length // on paper
	scale         vg.Length // points on paper for one unit of the layout
	dpi           int       // of PNG
}

func (o Options) extent() (extent, error) {
	switch o.Size {
	case Page, "":
		return extent{7.2 * vg.Inch, 4.5 * vg.Inch, 1, 200}, nil // 1440 x 900 pixels
	case Slide:
		return extent{960, 540, 1.9, 144}, nil // 1920 x 1080 pixels
	case Column:
		return extent{3.35 * vg.Inch, 2.7 * vg.Inch, 0.7, 400}, nil // 1340 x 1080 pixels
	}
	_, err := ParseSize(string(o.Size))
	return extent{}, err
}
