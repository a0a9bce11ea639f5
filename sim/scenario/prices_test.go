package scenario

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPrices(t *testing.T) {
	cloud, ok := pricePreset("cloud")
	require.True(t, ok)
	cheaper := cloud
	cheaper.EgressPerGB, cheaper.AsOf, cheaper.Source = 0.05, "", "the preset cloud with changes"
	sourced := cheaper
	sourced.Source, sourced.AsOf = "an offer", "2026-10-31"
	tests := []struct {
		name   string
		prices string // in the file, below the key; empty for no key
		sets   []string
		want   *Prices
	}{
		{name: "none"},
		{name: "an empty key", prices: "\n"},
		{name: "preset", prices: " cloud\n", want: &cloud},
		{name: "preset by flag", sets: []string{"prices=cloud"}, want: &cloud},
		{name: "preset in a mapping", prices: " {preset: cloud}\n", want: &cloud},
		{name: "one's own", prices: " {egress_per_gb: 0.09, server_per_hour: 0.10, currency: EUR}\n",
			want: &Prices{Currency: "EUR", EgressPerGB: 0.09, ServerPerHour: 0.1}},
		{name: "one's own by flag", sets: []string{"prices={egress_per_gb: 0, server_per_hour: 1}"},
			want: &Prices{Currency: "USD", ServerPerHour: 1}},
		{name: "a changed preset", prices: " {preset: cloud, egress_per_gb: 0.05}\n", want: &cheaper},
		{name: "a preset changed by flag", prices: " cloud\n", sets: []string{"prices.egress_per_gb=0.05"}, want: &cheaper},
		{name: "changed with a source", prices: " {preset: cloud, egress_per_gb: 0.05, as_of: 2026-10-31, source: an offer}\n", want: &sourced},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := base
			if tt.prices != "" {
				data += "prices:" + tt.prices
			}
			s, err := Load("x.yaml", []byte(data), Overrides{Sets: tt.sets}, testKinds())
			require.NoError(t, err)
			assert.Equal(t, tt.want, s.Prices)

			written, err := s.YAML()
			require.NoError(t, err)
			again, err := Load("x.yaml", written, Overrides{}, testKinds())
			require.NoError(t, err, "%s", written)
			assert.Equal(t, s, again)
		})
	}
}

func TestBadPrices(t *testing.T) {
	tests := []struct{ name, prices, want string }{
		{name: "unknown preset", prices: "clouds",
			want: `prices: unknown price list "clouds", want one of dedicated, vps, cloud; did you mean cloud?`},
		{name: "unknown preset in a mapping", prices: "{preset: vpn}", want: `prices.preset: unknown price list "vpn", want one of dedicated, vps, cloud; did you mean vps?`},
		{name: "a number", prices: "0.09", want: "prices: 0.09 is not text; put it in quotes if it is meant to be"},
		{name: "nothing", prices: `""`, want: "prices: empty, want the name of a price list or one's own, such as {egress_per_gb: 0.09, server_per_hour: 0.10, currency: USD}"},
		{name: "half a list", prices: "{egress_per_gb: 0.09}", want: "prices.server_per_hour: missing, want an amount of USD; 0 if it is free of charge"},
		{name: "a wrong key", prices: "{egress: 0.09}", want: `prices.egress: unknown key "egress"`},
		{name: "an amount with a sign", prices: "{egress_per_gb: $0.09, server_per_hour: 0}", want: `prices.egress_per_gb: "$0.09" is not a number`},
		{name: "negative", prices: "{egress_per_gb: -1, server_per_hour: 0}", want: "prices.egress_per_gb: -1 is below 0"},
		{name: "past the limit", prices: "{egress_per_gb: 0, server_per_hour: 100001}", want: "prices.server_per_hour: 100001 is above 100000"},
		{name: "currency", prices: "{egress_per_gb: 0, server_per_hour: 1, currency: euro}", want: `prices.currency: "euro", want three capital letters such as USD`},
		{name: "date", prices: "{preset: cloud, as_of: 2026-13}", want: `prices.as_of: "2026-13", want a month or a day such as 2026-06 or 2026-06-30`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load("x.yaml", []byte(base+"prices: "+tt.prices+"\n"), Overrides{}, testKinds())
			require.ErrorContains(t, err, "x.yaml:11: "+tt.want)
		})
	}
	_, err := Load("x.yaml", []byte(base), Overrides{Varies: []string{"prices=vps,clod"}}, testKinds())
	assert.ErrorContains(t, err, `unknown price list "clod"`)
}

// A preset is a price list with a date and a source that passes its own checks.
func TestPricePresets(t *testing.T) {
	for _, p := range PricePresets() {
		s, err := Load("x.yaml", []byte(base+"prices: "+p.Preset+"\n"), Overrides{}, testKinds())
		require.NoError(t, err)
		assert.Equal(t, p, *s.Prices)
		assert.NotEmpty(t, p.AsOf)
		assert.NotEmpty(t, p.Source)
	}
}

// What is swept is priced at each point by its own list.
func TestPricesSwept(t *testing.T) {
	s, err := Load("x.yaml", []byte(base), Overrides{Sets: []string{"peers=10", "piece_size=64KiB"}, Varies: []string{"prices=dedicated,cloud"}}, testKinds())
	require.NoError(t, err)
	points, err := s.Points(testKinds())
	require.NoError(t, err)
	require.Len(t, points, 2)
	assert.Equal(t, "EUR", points[0].Scenario.Prices.Currency)
	assert.Equal(t, "cloud", points[1].Scenario.Prices.Preset)
}
