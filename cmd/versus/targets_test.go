package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"versus/sim/measure"
)

// equalLinks is the swarm of the efficiency target: what a peer can upload is
// what the origin can.
const equalLinks = `
name: equal-links
title: Sixteen peers with the origin's uplink
description: The efficiency target of the mesh.
workload:
  files: [{name: file.bin, size: 32MiB}]
  piece_size: 256KiB
network:
  origin: {uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 5ms}
  peers: [{name: peer, count: 16, uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 5ms}]
`

// crowdOf is a crowd for the targets of wall time and memory.
const crowdOf = `
name: crowd
title: A crowd and 4 MiB
description: The wall time and memory targets.
workload:
  files: [{name: file.bin, size: 4MiB}]
network:
  origin: {uplink: 100Mbit/s, downlink: 100Mbit/s, delay: 10ms}
  peers: [{name: home, count: 100, uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 20ms}]
`

// BenchmarkTargets measures what docs/benchmarks.md records, whole runs with
// their worker processes. Besides ns/op it reports the makespan over the bound
// and the worker's peak memory; with several seeds the spread of the makespan.
func BenchmarkTargets(b *testing.B) {
	for _, bench := range []struct {
		name, scenario string
		args           []string
	}{
		{"flash-crowd", "flash-crowd", nil},
		{"equal-links", equalLinks, []string{"--arch", "p2p"}},
		{"mixed-links", "mixed-links", []string{"--arch", "p2p"}},
		{"client-server-20", crowdOf, []string{"--arch", "client-server", "--set", "peers=20"}},
		{"client-server-100", crowdOf, []string{"--arch", "client-server"}},
		{"client-server-300", crowdOf, []string{"--arch", "client-server", "--set", "peers=300"}},
		{"client-server-1000", crowdOf, []string{"--arch", "client-server", "--set", "peers=1000"}},
		{"p2p-100", crowdOf, []string{"--arch", "p2p"}},
		{"p2p-300", crowdOf, []string{"--arch", "p2p", "--set", "peers=300"}},
		{"p2p-1000", crowdOf, []string{"--arch", "p2p", "--set", "peers=1000"}},
		{"p2p-2000", crowdOf, []string{"--arch", "p2p", "--set", "peers=2000"}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			for b.Loop() {
				reportMetrics(b, measureRun(b, bench.scenario, bench.args...))
			}
		})
	}
}

// BenchmarkSameSeed runs one seed twenty times and reports how far the
// makespans lie apart: (largest - smallest) / smallest, in percent.
func BenchmarkSameSeed(b *testing.B) {
	for _, arch := range []string{"client-server", "p2p"} {
		b.Run(arch, func(b *testing.B) {
			for b.Loop() {
				least, most := 1e99, 0.0
				for range 20 {
					res := measureRun(b, equalLinks, "--arch", arch)
					least, most = min(least, *res.Trials[0].MakespanS), max(most, *res.Trials[0].MakespanS)
				}
				b.ReportMetric(100*(most-least)/least, "%spread")
			}
		})
	}
}

// measureRun runs a scenario, a name or YAML, and returns its result.
func measureRun(b *testing.B, scenario string, args ...string) *measure.Result {
	b.Helper()
	out := filepath.Join(b.TempDir(), "out")
	require.NoError(b, os.RemoveAll(out))
	c := cli{}
	if scenario[0] == '\n' {
		c.stdin, scenario = scenario, "-"
	}
	got := c.run(append([]string{"run", scenario, "-q", "--out", out}, args...)...)
	require.Zero(b, got.code, got.stderr)
	res, err := measure.Read(out)
	require.NoError(b, err)
	return res
}

// reportMetrics reports the figures of every architecture of a run.
func reportMetrics(b *testing.B, res *measure.Result) {
	for _, t := range res.Trials {
		unit := func(name string) string { return t.Architecture + ":" + name }
		b.ReportMetric(*t.MakespanS / *t.Bounds.FluidS, unit("makespan/bound"))
		b.ReportMetric(*t.Summary.OverheadRatio, unit("overhead"))
		b.ReportMetric(float64(t.PeakRSSBytes)/(1<<20), unit("MiB"))
		b.ReportMetric(t.WallS, unit("s"))
		delivered := float64(t.Timeline[len(t.Timeline)-1].DeliveredBytes)
		b.ReportMetric(100*float64(t.Summary.WastedBytes)/delivered, unit("%wasted"))
	}
}
