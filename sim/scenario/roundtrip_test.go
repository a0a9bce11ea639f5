package scenario

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// full sets every key that a scenario has.
const full = `name: full
title: "Everything: set"
description: |
  Two lines,
  with 'quotes' and a # sign.
seed: 42
repeat: 3
time_limit: 1h30m
workload:
  files:
    - {name: page.bin, size: 64KiB, count: 200}
    - {path: ./real.iso}
  piece_size: 16KiB
  requests: {pattern: poisson, rate: 20/min, for: 5m}
  popularity: {pattern: zipf, exponent: 0.9}
network:
  tcp: reno
  regions: ibm-cloud-2024-08
  shared:
    campus: {uplink: 100Mbit/s, downlink: 1Gbit/s, delay: 2ms, queue: drop-tail, queue_limit: 1MB}
    block: {uplink: 10Mbit/s, downlink: 50Mbit/s}
  origin: {uplink: 1.5Mbit/s, downlink: 50Mbit/s, delay: 10ms, jitter: 1500us, loss: 0, region: us-east, behind: block}
  peers:
    - {name: home, count: 6, uplink: 1001bit/s, downlink: 10Mbit/s, inbound: false, region: eu-de, loss: 0.02, queue: drop-tail, queue_limit: 125kB}
    - name: office
      count: 3
      unreachable: 0.5
      uplink: 5Mbit/s
      downlink: 20Mbit/s
      delay: 5ms
      burst_loss: {good_to_bad: 0.001, bad_to_good: 0.1, loss_bad: 0.5}
      behind: campus
      region: br-sao
architectures:
  p2p: {upload_slots: 8, seed_ratio: 3, endgame: false}
  client-server: {}
faults: []
sweep:
  piece_size: [16KiB, 32KiB]
  peers: [9, 18.0]
  p2p.picker: [rarest-first, random]
expect: ["p2p.success_rate >= 1", "client-server.completion_s.p95 < p2p.slowdown.max"]
`

func TestRoundTrips(t *testing.T) {
	poisson := Overrides{Varies: []string{"peers=9,18"}}
	tests := []struct {
		name, data string
		ov         Overrides
	}{
		{name: "full", data: full, ov: poisson},
		{name: "base", data: base},
		{name: "template", data: string(New("mine"))},
		{name: "trace", data: base, ov: Overrides{Sets: []string{"workload.requests={pattern: trace, path: t.csv}"}}},
		{name: "zipf of nothing", data: base, ov: Overrides{Sets: []string{"workload.popularity={pattern: zipf, exponent: 0}"}}},
		{name: "odd text", data: base, ov: Overrides{Sets: []string{"description= -  "}, Varies: []string{"title=1e3,0x10,~,true,a: b"}}},
		{name: "one architecture", data: base, ov: Overrides{Archs: []string{"p2p"}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want, err := Load("testdata/x.yaml", []byte(tt.data), tt.ov, testKinds())
			require.NoError(t, err)

			y, err := want.YAML()
			require.NoError(t, err)
			fromYAML, err := Load("elsewhere/scenario.yaml", y, Overrides{}, testKinds())
			require.NoError(t, err, "%s", y)
			assert.Equal(t, want, fromYAML)

			j, err := json.MarshalIndent(want, "", "  ")
			require.NoError(t, err)
			var fromJSON Scenario
			require.NoError(t, json.Unmarshal(j, &fromJSON))
			assert.Equal(t, *want, fromJSON)
			require.NoError(t, fromJSON.Validate(testKinds()))

			sum, err := want.SHA256()
			require.NoError(t, err)
			again, err := fromJSON.SHA256()
			require.NoError(t, err)
			assert.Equal(t, sum, again)
			assert.Len(t, sum, 64)
		})
	}
}

// TestCanonical pins the canonical form: stored hashes depend on it.
func TestCanonical(t *testing.T) {
	s, err := Load("/lab/full.yaml", []byte(full), Overrides{Varies: []string{"peers=9,18"}}, testKinds())
	require.NoError(t, err)
	got, err := s.Canonical()
	require.NoError(t, err)
	assert.Equal(t, `{"name":"full","title":"Everything: set","description":"Two lines,\nwith 'quotes' and a # sign.\n",`+
		`"seed":42,"repeat":3,"time_limit":"1h30m","workload":{"files":[{"name":"page.bin","size":"64KiB","count":200},`+
		`{"name":"real.iso","count":1,"path":"/lab/real.iso"}],"piece_size":"16KiB",`+
		`"requests":{"pattern":"poisson","rate":"20/min","for":"5m"},"popularity":{"pattern":"zipf","exponent":0.9}},`+
		`"network":{"tcp":"reno","regions":"ibm-cloud-2024-08",`+
		`"shared":{"campus":{"uplink":"100Mbit/s","downlink":"1Gbit/s","delay":"2ms","queue":"drop-tail","queue_limit":"1MB"},`+
		`"block":{"uplink":"10Mbit/s","downlink":"50Mbit/s","delay":"0s","queue":"fair"}},`+
		`"origin":{"uplink":"1500kbit/s","downlink":"50Mbit/s","delay":"10ms","jitter":"1.5ms","loss":0,"queue":"fair","behind":"block","region":"us-east"},`+
		`"peers":[{"name":"home","count":6,"unreachable":1,"uplink":"1001bit/s","downlink":"10Mbit/s","delay":"0s","jitter":"0s","loss":0.02,`+
		`"queue":"drop-tail","queue_limit":"125kB","region":"eu-de"},`+
		`{"name":"office","count":3,"unreachable":0.5,"uplink":"5Mbit/s","downlink":"20Mbit/s","delay":"5ms","jitter":"0s","loss":0,`+
		`"burst_loss":{"good_to_bad":0.001,"bad_to_good":0.1,"loss_good":0,"loss_bad":0.5},"queue":"fair","behind":"campus","region":"br-sao"}]},`+
		`"architectures":{"p2p":{"endgame":false,"picker":"rarest-first","seed_ratio":3.0,"upload_slots":8},"client-server":{"security":"none"}},`+
		`"faults":[],"sweep":{"piece_size":["16KiB","32KiB"],"peers":[9,18],"p2p.picker":["rarest-first","random"]},`+
		`"expect":["p2p.success_rate >= 1","client-server.completion_s.p95 < p2p.slowdown.max"]}`, string(got))
}

func TestPathsAreAbsolute(t *testing.T) {
	here, err := os.Getwd()
	require.NoError(t, err)
	data := strings.Replace(base, "workload:\n", "workload:\n  requests: {pattern: trace, path: data/t.csv}\n", 1)
	tests := []struct {
		name, file, set, want string
	}{
		{name: "beside an absolute file", file: "/lab/x.yaml", want: "/lab/data/t.csv"},
		{name: "beside a relative file", file: "sub/x.yaml", want: filepath.Join(here, "sub/data/t.csv")},
		{name: "beside an embedded file", file: "x.yaml", want: filepath.Join(here, "data/t.csv")},
		{name: "from a flag", file: "/lab/x.yaml", set: "workload.requests.path=t.csv", want: filepath.Join(here, "t.csv")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ov := Overrides{}
			if tt.set != "" {
				ov.Sets = []string{tt.set}
			}
			s, err := Load(tt.file, []byte(data), ov, testKinds())
			require.NoError(t, err)
			assert.Equal(t, tt.want, s.Workload.Requests.Path)
		})
	}
}

func TestUnmarshalRefuses(t *testing.T) {
	tests := []struct{ name, data string }{
		{name: "options in a list", data: `{"architectures": []}`},
		{name: "an option that is a list", data: `{"architectures": {"p2p": {"picker": []}}}`},
		{name: "a huge option", data: `{"architectures": {"p2p": {"slots": 99999999999999999999}}}`},
		{name: "a sweep of no list", data: `{"sweep": {"peers": 3}}`},
		{name: "a cut object", data: `{"sweep": {"peers"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { assert.Error(t, json.Unmarshal([]byte(tt.data), &Scenario{})) })
	}
	var s Scenario
	require.NoError(t, json.Unmarshal([]byte(`{"architectures": null, "sweep": null}`), &s))
}
