package workload_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"versus/sim/scenario"
	"versus/sim/workload"
)

// goldenStream is the first draw of one stream.
const goldenStream uint64 = 0x3aef01fb25fdb81d

func peers(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("home-%d", i+1)
	}
	return out
}

// ask is a workload of n equal files with these requests and Zipf popularity of
// exponent s (0 is uniform).
func ask(r scenario.Requests, n int, s float64) scenario.Workload {
	w := generated(scenario.File{Name: "f.bin", Size: 1, Count: n})
	w.Requests = r
	if s > 0 {
		w.Popularity = scenario.Popularity{Pattern: scenario.Zipf, Exponent: s}
	}
	return w
}

func schedule(t *testing.T, w scenario.Workload, nodes []string, seed uint64) []workload.Request {
	t.Helper()
	reqs, err := workload.Schedule(w, nodes, seed)
	require.NoError(t, err)
	return reqs
}

func TestCatalog(t *testing.T) {
	w := generated(
		scenario.File{Name: "page.html", Size: 1, Count: 3},
		scenario.File{Name: "one.bin", Size: 1, Count: 1},
		scenario.File{Name: "none", Size: 1},
		scenario.File{Name: "archive.tar.gz", Size: 1, Count: 2},
		scenario.File{Name: "bare", Size: 1, Count: 2},
	)
	assert.Equal(t, []string{
		"page-1.html", "page-2.html", "page-3.html", "one.bin", "none",
		"archive.tar-1.gz", "archive.tar-2.gz", "bare-1", "bare-2",
	}, workload.Catalog(w))
}

func TestAllAtOnce(t *testing.T) {
	got := schedule(t, ask(scenario.Requests{Pattern: scenario.AllAtOnce}, 1, 0), peers(3), 7)
	assert.Equal(t, []workload.Request{
		{ID: 0, Node: "home-1", File: "f.bin"},
		{ID: 1, Node: "home-2", File: "f.bin"},
		{ID: 2, Node: "home-3", File: "f.bin"},
	}, got)
}

func TestUniformArrivals(t *testing.T) {
	const n = 10000
	over := scenario.Duration(time.Minute)
	got := schedule(t, ask(scenario.Requests{Pattern: scenario.Uniform, Over: over}, 1, 0), peers(n), 7)
	require.Len(t, got, n)
	assert.Zero(t, got[0].At)
	assert.Less(t, got[n-1].At, time.Minute)
	// The median of n uniform draws has a standard deviation of 1/(2 sqrt n).
	assert.InDelta(t, 30, got[n/2].At.Seconds(), 5*60/(2*math.Sqrt(n)))
}

func TestPoissonArrivals(t *testing.T) {
	const rate, span = 20.0, 1000 * time.Second
	r := scenario.Requests{Pattern: scenario.Poisson, Rate: rate, For: scenario.Duration(span)}
	got := schedule(t, ask(r, 100, 0.9), peers(1000), 7)
	mean := rate * span.Seconds() // of the number of arrivals, and its variance
	assert.InDelta(t, mean, len(got), 5*math.Sqrt(mean))
	assert.Less(t, got[len(got)-1].At, span)

	// Gaps of a Poisson process are exponential: mean 1/rate, and a share of
	// 1 - 1/e is below the mean.
	var below int
	for i := 1; i < len(got); i++ {
		if (got[i].At - got[i-1].At).Seconds() < 1/rate {
			below++
		}
	}
	assert.InDelta(t, 1-1/math.E, float64(below)/float64(len(got)-1), 0.02)
}

// With more arrivals than there is to ask for, every peer asks for every file
// once, and then the arrivals end.
func TestPoissonFetchesAtMostOnce(t *testing.T) {
	r := scenario.Requests{Pattern: scenario.Poisson, Rate: 1000, For: scenario.Duration(time.Hour)}
	for _, s := range []float64{0, 0.9, 3, 1000} { // 1000: all weights but the first are 0
		got := schedule(t, ask(r, 40, s), peers(5), 3)
		require.Len(t, got, 5*40, "exponent %v", s)
		seen := map[[2]string]bool{}
		for _, q := range got {
			key := [2]string{q.Node, q.File}
			require.False(t, seen[key], "exponent %v: %v twice", s, key)
			seen[key] = true
		}
	}
}

// The share of each rank follows 1/k^s.
func TestZipf(t *testing.T) {
	const n, files, s = 100000, 50, 0.9
	got := schedule(t, ask(scenario.Requests{Pattern: scenario.AllAtOnce}, files, s), peers(n), 11)
	count := map[string]float64{}
	for _, q := range got {
		count[q.File]++
	}
	var norm float64
	for k := 1; k <= files; k++ {
		norm += math.Pow(float64(k), -s)
	}
	var chi2 float64
	for k := 1; k <= files; k++ {
		want := n * math.Pow(float64(k), -s) / norm
		d := count[fmt.Sprintf("f-%d.bin", k)] - want
		chi2 += d * d / want
	}
	// 49 degrees of freedom: mean 49, standard deviation sqrt(98).
	assert.InDelta(t, files-1, chi2, 4*math.Sqrt(2*(files-1)))
}

func TestScheduleIsSortedAndRepeats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom([]scenario.Requests{
			{Pattern: scenario.AllAtOnce},
			{Pattern: scenario.Uniform, Over: 1},
			{Pattern: scenario.Uniform, Over: scenario.Duration(time.Second)},
			{Pattern: scenario.Poisson, Rate: 100, For: scenario.Duration(time.Minute)},
		}).Draw(t, "requests")
		w := ask(r, rapid.IntRange(1, 20).Draw(t, "files"), rapid.Float64Range(0, 3).Draw(t, "exponent"))
		nodes := peers(rapid.IntRange(1, 20).Draw(t, "peers"))
		seed := rapid.Uint64().Draw(t, "seed")
		got, err := workload.Schedule(w, nodes, seed)
		if err != nil {
			t.Fatal(err)
		}
		again, err := workload.Schedule(w, nodes, seed)
		assert.NoError(t, err)
		assert.Equal(t, got, again)

		files := workload.Catalog(w)
		for i, q := range got {
			assert.Equal(t, i, q.ID)
			assert.Contains(t, nodes, q.Node)
			assert.Contains(t, files, q.File)
			if i > 0 && q.At == got[i-1].At && r.Pattern != scenario.Poisson {
				assert.Less(t, slices.Index(nodes, got[i-1].Node), slices.Index(nodes, q.Node))
			} else if i > 0 {
				assert.GreaterOrEqual(t, q.At, got[i-1].At)
			}
		}
		assert.Zero(t, got[0].At)
	})
}

// A change of popularity leaves the arrivals where they were.
func TestStreamsAreIndependent(t *testing.T) {
	r := scenario.Requests{Pattern: scenario.Poisson, Rate: 10, For: scenario.Duration(time.Minute)}
	a := schedule(t, ask(r, 1000, 0), peers(50), 5)
	b := schedule(t, ask(r, 1000, 1.2), peers(50), 5)
	require.Equal(t, len(a), len(b))
	var files int
	for i := range a {
		require.Equal(t, a[i].At, b[i].At)
		require.Equal(t, a[i].Node, b[i].Node)
		if a[i].File != b[i].File {
			files++
		}
	}
	assert.Positive(t, files)
	c := schedule(t, ask(r, 1000, 0), peers(50), 6)
	assert.NotEqual(t, a, c, "another seed gives another schedule")
}

func TestScheduleRefuses(t *testing.T) {
	second := scenario.Duration(time.Second)
	once := scenario.Requests{Pattern: scenario.AllAtOnce}
	zipf := func(s float64) scenario.Workload {
		w := ask(once, 2, 1)
		w.Popularity.Exponent = s
		return w
	}
	unknown := ask(once, 2, 0)
	unknown.Popularity.Pattern = "pareto"
	tests := []struct {
		name  string
		w     scenario.Workload
		nodes int
		want  string
	}{
		{name: "no peer", w: ask(once, 1, 0), nodes: 0, want: "there is no peer"},
		{name: "no file", w: generated(), nodes: 1, want: "workload.files: the catalog is empty"},
		{name: "unknown pattern", w: ask(scenario.Requests{Pattern: "burst"}, 1, 0), nodes: 1, want: `workload.requests.pattern: "burst" is unknown`},
		{name: "uniform over nothing", w: ask(scenario.Requests{Pattern: scenario.Uniform}, 1, 0), nodes: 1, want: "workload.requests.over: 0s is not above 0"},
		{name: "no rate", w: ask(scenario.Requests{Pattern: scenario.Poisson, For: second}, 1, 0), nodes: 1, want: "workload.requests.rate: 0/s"},
		{name: "infinite rate", w: ask(scenario.Requests{Pattern: scenario.Poisson, Rate: scenario.Frequency(math.Inf(1)), For: second}, 1, 0), nodes: 1, want: "workload.requests.rate"},
		{name: "no span", w: ask(scenario.Requests{Pattern: scenario.Poisson, Rate: 1}, 1, 0), nodes: 1, want: "workload.requests.for: 0s is not above 0"},
		{name: "nobody arrives", w: ask(scenario.Requests{Pattern: scenario.Poisson, Rate: 1e-9, For: second}, 1, 0), nodes: 1, want: "no request arrives at 1e-09/s within 1s with seed 1; raise rate or for"},
		{name: "negative exponent", w: zipf(-0.1), nodes: 1, want: "workload.popularity.exponent: -0.1"},
		{name: "exponent not a number", w: zipf(math.NaN()), nodes: 1, want: "workload.popularity.exponent: NaN"},
		{name: "unknown popularity", w: unknown, nodes: 1, want: `workload.popularity.pattern: "pareto" is unknown`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := workload.Schedule(tt.w, peers(tt.nodes), 1)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// Results of a seed can be repeated as long as these numbers stay.
func TestStream(t *testing.T) {
	first := func(seed uint64, name string) uint64 { return workload.Stream(seed, name).Uint64() }
	assert.Equal(t, goldenStream, first(1, "workload/arrivals"))
	assert.Equal(t, first(1, "a"), first(1, "a"))
	seen := map[uint64]string{}
	for _, seed := range []uint64{0, 1, 2, math.MaxUint64} {
		for _, name := range []string{"", "a", "b", "node/1", "node/11"} {
			key := fmt.Sprintf("%d %q", seed, name)
			v := first(seed, name)
			assert.NotContains(t, seen, v, "%s and %s give the same", key, seen[v])
			seen[v] = key
		}
	}
}
