package page

import (
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// probe has functions that look at a page: overflow(), blank() and pale().
//
//go:embed testdata/probe.js
var probe string

// TestPageInTheBrowser looks at every page in both schemes at the widths of a
// phone, a tablet and a desk: nothing overflows, every chart is there, text has
// enough contrast, and axe finds no violation of WCAG 2.2 at level AA.
func TestPageInTheBrowser(t *testing.T) {
	for name, c := range runs() {
		t.Run(name, func(t *testing.T) {
			b := open(t, rendered(t, c))
			eval[bool](b, probe+";true")
			eval[bool](b, axe+";true")
			for _, scheme := range []string{"light", "dark"} {
				for _, width := range []int64{360, 768, 1440} {
					b.look(width, scheme)
					where := fmt.Sprintf("%s at %d px", scheme, width)
					assert.Empty(t, eval[[]string](b, "overflow()"), "%s: wider than the window", where)
					assert.Empty(t, eval[[]string](b, "blank()"), "%s: charts that do not show", where)
					if width == 768 {
						continue // has the colours and the drawings of the others
					}
					assert.Empty(t, eval[[]string](b, "pale()"), "%s: too little contrast", where)
					if shot(t, b, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)); (width == 360) == (scheme == "light") {
						continue // axe takes a second; one look at each width and each scheme will do
					}
					assert.Empty(t, eval[[]string](b, `axe.run({exclude: [".chart details table"]}, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
						.then(r => r.violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).join("; ")))`), where)
				}
			}
			b.quiet()
		})
	}
}

// shot keeps a picture of the page for a person to look at, if a folder for it
// is named.
func shot(t *testing.T, b *tab, name string) {
	if dir := os.Getenv("VERSUS_SCREENSHOTS"); dir != "" {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), get(b, chromedp.FullScreenshot(100)), 0o666))
	}
}

// Without scripts the charts and the tables are there, and what needs a script
// is not.
func TestPageWithoutScripts(t *testing.T) {
	b := open(t, rendered(t, runs()["one point"]))
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.do(chromedp.Navigate(b.url))
	b.look(1440, "light")
	eval[bool](b, probe+";true")
	assert.Empty(t, eval[[]string](b, "blank()"))
	assert.False(t, eval[bool](b, `document.documentElement.classList.contains("script")`))
	assert.Zero(t, eval[int](b, `[...document.querySelectorAll(".needs-script")].filter(e => e.getClientRects().length).length`))
	b.quiet()
}

// On paper there is no navigation, everything is unfolded that does not fit a
// screen, and colours are those of light paper whatever the screen's are.
func TestPageOnPaper(t *testing.T) {
	b := open(t, rendered(t, runs()["faults"]))
	eval[bool](b, probe+";true")
	b.media(794, emulation.SetEmulatedMediaParams{Media: "print", Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}})
	assert.Equal(t, "rgb(255, 255, 255)", eval[string](b, "getComputedStyle(document.body).backgroundColor"))
	assert.Zero(t, eval[int](b, `[...document.querySelectorAll("nav, .tools, .copy, .chart details")].filter(e => e.getClientRects().length).length`))
	assert.Empty(t, eval[[]string](b, "overflow()"))
	assert.Empty(t, eval[[]string](b, "blank()"))
	assert.Empty(t, eval[[]string](b, "pale()"))
	pdf := get(b, chromedp.PrintToPDF())
	assert.Contains(t, string(pdf[:8]), "%PDF-")
	b.quiet()
}
