package reports

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/stats"
)

func TestEstimate(t *testing.T) {
	trials := func(xs ...*float64) []*measure.Trial {
		var out []*measure.Trial
		for _, x := range xs {
			out = append(out, &measure.Trial{MakespanS: x})
		}
		return out
	}
	one := makespan().estimate(trials(ptr(3)))
	assert.Equal(t, estimate{mid: 3, low: 3, high: 3, n: 1}, one, "a single repeat has no interval")

	// t for 2 degrees of freedom at 95 % is 4.3027; s = 1, n = 3.
	three := makespan().estimate(trials(ptr(1), ptr(2), ptr(3)))
	assert.InDelta(t, 2, three.mid, 1e-12)
	assert.InDelta(t, 2-4.3027/math.Sqrt(3), three.low, 1e-4)
	assert.InDelta(t, 2+4.3027/math.Sqrt(3), three.high, 1e-4)
	assert.Equal(t, stats.MethodT, three.method)
	assert.Zero(t, three.scaled(unit{"s", 1}).Low, "no time is below 0")
	assert.InDelta(t, three.high/60, three.scaled(unit{"min", 60}).High, 1e-12)

	assert.False(t, makespan().estimate(trials(ptr(1), nil)).defined(), "the missing one may be the worst")
	assert.False(t, makespan().estimate(trials(nan())).defined())
	assert.False(t, makespan().estimate(nil).defined())

	assert.Equal(t, " Bars: n = 1 trial each.", intervalText("Bars", []estimate{one}))
	assert.Equal(t, " Bars: means of n = 1 to 3 seeds; whiskers: 95"+nbsp+"% intervals of the mean (Student's t).", intervalText("Bars", []estimate{one, three}))
	equal := makespan().estimate(trials(ptr(2), ptr(2)))
	assert.Equal(t, " Bars: n = 2 seeds, all with equal values.", intervalText("Bars", []estimate{equal}))
	assert.Equal(t, " Bars: n = 1 trial each.", intervalText("Bars", nil))
}

func TestHappenings(t *testing.T) {
	at := func(s float64, action string, targets ...string) []measure.Fault {
		var out []measure.Fault
		for _, x := range targets {
			out = append(out, measure.Fault{TS: s, Action: action, Target: x})
		}
		return out
	}
	join := func(lists ...[]measure.Fault) []measure.Fault {
		var out []measure.Fault
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	gone, forever := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name   string
		faults []measure.Fault
		want   []string
		until  []float64
	}{
		{"nothing", nil, nil, nil},
		{"a kill is an instant", at(4, "kill", "a", "b"), []string{"kill 2 nodes"}, []float64{gone}},
		{"one node is named", at(4, "kill", "a"), []string{"kill a"}, []float64{gone}},
		{"a kill with a restart lasts", join(at(4, "kill", "a"), at(9, "restart", "a")), []string{"kill a"}, []float64{9}},
		{"those who return apart are apart", join(at(4, "kill", "a", "b"), at(9, "restart", "b")), []string{"kill a", "kill b"}, []float64{gone, 9}},
		{"a cut that nobody mends", at(4, "partition", "a|origin"), []string{"partition a from origin"}, []float64{forever}},
		{"each restart ends one kill", join(at(1, "kill", "a"), at(2, "restart", "a"), at(3, "poweroff", "a"), at(5, "restart", "a")), []string{"kill a", "poweroff a"}, []float64{2, 5}},
		{"a restart of another's ends nothing", join(at(1, "kill", "a"), at(2, "heal", "a")), []string{"kill a", "heal a"}, []float64{gone, gone}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var names []string
			for i, h := range happenings(c.faults) {
				names = append(names, h.name())
				if math.IsNaN(c.until[i]) {
					assert.True(t, math.IsNaN(h.until))
				} else {
					assert.Equal(t, c.until[i], h.until)
				}
			}
			assert.Equal(t, c.want, names)
		})
	}
}

func TestFaultsOfSeeds(t *testing.T) {
	cells := func(first, second float64) []cell {
		return []cell{{arch: "p2p", trials: []*measure.Trial{
			{TrialKey: measure.TrialKey{Seed: 1}, Faults: []measure.Fault{{TS: first, Action: "kill", Target: "a"}}},
			{TrialKey: measure.TrialKey{Seed: 2}, Faults: []measure.Fault{{TS: second, Action: "kill", Target: "b"}}}}}}
	}
	all, of := happened(cells(4, 4))
	assert.Len(t, all, 1)
	assert.Empty(t, of, "other targets of the same fault look the same")
	all, of = happened(cells(4, 7))
	require.Len(t, all, 1)
	assert.Equal(t, 4.0, all[0].at)
	assert.Equal(t, " of seed 1", of)

	both := []cell{
		{trials: []*measure.Trial{{Faults: []measure.Fault{{TS: 5, Action: "kill", Target: "origin"}}}}},
		{trials: []*measure.Trial{{Faults: []measure.Fault{{TS: 5, Action: "kill", Target: "origin"}, {TS: 35, Action: "restart", Target: "origin"}}}}},
	}
	for range 2 {
		all, _ = happened(both)
		require.Len(t, all, 1, "a trial that was over before the restart changes nothing")
		assert.Equal(t, 35.0, all[0].until)
		both[0], both[1] = both[1], both[0]
	}

	v := newView(flashCrowd().result())
	for _, c := range []struct {
		n     int
		lines int
		words string
	}{{3, 3, "Lines and shades: faults."}, {11, 11, "marked without names: kill 11."}, {31, 0, "too many to mark: kill 31."}} {
		var faults []measure.Fault
		for i := range c.n {
			faults = append(faults, measure.Fault{TS: float64(i), Action: "kill", Target: "a"})
		}
		var l plot.Lines
		v.markFaults(&l, []cell{{trials: []*measure.Trial{{Faults: faults}}}}, unit{"s", 1})
		assert.Len(t, l.Marks, c.lines)
		assert.Contains(t, l.Caption, c.words)
	}
}

func TestLorenz(t *testing.T) {
	got := lorenz([]float64{1, 2, 3, 4})
	want := []float64{0, 0.1, 0.3, 0.6, 1}
	require.Len(t, got, 5)
	for i, p := range got {
		assert.InDelta(t, float64(i)/4, p.X, 1e-12)
		assert.InDelta(t, want[i], p.Y, 1e-12)
	}
	mean := meanLorenz([][]plot.Point{lorenz([]float64{1, 1}), lorenz([]float64{0, 2})})
	assert.InDelta(t, 0.25, mean[1].Y, 1e-12)
	mixed := meanLorenz([][]plot.Point{lorenz([]float64{1, 1}), lorenz([]float64{1, 1, 1})})
	for _, p := range mixed {
		assert.InDelta(t, p.X, p.Y, 1e-12, "equal shares are the diagonal, whatever the number of nodes")
	}
}

func TestRatesOf(t *testing.T) {
	ticks := []measure.Tick{{}, {TS: 1, DeliveredBytes: 100}, {TS: 2, DeliveredBytes: 100}, {TS: 4, DeliveredBytes: 500}}
	assert.InDeltaSlice(t, []float64{800, 0, 1600, 1600, 0}, ratesOf(ticks, 1), 1e-9)
	assert.InDeltaSlice(t, []float64{400, 1600, 0}, ratesOf(ticks, 2), 1e-9)
	assert.Nil(t, ratesOf(nil, 1))
	assert.Equal(t, []float64{2, 1, 0}, medianRates([][]float64{{1, 2, 0}, {3}, {2, 1}}))
}

func TestSpread(t *testing.T) {
	trial := &measure.Trial{TrialKey: measure.TrialKey{Architecture: "p2p", Seed: 1, Point: map[string]any{"peers": 3}},
		Requests: []measure.Request{{Node: "late", File: "a"}, {Node: "early", File: "a"}, {Node: "none", File: "a"}, {Node: "half", File: "a"}, {Node: "half", File: "b"}}}
	event := func(node, file string, s float64, share string) measure.Event {
		return measure.Event{TrialKey: trial.TrialKey, TS: s, Kind: measure.EventProgress, Node: node, File: file, Detail: share}
	}
	other := event("late", "a", 0.1, "1.00")
	other.Seed = 2
	rows := spread(trial, []measure.Event{event("early", "a", 1, "0.50"), event("late", "a", 1, "0.05"), event("early", "a", 2, "1.00"),
		event("half", "a", 2, "1.00"), event("late", "a", 3, "1.00"), other, event("stranger", "a", 1, "1.00"), event("late", "b", 1, "1.00"), event("late", "a", 9, "x")})
	var names []string
	for _, r := range rows {
		names = append(names, r.Name)
	}
	assert.Equal(t, []string{"early", "late", "half", "none"}, names)
	assert.InDelta(t, 0.5, rows[2].Points[0].Y, 1e-12, "one of two files")
	assert.Nil(t, spread(trial, nil))
	assert.Equal(t, "2nd 3rd 11th 21st 112th", strings.Join([]string{ordinal(2), ordinal(3), ordinal(11), ordinal(21), ordinal(112)}, " "))
}

func TestOverheadOf(t *testing.T) {
	trial := &measure.Trial{Nodes: []measure.Node{{Role: measure.RoleOrigin, ReceivedBytes: 5000}, {Role: measure.RoleDownloader, ReceivedBytes: 1100}}}
	_, ok := overheadOf(trial)
	assert.False(t, ok)
	trial.Summary = measure.Summary{OverheadRatio: ptr(1.1), WastedBytes: 30}
	again := int64(20)
	trial.Summary.RetransmittedBytes = &again
	o, ok := overheadOf(trial)
	require.True(t, ok)
	assert.InDelta(t, 7, o.protocol, 1e-9)
	assert.InDelta(t, 3, o.wasted, 1e-9)
	assert.InDelta(t, 2, o.again, 1e-9)
}

// network gives the crowd's result the links that it is about.
func network(r *measure.Result) {
	r.Scenario.Network.Origin.Uplink = 50e6
	r.Scenario.Network.Peers = []scenario.Group{{Name: "home", Count: 40, Link: scenario.Link{Uplink: 10e6, Downlink: 50e6}}}
}

func TestBoundIsTheFormulaBetweenThePoints(t *testing.T) {
	c := flashCrowd()
	c.peers = []int{1, 2, 5, 10, 20, 40}
	r := c.result()
	network(r)
	l := chartOf(t, r, "sweep").(plot.Lines)
	require.Len(t, l.Series, 4)
	mesh := l.Series[3]
	require.Len(t, mesh.Points, 40, "every N")
	assert.InDelta(t, 7*16*mib*8/(50e6+7*10e6), mesh.Points[6].Y, 1e-9)

	*r.Trials[0].Bounds.FluidS *= 1.01
	l = chartOf(t, r, "sweep").(plot.Lines)
	assert.Len(t, l.Series[1].Points, 6, "a formula that does not give the stored bounds is not drawn")
	assert.Len(t, l.Series[3].Points, 40)
}

func TestSweepOverAShare(t *testing.T) {
	c := flashCrowd()
	c.peers = []int{1, 2, 5}
	r := c.result()
	for i := range r.Trials {
		p := r.Trials[i].Point
		p["faults.0.kill"] = map[any]string{1: "0% of peers", 2: "30% of peers", 5: "60% of peers"}[p["peers"]]
		delete(p, "peers")
	}
	l := chartOf(t, r, "sweep").(plot.Lines)
	assert.Equal(t, "faults.0.kill (% of peers)", l.X.Text())
	assert.Equal(t, 30.0, l.Series[0].Points[1].X)
}

func TestHeatChart(t *testing.T) {
	c := flashCrowd()
	c.peers = []int{1, 2, 5}
	r := c.result()
	for _, of := range c.result().Trials {
		of.Point["p2p.picker"] = "random"
		r.Trials = append(r.Trials, of)
	}
	for i := range 6 {
		r.Trials[i].Point["p2p.picker"] = "rarest-first"
	}
	r.Trials[0].MakespanS = nil
	h := chartOf(t, r, "heat").(plot.Heat)
	assert.Equal(t, []string{"1", "2", "5"}, h.Columns)
	assert.Equal(t, []string{"random", "rarest-first"}, h.Rows)
	require.Len(t, h.Panels, 3)
	assert.True(t, math.IsNaN(h.Panels[0].Cells[1][0]))
	assert.InDelta(t, h.Panels[0].Cells[0][2]/h.Panels[1].Cells[0][2], h.Panels[2].Cells[0][2], 1e-12)

	l := chartOf(t, r, "sweep").(plot.Lines)
	var names []string
	for _, s := range l.Series {
		names = append(names, s.Name)
	}
	assert.Equal(t, []string{"client-server", "client-server bound", "p2p, picker=random", "p2p, picker=random bound", "p2p, picker=rarest-first"}, names,
		"an option of the mesh is none of the server, and equal bounds are drawn once")
}

func TestStepsKeepWhatCanBeSeen(t *testing.T) {
	var times []float64
	for i := range 100_000 {
		times = append(times, float64(i))
	}
	points := steps(times, len(times), unit{"s", 1}, 1e5)
	assert.Less(t, len(points), 2500)
	for _, p := range points {
		assert.InDelta(t, p.X/1e5, p.Y, 1.0/1000)
	}
	assert.Equal(t, 1.0, points[len(points)-1].Y)
}

func TestStretchedAxis(t *testing.T) {
	c := flashCrowd()
	c.peers = []int{1, 2, 5}
	r := c.result()
	for i := range r.Trials {
		p := r.Trials[i].Point
		p["workload.piece_size"] = map[any]string{1: "64KiB", 2: "256KiB", 5: "1MiB"}[p["peers"]]
		delete(p, "peers")
	}
	l := chartOf(t, r, "sweep").(plot.Lines)
	assert.True(t, l.X.Log)
	assert.Len(t, l.X.Ticks, 3)
	_, err := plot.Render(l, plot.SVG, plot.Options{})
	require.NoError(t, err)
}
