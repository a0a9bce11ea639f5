package plot

import (
	"image/color"
	"testing"

	"github.com/stretchr/testify/assert"
	"gonum.org/v1/plot/vg/draw"
)

func TestAxisFitting(t *testing.T) {
	sty := orLight(Light).textStyle(labelSize, color.Black, false, draw.XLeft, draw.YTop)
	a := Axis{Label: "share of nodes up, the origin included", Brief: "share of nodes up", Unit: "%"}
	whole, brief := a.Text(), "share of nodes up (%)"
	assert.Equal(t, whole, a.fitting(sty, sty.Width(whole)))
	assert.Equal(t, brief, a.fitting(sty, sty.Width(whole)-1))
	assert.Equal(t, brief, a.fitting(sty, sty.Width(brief)))
	assert.Contains(t, a.fitting(sty, sty.Width(brief)-1), "…")
	a.Brief = ""
	assert.Contains(t, a.fitting(sty, sty.Width(whole)-1), "…", "there are no fewer words")
}

// A line breaks where a reader would break it.
func TestWrap(t *testing.T) {
	sty := orLight(Light).textStyle(labelSize, color.Black, false, draw.XLeft, draw.YTop)
	for _, tt := range []struct {
		name, words, fits string // fits is as wide as a line may be
		want              []string
	}{
		{name: "at spaces", words: "one two  three", fits: "one two t", want: []string{"one two", "three"}},
		{name: "not in an equation", words: "seed 1. n = 40 requests", fits: "seed 1. n = ", want: []string{"seed 1.", "n = 40", "requests"}},
		{name: "not at a space that does not break", words: "above by 13" + nbsp + "% at most", fits: "above by 13 ", want: []string{"above by", "13 % at", "most"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, wrap(tt.words, sty, sty.Width(tt.fits)))
		})
	}
}
