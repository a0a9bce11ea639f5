package reports

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/reports/plot"
	"versus/sim/measure"
	"versus/sim/scenario"
)

// priced gives the trials the costs that the prices make of them.
func priced(r *measure.Result, pricesOf func(*measure.Trial) scenario.Prices) *measure.Result {
	for i := range r.Trials {
		t := &r.Trials[i]
		p := pricesOf(t)
		egress := p.EgressPerGB * float64(t.Summary.OriginSentBytes) * 1500 / 1448 / 1e9
		server := p.ServerPerHour * t.VirtualS / 3600
		t.Summary.Cost = measure.Cost{Currency: p.Currency, Egress: &egress, Server: &server, Total: ptr(egress + server)}
		if t.Summary.Completed > 0 {
			t.Summary.Cost.PerGB = ptr((egress + server) / (float64(t.Summary.Completed) * 16 * mib / 1e9))
		}
	}
	return r
}

func byPreset(t *testing.T, name string) scenario.Prices {
	t.Helper()
	for _, p := range scenario.PricePresets() {
		if p.Preset == name {
			return p
		}
	}
	require.Fail(t, "no price list "+name)
	return scenario.Prices{}
}

func TestCostGolden(t *testing.T) {
	cloud := byPreset(t, "cloud")
	always := func(*measure.Trial) scenario.Prices { return cloud }
	point, sweep := flashCrowd(), flashCrowd()
	sweep.peers = []int{1, 10, 40}
	for name, c := range map[string]crowd{"priced": point, "priced-sweep": sweep} {
		r := priced(c.result(), always)
		r.Scenario.Prices = &cloud
		golden(t, name+".txt", written(t, Text, r, Options{}))
	}
}

// pricesSwept is a sweep over the price lists, in two currencies.
func pricesSwept(t *testing.T) *measure.Result {
	c := flashCrowd()
	r := c.result()
	lists := []string{"dedicated", "vps", "cloud"}
	r.Scenario.Sweep = scenario.Sweep{{Key: "prices", Values: lists}}
	trials := r.Trials
	r.Trials = nil
	for _, name := range lists {
		for _, one := range trials {
			one.Point = map[string]any{"prices": name}
			r.Trials = append(r.Trials, one)
		}
	}
	return priced(r, func(tr *measure.Trial) scenario.Prices { return byPreset(t, tr.Point["prices"].(string)) })
}

func TestCostOfSeveralCurrencies(t *testing.T) {
	r := pricesSwept(t)
	golden(t, "priced-lists.txt", written(t, Text, r, Options{}))
	v := newView(r)
	assert.Equal(t, []string{"EUR", "USD"}, v.currencies())
	_, ok := v.costChart()
	assert.False(t, ok, "currencies do not share an axis")
}

func TestCostCharts(t *testing.T) {
	c := flashCrowd()
	c.peers = []int{1, 10, 40}
	own := scenario.Prices{Currency: "CHF", EgressPerGB: 0.1}
	r := priced(c.result(), func(*measure.Trial) scenario.Prices { return own })
	r.Scenario.Prices = &own
	charts := map[string]Chart{}
	for _, c := range Charts(r, nil) {
		charts[c.Name] = c
	}
	for name, want := range map[string][2]float64{ // at 40 peers
		"cost":        {0.1 * 40 * 16 * mib * 1.006 / 1e9 * 1500 / 1448, 0.1 * 1.1 * 16 * mib / 1e9 * 1500 / 1448},
		"cost-per-gb": {0.1 * 1.006 * 1500 / 1448, 0.1 * 1.1 / 40 * 1500 / 1448},
	} {
		l, ok := charts[name].Chart.(plot.Lines)
		require.True(t, ok, name)
		assert.Equal(t, "CHF", l.Y.Unit)
		assert.Contains(t, l.Caption, "Prices: CHF 0.1 per GB that the origin sends and 0 per hour of its machine. What peers send costs the publisher nothing.")
		require.Len(t, l.Series, 2)
		for i, s := range l.Series {
			last := s.Points[len(s.Points)-1]
			assert.EqualValues(t, 40, last.X)
			assert.InEpsilon(t, want[i], last.Y, 1e-6, "%s of %s", name, s.Name)
		}
	}
	_, drawn := newView(flashCrowd().result()).costChart()
	assert.False(t, drawn, "without prices")
}

func TestAmount(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 0.0000814: "0.0000814", 0.00931: "0.00931", 0.09: "0.0900", 0.5: "0.500", 1: "1.00", 12.345: "12.35", 1234.5: "1234.50",
		1e-9: "<0.000001", math.NaN(): undefined, math.Inf(1): undefined,
	} {
		assert.Equal(t, want, amount(v))
	}
}
