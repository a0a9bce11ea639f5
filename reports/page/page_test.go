package page

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"versus/reports"
	"versus/sim/measure"
)

func rendered(t testing.TB, c swarm) []byte {
	t.Helper()
	r := c.result()
	b, err := Render(r, reports.Charts(r, c.progress(r)))
	require.NoError(t, err)
	return b
}

// walk visits every element of a page.
func walk(t *testing.T, page []byte, visit func(*html.Node)) {
	t.Helper()
	root, err := html.Parse(bytes.NewReader(page))
	require.NoError(t, err)
	for n := range root.Descendants() {
		if n.Type == html.ElementNode {
			visit(n)
		}
	}
}

func TestEqualResultsGiveEqualPages(t *testing.T) {
	for name, c := range runs() {
		a, b := rendered(t, c), rendered(t, c)
		assert.True(t, bytes.Equal(a, b), name)
		assert.NotContains(t, string(a), "NaN", name)
		assert.NotContains(t, string(a), "ZgotmplZ", name)
	}
}

// Nothing that a scenario or an error brings becomes an element, an attribute
// or a script.
func TestTextStaysText(t *testing.T) {
	elements := func(page []byte) (count map[string]int) {
		count = map[string]int{}
		walk(t, page, func(n *html.Node) {
			count[n.Data]++
			for _, a := range n.Attr {
				assert.False(t, strings.HasPrefix(a.Key, "on"), "%s has the attribute %s", n.Data, a.Key)
				if a.Key == "href" || a.Key == "src" {
					ok := strings.HasPrefix(a.Val, "#") || strings.HasPrefix(a.Val, "data:image/png") || !strings.Contains(a.Val, ":")
					assert.True(t, ok, "%s leads to %q", n.Data, a.Val)
				}
			}
			switch n.Data {
			case "link", "iframe", "object", "embed", "base", "form", "img":
				t.Errorf("the page has an element %s", n.Data)
			}
		})
		return count
	}
	c := runs()["nasty"]
	mild := c
	mild.nasty = false
	got, want := elements(rendered(t, c)), elements(rendered(t, mild))
	for _, e := range []string{"script", "style", "figure", "pre", "meta"} {
		assert.Equal(t, want[e], got[e], "elements %s", e)
	}
	assert.Contains(t, string(rendered(t, c)), "&lt;/script&gt;&lt;script&gt;alert(1)")
}

// Ids are unique, labels lead somewhere, and every chart has a caption and a
// table.
func TestPageIsSound(t *testing.T) {
	for name, c := range runs() {
		ids := map[string]bool{}
		var wanted []string
		figures, captions, tables := 0, 0, 0
		walk(t, rendered(t, c), func(n *html.Node) {
			switch n.Data {
			case "figure":
				figures++
			case "figcaption":
				captions++
			case "details":
				if n.Parent.Data == "figure" {
					tables++
				}
			}
			for _, a := range n.Attr {
				switch {
				case a.Key == "id":
					assert.False(t, ids[a.Val], "%s: id %s twice", name, a.Val)
					ids[a.Val] = true
				case a.Key == "aria-labelledby" || a.Key == "aria-describedby":
					wanted = append(wanted, a.Val)
				case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
					wanted = append(wanted, a.Val[1:])
				}
			}
		})
		for _, id := range wanted {
			assert.True(t, ids[id], "%s: nothing has the id %s", name, id)
		}
		assert.Greater(t, figures, 2, name)
		assert.Equal(t, figures, captions, name)
		assert.Equal(t, figures, tables, name)
	}
}

// A sweep of 100 trials with 200 nodes each has to fit into 5 MiB.
func TestLargeSweepIsSmall(t *testing.T) {
	c := swarm{archs: []string{"client-server", "p2p"}, seeds: 10, peers: []int{196, 197, 198, 199, 200}}
	r := c.result()
	require.Len(t, r.Trials, 100)
	b, err := Render(r, reports.Charts(r, c.progress(r)))
	require.NoError(t, err)
	assert.Less(t, len(b), 5*mib)
	t.Logf("%.2f MiB", float64(len(b))/mib)
}

func BenchmarkLargeSweep(b *testing.B) {
	c := swarm{archs: []string{"client-server", "p2p"}, seeds: 10, peers: []int{196, 197, 198, 199, 200}}
	r := c.result()
	p := c.progress(r)
	for b.Loop() {
		page, err := Render(r, reports.Charts(r, p))
		require.NoError(b, err)
		b.ReportMetric(float64(len(page))/mib, "MiB")
	}
}

func TestWriteReplacesThePage(t *testing.T) {
	dir := t.TempDir()
	r := runs()["one point"].result()
	for range 2 {
		path, err := Write(dir, r, reports.Charts(r, nil))
		require.NoError(t, err)
		assert.Equal(t, filepath.Join(dir, File), path)
	}
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, files, 1)
	_, err = Write(filepath.Join(dir, "nowhere"), r, nil)
	assert.Error(t, err)
}

func TestPageWithoutAMeasuredTrial(t *testing.T) {
	r := runs()["one point"].result()
	r.Missing = []measure.TrialKey{r.Trials[0].TrialKey}
	r.Trials = nil
	b, err := Render(r, reports.Charts(r, nil))
	require.NoError(t, err)
	assert.Contains(t, string(b), "Nothing was measured: 1 trial is missing.")
	b, err = Render(&measure.Result{}, nil)
	require.NoError(t, err)
	assert.Contains(t, string(b), "Nothing was measured.")
}
