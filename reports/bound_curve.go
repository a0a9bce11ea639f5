package reports

import (
	"math"
	"slices"

	"versus/reports/plot"
	"versus/sim/theory"
)

// boundLine is a curve of bounds.
type boundLine struct{ plot.Series }

// sameAs says whether another series is the same curve of bounds, as where
// architectures differ in what no bound depends on.
func (b boundLine) sameAs(s plot.Series) bool {
	return s.Theory && slices.Equal(s.Points, b.Points)
}

// boundCurve returns the bounds of a sweep's cells as a curve. Over the number
// of peers it is that of Kurose and Ross at every number between, if that
// agrees with the bounds stored; else the stored ones are joined.
func (v *view) boundCurve(key string, cells []sweptCell, xu, yu unit) (boundLine, bool) {
	s := boundLine{plot.Series{Theory: true}}
	var xs, ys []float64
	for _, sc := range cells {
		x, _ := quantityOf(sc.point.values[key])
		if b := bound().over(sc.trials); b.defined() {
			xs, ys = append(xs, x.value), append(ys, b.mid)
		}
	}
	if dense, ok := v.kuroseRoss(key, cells, xs, ys); ok {
		xs, ys = xs[:0], ys[:0]
		for i, y := range dense {
			xs, ys = append(xs, float64(i+1)), append(ys, y)
		}
	}
	for i := range xs {
		y := ys[i] / yu.worth
		s.Points = append(s.Points, plot.Point{X: xs[i] / xu.worth, Y: y, Low: y, High: y})
	}
	return s, len(s.Points) > 0
}

// mostDense is the largest number of peers up to which every number has a point.
const mostDense = 2000

// kuroseRoss returns the bound for 1, 2, ... peers, up to the most that were
// measured: of the two formulas the one that gives the bounds stored. It is not
// ok if none does, as with several files or groups.
func (v *view) kuroseRoss(key string, cells []sweptCell, xs, ys []float64) ([]float64, bool) {
	sc := v.result.Scenario
	if key != "peers" || len(v.keys) > 1 || sc == nil || len(cells) == 0 || len(xs) < 2 ||
		len(sc.Network.Peers) != 1 || len(sc.Network.Shared) > 0 || len(sc.Workload.Files) != 1 {
		return nil, false
	}
	most := int(xs[len(xs)-1])
	d, ok := demandOf(v.result, cells[0].trials[0])
	if !ok || d.files != 1 || most < 1 || most > mostDense {
		return nil, false
	}
	f, us := float64(d.distinct)*8, float64(sc.Network.Origin.Uplink)
	g := sc.Network.Peers[0]
	for _, of := range []func(n int) float64{
		func(n int) float64 { return theory.KuroseRossCS(n, f, us, float64(g.Downlink)) },
		func(n int) float64 {
			return theory.KuroseRossP2P(n, f, us, float64(g.Downlink), float64(n)*float64(g.Uplink))
		},
	} {
		agrees := true
		for i, x := range xs {
			agrees = agrees && math.Abs(of(int(x))-ys[i]) <= 1e-6*ys[i]
		}
		if agrees {
			out := make([]float64, 0, most)
			for n := 1; n <= most; n++ {
				out = append(out, of(n))
			}
			return out, true
		}
	}
	return nil, false
}
