package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"versus/reports"
	"versus/sim/measure"
)

// File is the name of the page in a result's folder.
const File = "report.html"

//go:embed page.gohtml
var layout string

//go:embed style.css
var styleSheet string

//go:embed script.js
var script string

// Write writes the page of the result that dir holds, with the charts that
// reports.ReadCharts returns, into that folder and returns its path. The file
// appears whole or not at all, in place of an older one.
func Write(dir string, r *measure.Result, charts []reports.Chart) (string, error) {
	b, err := Render(r, charts)
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, File)
	err = measure.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
	return path, err
}

// content is what the layout shows.
type content struct {
	reports.Document
	Day       string
	Cards     []card
	AnyBar    bool
	AnyBound  bool
	Contents  []entry
	Charts    []figure
	SaveAs    []string
	Style     template.CSS
	Script    template.JS
	StyleHash string
	// ScriptHash and StyleHash let no other script or style run.
	ScriptHash string
}

// card adds to a card what its bar needs, in hundredths.
type card struct {
	reports.Card
	Width, Bound string
}

// entry is a line of the contents.
type entry struct{ ID, Text string }

// Render returns the page of a result with its charts, which are left out if there
// is no trial yet. Equal results give equal bytes.
func Render(r *measure.Result, charts []reports.Chart) ([]byte, error) {
	colours := newPalette()
	c := content{Document: reports.Describe(r), SaveAs: []string{"SVG", "PNG", "CSV"}, Script: template.JS(script)}
	c.Day, _, _ = strings.Cut(c.Started, "T")
	for _, k := range c.Document.Cards {
		one := card{Card: k, Width: hundredths(k.Share)}
		c.AnyBar = c.AnyBar || k.Share > 0
		if k.Share > 0 && k.BoundShare > 0 {
			one.Bound, c.AnyBound = hundredths(k.BoundShare-0.007), true
		}
		c.Cards = append(c.Cards, one)
	}
	if len(r.Trials) > 0 {
		for _, f := range charts {
			drawn, err := drawFigure(c.Name, f, colours)
			if err != nil {
				return nil, fmt.Errorf("drawing chart %s for the page: %w", f.Name, err)
			}
			c.Charts = append(c.Charts, drawn)
		}
	}
	c.Contents = []entry{{"asked", "What was asked"}, {"figures", "Figures"}}
	if len(c.Charts) > 0 {
		c.Contents = append(c.Contents, entry{"charts", "Charts"})
	}
	c.Contents = append(c.Contents, entry{"theory", "Theory"}, entry{"faults", "Faults"}, entry{"warnings", "Warnings"}, entry{"again", "Measure it again"})
	sheet := styleSheet + "@media screen and (prefers-color-scheme: dark){" + colours.css() + "}\n"
	c.Style, c.StyleHash, c.ScriptHash = template.CSS(sheet), hash(sheet), hash(script)

	t, err := template.New("page").Parse(layout)
	if err != nil {
		return nil, fmt.Errorf("reading the page's layout: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, c); err != nil {
		return nil, fmt.Errorf("writing the page: %w", err)
	}
	return b.Bytes(), nil
}

func hundredths(share float64) string { return strconv.FormatFloat(max(share, 0)*100, 'f', 1, 64) }

// hash names a script or style to the content security policy.
func hash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}
