package page

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/color"
	"image/png"
	"strings"
)

// palette collects the colours of light paper with what stands for each on
// dark paper, and gives every pair a class.
type palette struct {
	number map[colorPair]int
	order  []colorPair
}

type colorPair struct{ light, dark string }

func newPalette() *palette { return &palette{number: map[colorPair]int{}} }

// of returns the class of a pair for a paint, fill or stroke; empty if both
// colours are the same.
func (p *palette) of(paint string, k colorPair) string {
	if k.light == k.dark {
		return ""
	}
	if _, ok := p.number[k]; !ok {
		p.number[k] = len(p.order)
		p.order = append(p.order, k)
	}
	return fmt.Sprintf("%c%d", paint[0], p.number[k])
}

// css returns the rules that put the dark colours in place of the light ones.
func (p *palette) css() string {
	var b strings.Builder
	for i, k := range p.order {
		fmt.Fprintf(&b, ".f%[1]d{fill:%[2]s}.s%[1]d{stroke:%[2]s}", i, k.dark)
	}
	return b.String()
}

// svg writes what was drawn in both themes as the inside of an SVG element.
// Light colours are attributes, so that the drawing stands alone once it is
// saved; dark ones are classes of the page.
func svg(light, dark []op, p *palette) (string, error) {
	if len(light) != len(dark) {
		return "", fmt.Errorf("a chart has %d strokes in light and %d in dark: themes may only differ in colours", len(light), len(dark))
	}
	var b strings.Builder
	open := -1
	group := func(series int) {
		if series == open {
			return
		}
		if open >= 0 {
			b.WriteString("</g>")
		}
		if open = series; open >= 0 {
			fmt.Fprintf(&b, `<g data-s="%d">`, series)
		}
	}
	for i := 0; i < len(light); {
		o, d := light[i], dark[i]
		if o.kind != d.kind || o.style != d.style && o.kind != picture {
			return "", fmt.Errorf("stroke %d of a chart differs between light and dark: themes may only differ in colours", i)
		}
		group(o.series)
		n := i + 1
		data := o.data
		for ; n < len(light) && (o.kind == stroke || o.kind == filling) && same(o, light[n]) && same(d, dark[n]); n++ {
			data += light[n].data
		}
		i = n
		paint := "fill"
		switch o.kind {
		case picture:
			fmt.Fprintf(&b, `<image class="onlight"%s href="%s"/><image class="ondark"%s href="%s"/>`, o.style, o.data, d.style, d.data)
			continue
		case stroke:
			paint = "stroke"
			b.WriteString(`<path fill="none" stroke="`)
		case filling:
			b.WriteString(`<path fill="`)
		case words:
			b.WriteString(`<text fill="`)
		}
		pair := colorPair{hex(o.color), hex(d.color)}
		b.WriteString(pair.light + `"`)
		if class := p.of(paint, pair); class != "" {
			b.WriteString(` class="` + class + `"`)
		}
		b.WriteString(o.style)
		if o.kind == filling && !strings.ContainsAny(data, "LACQ") {
			b.WriteString(` shape-rendering="crispEdges"`) // rectangles side by side show no seam
		}
		if o.kind == words {
			b.WriteString(">" + html.EscapeString(data) + "</text>")
		} else {
			b.WriteString(` d="` + data + `"/>`)
		}
	}
	group(-1)
	return b.String(), nil
}

// same says whether two paths can be one.
func same(a, b op) bool {
	return a.kind == b.kind && a.series == b.series && a.style == b.style && hex(a.color) == hex(b.color)
}

func hex(c color.Color) string {
	if c == nil {
		return "none"
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

func dataURL(img image.Image) string {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return "" // only for a picture without extent
	}
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}
