package plot

import (
	"bytes"
	"fmt"
	"html"
	"image/png"
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

// Chart is what this package draws.
type Chart interface {
	// Describe returns the title and the caption, for alternative texts.
	Describe() (title, caption string)
	draw(sheet)
}

// Render draws the chart. An unknown format, size or theme is an error; a chart
// without data is not: it says so in place of the data.
func Render(c Chart, f Format, o Options) ([]byte, error) {
	th, err := themeOf(o.Theme)
	if err != nil {
		return nil, err
	}
	ext, err := o.extent()
	if err != nil {
		return nil, err
	}
	var (
		canvas vg.Canvas
		out    io.WriterTo
	)
	switch f {
	case SVG:
		s := vgsvg.New(ext.width, ext.height)
		canvas, out = s, s
	case PNG:
		p := vgimg.NewWith(vgimg.UseWH(ext.width, ext.height), vgimg.UseDPI(ext.dpi))
		canvas, out = p, pngWriter{p}
	case PDF:
		p := vgpdf.New(ext.width, ext.height)
		canvas, out = p, p
	default:
		return nil, fmt.Errorf("chart format %q is not one of %v", f, Formats())
	}
	drawOn(canvas, c, ext, th)

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

// drawOn draws the chart on a canvas of the extent's size.
func drawOn(canvas vg.Canvas, c Chart, ext extent, th *theme) {
	on := outlined{scaled{canvas, ext.scale}}
	c.draw(sheet{draw.NewCanvas(on, ext.width/ext.scale, ext.height/ext.scale), th})
}

// pngWriter encodes an image. Charts are flat areas, which the fastest
// compression shrinks nearly as well as the best.
type pngWriter struct{ *vgimg.Canvas }

// WriteTo implements io.WriterTo.
func (p pngWriter) WriteTo(w io.Writer) (int64, error) {
	counted := &counter{w: w}
	enc := png.Encoder{CompressionLevel: png.BestSpeed}
	err := enc.Encode(counted, p.Image())
	return counted.n, err
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
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
