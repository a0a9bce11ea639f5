package plot

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/draw"
	"image/png"
	"io"
	"regexp"

	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
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
func Render(c Chart, f Format, o Options) ([]byte, error) { return NewPen(o).Draw(c, f) }

// Pen draws one chart after the other, all with the same options, and keeps what is
// large for the next. Not safe for concurrent use.
type Pen struct {
	options Options
	picture *vgimg.Canvas // nil before the first PNG
	memory  encoderMemory
}

// NewPen returns a pen.
func NewPen(o Options) *Pen { return &Pen{options: o} }

// Draw is Render with the pen's options. The bytes do not depend on what the pen
// drew before.
func (p *Pen) Draw(c Chart, f Format) ([]byte, error) {
	th, err := themeOf(p.options.Theme)
	if err != nil {
		return nil, err
	}
	ext, err := p.options.extent()
	if err != nil {
		return nil, err
	}
	switch f {
	case SVG:
		canvas := vgsvg.New(ext.width, ext.height)
		c.draw(sheetOn(outlined{Canvas: scaled{canvas, ext.scale}}, ext, th).blank())
		b, err := written(canvas)
		return describe(b, c), err
	case PNG:
		canvas := p.paper(ext, th)
		canvas.Push()
		c.draw(sheetOn(outlined{Canvas: scaled{canvas, ext.scale}, apart: true}, ext, th))
		canvas.Pop()
		var b bytes.Buffer
		if err := p.encoder().Encode(&b, canvas.Image()); err != nil {
			return nil, fmt.Errorf("encoding a chart: %w", err)
		}
		return b.Bytes(), nil
	case PDF:
		canvas := vgpdf.New(ext.width, ext.height)
		c.draw(sheetOn(outlined{Canvas: scaled{canvas, ext.scale}}, ext, th).blank())
		b, err := written(canvas)
		return undate(b), err
	}
	return nil, fmt.Errorf("chart format %q is not one of %v", f, Formats())
}

// encoder returns an encoder of pictures. Charts are flat areas, which the fastest
// compression shrinks nearly as well as the best.
func (p *Pen) encoder() *png.Encoder {
	return &png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &p.memory}
}

// encoderMemory is what a PNG encoder needs, kept from one picture to the next.
type encoderMemory struct{ kept *png.EncoderBuffer }

// Get implements png.EncoderBufferPool.
func (m *encoderMemory) Get() *png.EncoderBuffer { return m.kept }

// Put implements png.EncoderBufferPool.
func (m *encoderMemory) Put(b *png.EncoderBuffer) { m.kept = b }

// paper returns a blank picture, which is not painted with a path since that takes
// the rasteriser longer than the chart.
func (p *Pen) paper(ext extent, th *theme) *vgimg.Canvas {
	if p.picture == nil {
		p.picture = vgimg.NewWith(vgimg.UseWH(ext.width, ext.height), vgimg.UseDPI(ext.dpi), vgimg.UseBackgroundColor(th.paper))
	} else {
		draw.Draw(p.picture.Image(), p.picture.Image().Bounds(), image.NewUniform(th.paper), image.Point{}, draw.Src)
		vg.Initialize(p.picture)
	}
	return p.picture
}

// sheetOn returns a canvas as a sheet of the extent's size.
func sheetOn(canvas vg.Canvas, ext extent, th *theme) sheet {
	return sheet{vgdraw.NewCanvas(canvas, ext.width/ext.scale, ext.height/ext.scale), th}
}

// written returns what a canvas writes.
func written(canvas io.WriterTo) ([]byte, error) {
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("writing a chart: %w", err)
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
