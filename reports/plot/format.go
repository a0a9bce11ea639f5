package plot

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"regexp"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgpdf"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Format is a file format of a chart; its value is the file name's extension.
type Format string

// Formats of a chart.
const (
	SVG Format = "svg"
	PNG Format = "png"
	PDF Format = "pdf"
)

// Formats lists every format.
func Formats() []Format { return []Format{SVG, PNG, PDF} }

// Size of every chart: 16:10, which fills a slide and two columns of a page.
const (
	width  = 7.2 * vg.Inch
	height = 4.5 * vg.Inch
	dpi    = 200 // of PNG: 1440 x 900 pixels
)

// Chart is what this package draws.
type Chart interface {
	// Describe returns the title and the caption, for alternative texts.
	Describe() (title, caption string)
	draw(draw.Canvas)
}

// Render draws the chart. An unknown format is an error; a chart without data
// is not: it says so in place of the data.
func Render(c Chart, f Format) ([]byte, error) {
	var (
		canvas vg.CanvasWriterTo
		out    io.WriterTo
	)
	switch f {
	case SVG:
		s := vgsvg.New(width, height)
		canvas, out = s, s
	case PNG:
		p := vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))}
		canvas, out = p, p
	case PDF:
		p := vgpdf.New(width, height)
		canvas, out = p, p
	default:
		return nil, fmt.Errorf("chart format %q is not one of %v", f, Formats())
	}
	c.draw(draw.NewCanvas(outlined{canvas}, width, height))

	var b bytes.Buffer
	if _, err := out.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("writing a chart as %s: %w", f, err)
	}
	switch f {
	case SVG:
		return describe(b.Bytes(), c), nil
	case PDF:
		return undate(b.Bytes()), nil
	}
	return b.Bytes(), nil
}

// describe adds the texts as words, for screen readers and searches, because
// the drawn ones are outlines.
func describe(svg []byte, c Chart) []byte {
	title, caption := c.Describe()
	text := fmt.Sprintf("<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(title), html.EscapeString(caption))
	i := bytes.Index(svg, []byte("<svg"))
	if i < 0 {
		return svg
	}
	i += bytes.IndexByte(svg[i:], '>') + 1
	return bytes.Join([][]byte{svg[:i], []byte("\n" + text), svg[i:]}, nil)
}

// undate replaces the dates that the PDF writer takes from the clock by one of
// equal length, so that offsets stay right and equal charts are equal files.
func undate(pdf []byte) []byte {
	date := regexp.MustCompile(`/(CreationDate|ModDate) \(D:\d{14}`)
	return date.ReplaceAllFunc(pdf, func(m []byte) []byte {
		return append(m[:len(m)-14:len(m)-14], "20000101000000"...)
	})
}
