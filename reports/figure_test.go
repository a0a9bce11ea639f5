package reports

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"versus/sim/measure"
	"versus/sim/scenario"
)

func TestNumber(t *testing.T) {
	for _, c := range []struct {
		in   float64
		want string
	}{
		{0, "0"}, {math.NaN(), "-"}, {math.Inf(1), "-"}, {1, "1.00"}, {1.0449, "1.04"}, {0.99949, "0.999"}, {0.9996, "1.00"},
		{9.994, "9.99"}, {9.996, "10.0"}, {18.94, "18.9"}, {107.36, "107.4"}, {999.9, "999.9"}, {999.96, "1000"}, {12345.6, "12346"},
		{0.0123, "0.012"}, {0.0001234, "<0.001"}, {-0.0001234, "-0.000123"}, {3.2e9, "3.2e+09"}, {-1.5, "-1.50"},
	} {
		assert.Equal(t, c.want, number(c.in), "number(%v)", c.in)
	}
}

func TestWithUnit(t *testing.T) {
	for _, c := range []struct {
		kind quantity
		in   float64
		want string
	}{
		{seconds, 0, "0 s"}, {seconds, 18.94, "18.9 s"}, {seconds, 0.0421, "42.1 ms"}, {seconds, 1, "1.00 s"}, {seconds, 7200, "7200 s"}, {seconds, 36000, "10.0 h"},
		{octets, 0, "0 MiB"}, {octets, 100, "100.0 B"}, {octets, 1 << 20, "1.00 MiB"}, {octets, 1000 << 20, "1000 MiB"}, {octets, 5 << 30, "5.00 GiB"},
		{rate, 48.2e6, "48.2 Mbit/s"}, {rate, 2e10, "20.0 Gbit/s"}, {rate, 56e3, "56.0 kbit/s"}, {plain, 1.5, "1.50"}, {seconds, math.NaN(), "-"},
	} {
		assert.Equal(t, c.want, strings.ReplaceAll(with(c.kind, c.in), nbsp, " "), "with(%d, %v)", c.kind, c.in)
	}
}

func TestMedianOverSeeds(t *testing.T) {
	trials := func(xs ...*float64) []*measure.Trial {
		var out []*measure.Trial
		for _, x := range xs {
			out = append(out, &measure.Trial{MakespanS: x})
		}
		return out
	}
	u := unit{"s", 1}
	slow := makespan()
	fast := makespan()
	fast.lowIsBad = true
	for _, c := range []struct {
		name   string
		metric metric
		trials []*measure.Trial
		want   string
	}{
		{"none", slow, nil, "-"},
		{"one", slow, trials(ptr(3)), "3.00"},
		{"three", slow, trials(ptr(3), ptr(1), ptr(2)), "2.00 [-0.484, 4.48]"},
		{"equal", slow, trials(ptr(2), ptr(2)), "2.00"},
		{"undefined is the slowest", slow, trials(ptr(3), ptr(1), nil), "3.00 (1.00 to -)"},
		{"half undefined", slow, trials(ptr(1), nil), "- (1.00 to -)"},
		{"undefined is the lowest", fast, trials(ptr(3), ptr(1), nil), "1.00 (- to 3.00)"},
		{"all undefined", slow, trials(nil, nil), "-"},
		{"not a number is undefined", slow, trials(nan()), "-"},
	} {
		t.Run(c.name, func(t *testing.T) { assert.Equal(t, c.want, c.metric.write(c.metric.over(c.trials), u, c.trials)) })
	}
}

func TestDemand(t *testing.T) {
	request := func(node, file string) measure.Request {
		return measure.Request{Node: node, File: file, Outcome: measure.Complete}
	}
	result := func(files ...scenario.File) *measure.Result {
		return &measure.Result{
			Scenario: &scenario.Scenario{Workload: scenario.Workload{Files: files}},
			Inputs:   []measure.Input{{Path: "/tmp/real.iso", SizeBytes: 700}},
		}
	}
	for _, c := range []struct {
		name   string
		result *measure.Result
		trial  measure.Trial
		want   demand
		ok     bool
	}{
		{"one file", result(scenario.File{Name: "a", Size: 10}),
			measure.Trial{Requests: []measure.Request{request("n-1", "a"), request("n-2", "a")}}, demand{20, 10, 1}, true},
		{"a file asked for twice is sent once", result(scenario.File{Name: "a", Size: 10}),
			measure.Trial{Requests: []measure.Request{request("n-1", "a"), request("n-1", "a")}}, demand{10, 10, 1}, true},
		{"a counted file", result(scenario.File{Name: "p.html", Size: 10, Count: 3}, scenario.File{Name: "b", Size: 5}),
			measure.Trial{Requests: []measure.Request{request("n-1", "p-2.html"), request("n-1", "b")}}, demand{15, 15, 2}, true},
		{"a file from disk", result(scenario.File{Name: "real.iso", Path: "/tmp/real.iso"}),
			measure.Trial{Requests: []measure.Request{request("n-1", "real.iso")}}, demand{700, 700, 1}, true},
		{"a swept size", result(scenario.File{Name: "a", Size: 10}),
			measure.Trial{TrialKey: measure.TrialKey{Point: map[string]any{"workload.files.0.size": "4KiB"}},
				Requests: []measure.Request{request("n-1", "a")}}, demand{4096, 4096, 1}, true},
		{"an unknown size shows in what was delivered", result(scenario.File{Name: "a", Path: "gone"}),
			measure.Trial{Requests: []measure.Request{request("n-1", "a"), request("n-2", "a")}, Timeline: []measure.Tick{{DeliveredBytes: 30}}}, demand{30, 15, 1}, true},
		{"an unknown size", result(scenario.File{Name: "a", Path: "gone"}),
			measure.Trial{Requests: []measure.Request{request("n-1", "a")}}, demand{}, false},
		{"no scenario", &measure.Result{}, measure.Trial{Requests: []measure.Request{request("n-1", "a")}}, demand{}, false},
		{"no request", result(scenario.File{Name: "a", Size: 10}), measure.Trial{}, demand{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, ok := demandOf(c.result, &c.trial)
			assert.Equal(t, c.ok, ok)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestWrap(t *testing.T) {
	got := wrap("a "+strings.Repeat("x", 200)+" b\x1b[0m 1"+nbsp+"s", "  ", "    ")
	for line := range strings.SplitSeq(got, "\n") {
		assert.LessOrEqual(t, len([]rune(line)), pageWidth)
	}
	assert.True(t, strings.HasPrefix(got, "  a\n    xxx"), got)
	assert.True(t, strings.HasSuffix(got, "x b [0m 1 s\n"), got)
	assert.Equal(t, "\n", wrap("", "", ""))
}
