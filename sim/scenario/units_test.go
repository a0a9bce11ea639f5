package scenario

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

func TestParseBytes(t *testing.T) {
	tests := []struct {
		name, text string
		want       Bytes
		err        string
	}{
		{name: "bytes", text: "1B", want: 1},
		{name: "decimal", text: "16MB", want: 16_000_000},
		{name: "binary", text: "16MiB", want: 16 << 20},
		{name: "fraction that is whole", text: "1.5kB", want: 1500},
		{name: "zero", text: "0B", want: 0},
		{name: "largest", text: "9223372036854775807B", want: 1<<63 - 1},
		{name: "one past the largest", text: "9223372036854775808B", err: `"9223372036854775808B" is above the largest number that fits, 9223372036854775807B`},
		{name: "fraction of a byte", text: "0.5B", err: `"0.5B" is not a whole number of B`},
		{name: "bare number", text: "16", err: `"16" has no unit, want one of B kB KiB MB MiB GB GiB TB TiB, such as 16MiB`},
		{name: "bare zero", text: "0", err: `"0" has no unit, want one of B kB KiB MB MiB GB GiB TB TiB, such as 16MiB`},
		{name: "wrong case", text: "16mib", err: `"16mib" has the unknown unit "mib", want one of B kB KiB MB MiB GB GiB TB TiB; did you mean MiB?`},
		{name: "negative", text: "-1MB", err: `"-1MB" is negative`},
		{name: "space", text: "16 MiB", err: `"16 MiB" has a space, want a number and a unit without one, such as 16MiB`},
		{name: "empty", text: "", err: "empty size, want a number and a unit, such as 16MiB"},
		{name: "unit only", text: "MiB", err: `"MiB" is not a size, want a number and a unit, such as 16MiB`},
		{name: "two points", text: "1.2.3MB", err: `"1.2.3MB" is not a size, want a number and a unit, such as 16MiB`},
		{name: "exponent", text: "1e6B", err: `"1e6B" has the unknown unit "e6B", want one of B kB KiB MB MiB GB GiB TB TiB; did you mean B?`},
		{name: "too long", text: "00000000000000000000000000000000000000001B", err: `"0000000000000000000000000000000000000000"... is longer than 40 characters`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseBytes(tt.text)
			checkParsed(t, tt.want, got, tt.err, err)
		})
	}
}

func TestParseBandwidth(t *testing.T) {
	tests := []struct {
		name, text string
		want       Bandwidth
		err        string
	}{
		{name: "bits", text: "1bit/s", want: 1},
		{name: "mega is decimal", text: "10Mbit/s", want: 10_000_000},
		{name: "fraction that is whole", text: "13.6Mbit/s", want: 13_600_000},
		{name: "tera", text: "1Tbit/s", want: 1e12},
		{name: "another unit's name", text: "10Mbps", err: `"10Mbps" has the unknown unit "Mbps", want one of bit/s kbit/s Mbit/s Gbit/s Tbit/s; did you mean Mbit/s?`},
		{name: "bare number", text: "10", err: `"10" has no unit, want one of bit/s kbit/s Mbit/s Gbit/s Tbit/s, such as 10Mbit/s`},
		{name: "infinite", text: "inf", err: `"inf" is not a bandwidth, want a number and a unit, such as 10Mbit/s`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseBandwidth(tt.text)
			checkParsed(t, tt.want, got, tt.err, err)
		})
	}
}

func TestParseDuration(t *testing.T) {
	tests := []struct {
		name, text string
		want       Duration
		err        string
	}{
		{name: "plain", text: "20ms", want: Duration(20 * time.Millisecond)},
		{name: "compound", text: "1h30m", want: Duration(90 * time.Minute)},
		{name: "bare zero", text: "0", want: 0},
		{name: "bare number", text: "30", err: `"30" has no unit, want one of ns us ms s m h, such as 20ms`},
		{name: "negative", text: "-1s", err: `"-1s" is negative`},
		{name: "negative without unit", text: "-1", err: `"-1" is negative`},
		{name: "unknown unit", text: "3d", err: `"3d" is not a duration, want numbers with units of ns us ms s m h, such as 1h30m or 20ms`},
		{name: "beyond what fits", text: "9999999999h", err: `"9999999999h" is not a duration, want numbers with units of ns us ms s m h, such as 1h30m or 20ms`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseDuration(tt.text)
			checkParsed(t, tt.want, got, tt.err, err)
		})
	}
}

func TestParseFrequency(t *testing.T) {
	tests := []struct {
		name, text string
		want       Frequency
		err        string
	}{
		{name: "per second", text: "2/s", want: 2},
		{name: "per minute", text: "30/min", want: 0.5},
		{name: "per hour", text: "36/h", want: 0.01},
		{name: "bare number", text: "2", err: `"2" has no unit, want one of /s /min /h, such as 2/s`},
		{name: "unknown unit", text: "2/sec", err: `"2/sec" has the unknown unit "/sec", want one of /s /min /h; did you mean /s?`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseFrequency(tt.text)
			checkParsed(t, tt.want, got, tt.err, err)
		})
	}
}

func checkParsed[T any](t *testing.T, want, got T, wantErr string, err error) {
	t.Helper()
	if wantErr != "" {
		require.EqualError(t, err, wantErr)
		return
	}
	require.NoError(t, err)
	assert.Equal(t, want, got)
}

func TestCanonicalText(t *testing.T) {
	tests := []struct {
		name  string
		value interface{ String() string }
		want  string
	}{
		{name: "zero bytes", value: Bytes(0), want: "0B"},
		{name: "binary", value: 16 * MiB, want: "16MiB"},
		{name: "decimal", value: 16 * MB, want: "16MB"},
		{name: "odd", value: Bytes(1001), want: "1001B"},
		{name: "both divide", value: Bytes(1_024_000), want: "1000KiB"},
		{name: "whole rate", value: 50 * Mbps, want: "50Mbit/s"},
		{name: "broken rate", value: Bandwidth(13_600_000), want: "13600kbit/s"},
		{name: "minutes", value: Duration(30 * time.Minute), want: "30m"},
		{name: "hours", value: Duration(2 * time.Hour), want: "2h"},
		{name: "compound", value: Duration(time.Hour + 5*time.Second), want: "1h0m5s"},
		{name: "no time", value: Duration(0), want: "0s"},
		{name: "tens of minutes and no second", value: Duration(time.Hour + 10*time.Minute), want: "1h10m"},
		{name: "per second", value: Frequency(2), want: "2/s"},
		{name: "half", value: Frequency(0.5), want: "30/min"},
		{name: "a third", value: Frequency(1.0 / 3), want: "20/min"},
		{name: "once a minute", value: Frequency(1.0 / 60), want: "1/min"},
		{name: "once an hour", value: Frequency(1.0 / 3600), want: "1/h"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, tt.value.String()) })
	}
}

// FuzzUnits checks that canonical text reads back to the same value.
func FuzzUnits(f *testing.F) {
	f.Add(int64(0), 0.5)
	f.Add(int64(1<<63-1), 1.0/60)
	f.Add(int64(16<<20), 1e-300)
	f.Add(int64(3_600_000_000_000), 1e18)
	f.Fuzz(func(t *testing.T, n int64, rate float64) {
		if n < 0 {
			return
		}
		b, err := ParseBytes(Bytes(n).String())
		require.NoError(t, err)
		require.Equal(t, Bytes(n), b)
		w, err := ParseBandwidth(Bandwidth(n).String())
		require.NoError(t, err)
		require.Equal(t, Bandwidth(n), w)
		d, err := ParseDuration(Duration(n).String())
		require.NoError(t, err)
		require.Equal(t, Duration(n), d)
		if rate >= 1e-9 && rate <= 1e9 {
			q, err := ParseFrequency(Frequency(rate).String())
			require.NoError(t, err)
			require.Equal(t, Frequency(rate), q)
		}
	})
}

func TestQuantitiesInYAMLAndJSON(t *testing.T) {
	type quantities struct {
		Size  Bytes     `yaml:"size" json:"size"`
		Rate  Bandwidth `yaml:"rate" json:"rate"`
		For   Duration  `yaml:"for,omitempty" json:"for,omitempty"`
		Often Frequency `yaml:"often,omitempty" json:"often,omitempty"`
	}
	tests := []struct {
		name       string
		value      quantities
		yaml, json string
	}{
		{
			name:  "all",
			value: quantities{Size: 16 * MiB, Rate: 10 * Mbps, For: Duration(time.Minute), Often: 2},
			yaml:  "size: 16MiB\nrate: 10Mbit/s\nfor: 1m\noften: 2/s\n",
			json:  `{"size":"16MiB","rate":"10Mbit/s","for":"1m","often":"2/s"}`,
		},
		{
			name: "zeros are left out where they may be",
			yaml: "size: 0B\nrate: 0bit/s\n",
			json: `{"size":"0B","rate":"0bit/s"}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			y, err := yaml.Marshal(tt.value)
			require.NoError(t, err)
			assert.Equal(t, tt.yaml, string(y))
			j, err := json.Marshal(tt.value)
			require.NoError(t, err)
			assert.Equal(t, tt.json, string(j))
			var fromYAML, fromJSON quantities
			require.NoError(t, yaml.Unmarshal(y, &fromYAML))
			require.NoError(t, json.Unmarshal(j, &fromJSON))
			assert.Equal(t, tt.value, fromYAML)
			assert.Equal(t, tt.value, fromJSON)
		})
	}
	assert.Error(t, json.Unmarshal([]byte(`{"size": 16}`), &quantities{}))
}

func TestNearest(t *testing.T) {
	tests := []struct {
		name, word string
		candidates []string
		want       string
	}{
		{name: "one letter off", word: "flash-croud", candidates: []string{"classroom", "flash-crowd"}, want: "flash-crowd"},
		{name: "swapped letters", word: "titel", candidates: []string{"time_limit", "title"}, want: "title"},
		{name: "case", word: "MIB", candidates: []string{"MB", "MiB"}, want: "MiB"},
		{name: "only the start", word: "flash", candidates: []string{"classroom", "flash-crowd"}, want: "flash-crowd"},
		{name: "nothing near", word: "bittorrent", candidates: []string{"client-server", "p2p"}, want: ""},
		{name: "short and different", word: "xy", candidates: []string{"ab"}, want: ""},
		{name: "empty", word: "", candidates: []string{"a", "ab"}, want: ""},
		{name: "no candidates", word: "a", want: ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Equal(t, tt.want, Nearest(tt.word, tt.candidates)) })
	}
}
