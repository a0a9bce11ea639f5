package plot

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The picture of a chart begins as paper, so no pixel may be left without it.
func TestPaperOfPictures(t *testing.T) {
	for _, size := range Sizes() {
		for theme, want := range map[Theme]color.RGBA{Light: {0xff, 0xff, 0xff, 0xff}, Dark: {0x14, 0x17, 0x1c, 0xff}} {
			data, err := Render(Lines{Title: "t"}, PNG, Options{Size: size, Theme: theme})
			require.NoError(t, err)
			img, err := png.Decode(bytes.NewReader(data))
			require.NoError(t, err)
			end := img.Bounds().Max
			for _, at := range []image.Point{{}, {X: end.X - 1}, {Y: end.Y - 1}, {X: end.X - 1, Y: end.Y - 1}} {
				assert.Equal(t, want, color.RGBAModel.Convert(img.At(at.X, at.Y)), "%s on %s at %v", size, theme, at)
			}
		}
	}
}

func TestPenForgetsWhatItDrew(t *testing.T) {
	for _, o := range []Options{{}, {Size: Column, Theme: Dark}} {
		pen := NewPen(o)
		for _, c := range []Chart{curves(3, 18), stacks(2), Lines{Title: "t"}, curves(3, 18)} {
			for _, f := range Formats() {
				want, err := Render(c, f, o)
				require.NoError(t, err)
				got, err := pen.Draw(c, f)
				require.NoError(t, err)
				assert.True(t, bytes.Equal(want, got), "%s", f)
			}
		}
	}
}
