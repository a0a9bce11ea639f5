package page

import (
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// charts lists the ids of the page's charts.
func charts(b *tab) []string {
	return eval[[]string](b, `[...document.querySelectorAll("figure.chart")].map(f => f.id)`)
}

// The pointer over any chart shows values of what lies there, and only then.
func TestHoverShowsValues(t *testing.T) {
	b := open(t, rendered(t, runs()["sweep"]))
	for _, width := range []int64{360, 1440} {
		b.look(width, "light")
		for _, id := range charts(b) {
			tip := fmt.Sprintf(`document.querySelector("#%s .tip")`, id)
			assert.True(t, eval[bool](b, tip+".hidden"), id)
			at := eval[[]float64](b, fmt.Sprintf(`(() => { const p = document.querySelector("#%s .plot"); p.scrollIntoView({block: "center", behavior: "instant"});
				const r = p.getBoundingClientRect(); return [r.left + r.width * 0.6, r.top + r.height / 2]; })()`, id))
			b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
			b.until("!" + tip + ".hidden")
			assert.Regexp(t, `\d`, eval[string](b, tip+".textContent"), id)
			assert.Positive(t, eval[int](b, fmt.Sprintf(`document.querySelectorAll("#%s .ring").length`, id)), id)
			inside := eval[bool](b, fmt.Sprintf(`(() => { const r = document.querySelector("#%s .tip").getBoundingClientRect(); return r.left >= 0 && r.right <= document.documentElement.clientWidth; })()`, id))
			assert.True(t, inside, "%s: the values are cut off at %d px", id, width)
			b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, 1, 1))
			b.until(tip + ".hidden")
		}
	}
	b.quiet()
}

// At the end of a curve the pointer reads the value that was measured there.
func TestHoverReadsTheMeasuredValue(t *testing.T) {
	c := runs()["one point"]
	b := open(t, rendered(t, c))
	b.look(1440, "light")
	var last float64
	for _, tr := range c.result().Trials {
		if tr.Architecture == "client-server" {
			last = *tr.MakespanS
		}
	}
	at := eval[[]float64](b, `(() => {
		const f = document.querySelector("#chart-completion"), d = JSON.parse(f.querySelector("script").textContent);
		f.scrollIntoView({block: "center", behavior: "instant"});
		const i = d.spots.findLastIndex(s => d.series[s[0]] === "client-server");
		const svg = f.querySelector("svg.wide"), r = svg.getBoundingClientRect(), k = r.width / svg.viewBox.baseVal.width;
		return [r.left + d.wide[2 * i] * k, r.top + d.wide[2 * i + 1] * k];
	})()`)
	b.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0], at[1]))
	b.until(`!document.querySelector("#chart-completion .tip").hidden`)
	assert.Contains(t, eval[string](b, `document.querySelector("#chart-completion .tip").textContent`), fmt.Sprintf("client-server: %.2f\u00a0s", last))
}

// A press on a name in any legend hides what it stands for, and shows it again.
func TestLegendHidesASeries(t *testing.T) {
	b := open(t, rendered(t, runs()["sweep"]))
	b.look(1440, "light")
	pressed := 0
	for _, id := range charts(b) {
		n := eval[int](b, fmt.Sprintf(`document.querySelectorAll("#%s button.key").length`, id))
		for i := range n {
			key := fmt.Sprintf(`document.querySelectorAll("#%s button.key")[%d]`, id, i)
			visible := fmt.Sprintf(`[...document.querySelectorAll('#%s svg.wide [data-s="' + %s.dataset.key + '"]')].filter(g => g.getClientRects().length).length`, id, key)
			assert.Positive(t, eval[int](b, visible), "%s: entry %d stands for nothing", id, i)
			for _, state := range []string{"false", "true"} {
				at := eval[[]float64](b, fmt.Sprintf(`(() => { const k = %s; k.scrollIntoView({block: "center", behavior: "instant"}); const r = k.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })()`, key))
				b.do(chromedp.MouseClickXY(at[0], at[1]))
				b.until(fmt.Sprintf(`%s.getAttribute("aria-pressed") === %q`, key, state))
				assert.Equal(t, state == "true", eval[int](b, visible) > 0, "%s: entry %d", id, i)
				pressed++
			}
		}
	}
	assert.Greater(t, pressed, 10)
	b.quiet()
}

// Everything can be done with keys: the first stop skips to the answer, space
// on a legend's entry hides a series, arrows read values aloud.
func TestKeyboard(t *testing.T) {
	b := open(t, rendered(t, runs()["one point"]))
	b.look(1440, "light")
	b.do(chromedp.KeyEvent(kb.Tab))
	assert.Equal(t, "skip", eval[string](b, "document.activeElement.className"))

	// Tab goes through everything that can be pressed or read, in the order of
	// the page, and is never caught.
	want := eval[int](b, `[...document.querySelectorAll("a, button, summary, [tabindex='0']")].filter(e => e.checkVisibility()).length`)
	seen := 1
	for range want - 1 {
		b.do(chromedp.KeyEvent(kb.Tab))
		seen += eval[int](b, `document.activeElement !== document.body && !document.activeElement.dataset.been ? (document.activeElement.dataset.been = 1) : 0`)
	}
	assert.Equal(t, want, seen)

	b.do(chromedp.Focus(chromedp.CSS(`#chart-completion button.key`)), chromedp.KeyEvent(" "))
	b.until(`document.querySelector("#chart-completion button.key").getAttribute("aria-pressed") === "false"`)
	b.do(chromedp.KeyEvent(" "))
	b.until(`document.querySelector("#chart-completion button.key").getAttribute("aria-pressed") === "true"`)

	b.do(chromedp.Focus(chromedp.CSS(`#chart-completion .plot`)))
	said := func() string { return eval[string](b, `document.getElementById("live").textContent`) }
	heard := map[string]bool{}
	for _, key := range []string{kb.ArrowRight, kb.ArrowRight, kb.End, kb.ArrowDown, kb.Home} {
		b.do(chromedp.KeyEvent(key))
		b.until(`!document.querySelector("#chart-completion .tip").hidden`)
		heard[said()] = true
	}
	assert.Len(t, heard, 5, "each key reads another value")
	for words := range heard {
		assert.Regexp(t, `^(client-server|p2p): .*\d`, words)
	}
	b.do(chromedp.KeyEvent(kb.Escape))
	b.until(`document.querySelector("#chart-completion .tip").hidden`)
	b.quiet()
}

// Each chart can be saved as SVG, PNG and CSV, and what is saved is whole. Each
// has a tab of its own: Chromium silently drops the eleventh download that a
// frame starts within a second.
func TestSave(t *testing.T) {
	page := rendered(t, runs()["one point"])
	for _, id := range charts(open(t, page)) {
		t.Run(id, func(t *testing.T) { saved(t, page, id) })
	}
}

func saved(t *testing.T, page []byte, id string) {
	b := open(t, page)
	b.look(1440, "dark")
	dir := t.TempDir()
	events := true
	_, err := chromedp.CallBrowser(b.ctx, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{
		Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: dir, EventsEnabled: &events})
	require.NoError(t, err)
	done := make(chan string, 100)
	require.NoError(t, chromedp.ListenBrowser(b.ctx, func(event any) {
		if e, ok := event.(*browser.EventDownloadProgress); ok && e.State != browser.DownloadProgressStateInProgress {
			done <- e.State.String()
		}
	}))
	save := func(format string) []byte {
		b.do(chromedp.Click(chromedp.CSS(fmt.Sprintf(`#%s [data-save=%s]`, id, format))))
		select {
		case state := <-done:
			require.Equal(t, "completed", state)
		case <-b.ctx.Done():
			t.Fatalf("%s was not saved: %v", format, b.ctx.Err())
		}
		data, err := os.ReadFile(filepath.Join(dir, "crowd-"+strings.TrimPrefix(id, "chart-")+"."+strings.ToLower(format)))
		require.NoError(t, err)
		return data
	}
	svg := save("SVG")
	d := xml.NewDecoder(bytes.NewReader(svg))
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else {
			require.NoError(t, err)
		}
	}
	assert.Contains(t, string(svg), "<path")
	assert.Contains(t, string(svg), "<title")
	picture, err := png.DecodeConfig(bytes.NewReader(save("PNG")))
	require.NoError(t, err)
	assert.Equal(t, 3*forms[0].Width, picture.Width)
	rows, err := csv.NewReader(bytes.NewReader(save("CSV"))).ReadAll()
	require.NoError(t, err)
	assert.Greater(t, len(rows), 2)
	assert.Equal(t, "series", rows[0][0])
	b.quiet()
}
