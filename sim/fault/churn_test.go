package fault_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/fault"
)

func TestChurn(t *testing.T) {
	tests := []struct {
		name   string
		fault  string
		trace  string
		want   []string
		warned []string
	}{
		{name: "sessions and downtimes", fault: "{churn: {nodes: home-1, session: 3m, downtime: 1m}}",
			want: []string{"3m0s kill home-1 (faults.0)", "4m0s restart home-1 (faults.0)", "7m0s kill home-1 (faults.0)", "8m0s restart home-1 (faults.0)"}},
		{name: "in a window, at the end of which all are back", fault: "{churn: {nodes: home-1, session: 1m, downtime: 1m, by: leave}, from: 2m, until: 5m30s}",
			want: []string{"3m0s leave home-1 (faults.0)", "4m0s restart home-1 (faults.0)", "5m0s leave home-1 (faults.0)", "5m30s restart home-1 (faults.0)"}},
		{name: "warmed up into a downtime", fault: "{churn: {nodes: home-1, session: 3m, downtime: 1m, warmup: 3m30s, by: poweroff}, until: 4m}",
			want: []string{"0s poweroff home-1 (faults.0)", "30s restart home-1 (faults.0)", "3m30s poweroff home-1 (faults.0)", "4m0s restart home-1 (faults.0)"}},
		{name: "warmed up into a session", fault: "{churn: {nodes: home-1, session: 3m, downtime: 1m, warmup: 4m}, until: 4m}",
			want: []string{"3m0s kill home-1 (faults.0)", "4m0s restart home-1 (faults.0)"}},
		{name: "away for good", fault: "{churn: {nodes: home-1, session: 3m, downtime: forever}}", want: []string{"3m0s kill home-1 (faults.0)"}},
		{name: "nobody goes", fault: "{churn: {nodes: home, session: forever, downtime: 1m}}",
			warned: []string{"faults.0: nobody went or came within the trial"}},
		{name: "a trace of changes, by name", fault: "{churn: {trace: t.csv}}",
			trace: "node,t_s,state\nhome-2,0,down\nhome-1,1.5,down\nhome-2,3,up\n# a comment\nhome-1, 4,up\nhome-2,5,down\n",
			want: []string{
				"0s kill home-2 (faults.0)", "1.5s kill home-1 (faults.0)", "3s restart home-2 (faults.0)", "4s restart home-1 (faults.0)", "5s kill home-2 (faults.0)",
			}},
		{name: "a trace of sessions, by place", fault: "{churn: {trace: t.csv, nodes: [office-2, home-1], by: leave}}",
			trace: "node,start_s,end_s\nalice,0,10\nbob,5,20\nalice,10,15\nbob,30,\nalice,40,50\n",
			want: []string{ // alice is home-1
				"0s leave office-2 (faults.0)", "5s restart office-2 (faults.0)", "15s leave home-1 (faults.0)", "20s leave office-2 (faults.0)",
				"30s restart office-2 (faults.0)", "40s restart home-1 (faults.0)", "50s leave home-1 (faults.0)",
			}},
		{name: "more names than nodes", fault: "{churn: {trace: t.csv, nodes: home-1}}", trace: "node,t_s,state\na,1,down\nb,2,down\n",
			want: []string{"1s kill home-1 (faults.0)"}, warned: []string{"faults.0: the trace has 2 nodes and 1 are selected"}},
		{name: "up from the start", fault: "{churn: {trace: t.csv}}", trace: "node,t_s,state\nhome-1,0,up\nhome-1,9,down\n",
			want: []string{"9s kill home-1 (faults.0)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := trial{seed: 1, inputs: map[string]string{"t.csv": tt.trace}}.run(t, load(t, tt.fault))
			require.NoError(t, out.err)
			assert.Equal(t, tt.want, out.log)
			assert.Equal(t, tt.warned, out.warnings)
		})
	}
}

// TestChurnIsWhatItsDistributionsSay measures how long nodes stay and are away.
func TestChurnIsWhatItsDistributionsSay(t *testing.T) {
	s := load(t, "{churn: {nodes: home, session: {exponential: {mean: 9s}}, downtime: {weibull: {scale: 2s, shape: 2}}, warmup: 1h}}")
	s.Network.Peers[0].Count = 400
	out := trial{seed: 1}.run(t, s)
	require.NoError(t, out.err)
	last, up := map[string]time.Duration{}, map[string]bool{}
	var stayed, away time.Duration
	stays, aways := 0, 0
	for _, line := range out.log {
		fields := strings.Fields(line)
		at, err := time.ParseDuration(fields[0])
		require.NoError(t, err)
		node := fields[2]
		since, seen := last[node]
		if seen && fields[1] == fault.Kill {
			stayed, stays = stayed+at-since, stays+1
		} else if seen {
			away, aways = away+at-since, aways+1
		}
		require.Equal(t, seen && !up[node], fields[1] == fault.Restart && seen, line)
		last[node], up[node] = at, fields[1] == fault.Restart
	}
	require.Greater(t, stays, 10_000)
	assert.InEpsilon(t, 9, (stayed / time.Duration(stays)).Seconds(), 0.03)
	assert.InEpsilon(t, 1.7725, (away / time.Duration(aways)).Seconds(), 0.03) // 2 s x gamma(1.5)
	down := 0
	for _, line := range out.log {
		if strings.HasPrefix(line, "0s kill") {
			down++
		}
	}
	assert.InDelta(t, 400*1.7725/(9+1.7725), down, 30, "warmed up, as many are away from the start as in the long run")
}

func TestTraceErrors(t *testing.T) {
	tests := []struct{ name, trace, want string }{
		{name: "empty", trace: "", want: `/lab/t.csv:1: the header is [], want node,t_s,state or node,start_s,end_s`},
		{name: "header", trace: "node,time,state\n", want: `/lab/t.csv:1: the header is ["node" "time" "state"], want node,t_s,state or node,start_s,end_s`},
		{name: "fields", trace: "node,t_s,state\nhome-1,1\n", want: "/lab/t.csv: record on line 2: wrong number of fields"},
		{name: "unknown node", trace: "node,t_s,state\nhome-1,1,down\nhome-9,1,down\n", want: `/lab/t.csv:3: there is no node "home-9"; with nodes under churn, any names do`},
		{name: "no node", trace: "node,t_s,state\n,1,down\n", want: "/lab/t.csv:2: no node"},
		{name: "no number", trace: "node,t_s,state\nhome-1,1s,down\n", want: `/lab/t.csv:2: t_s: "1s" is not a number of seconds`},
		{name: "negative", trace: "node,t_s,state\nhome-1,-1,down\n", want: "/lab/t.csv:2: t_s: -1 is not within 0 to 315360000"},
		{name: "not a number", trace: "node,t_s,state\nhome-1,nan,down\n", want: `/lab/t.csv:2: t_s: "nan" is not a number of seconds`},
		{name: "state", trace: "node,t_s,state\nhome-1,1,off\n", want: `/lab/t.csv:2: state: "off", want up or down`},
		{name: "twice", trace: "node,t_s,state\nhome-1,1,down\nhome-1,2,down\n", want: "/lab/t.csv:3: home-1 is down already"},
		{name: "up twice", trace: "node,t_s,state\nhome-1,1,up\nhome-1,2,up\n", want: "/lab/t.csv:3: home-1 is up already"},
		{name: "backwards", trace: "node,t_s,state\nhome-1,2,down\nhome-1,1,up\n", want: "/lab/t.csv:3: home-1 at 1 s comes after a later row of the same node"},
		{name: "a session of nothing", trace: "node,start_s,end_s\nhome-1,2,2\n", want: "/lab/t.csv:2: end_s: 2 is not above start_s, 2"},
		{name: "sessions that overlap", trace: "node,start_s,end_s\nhome-1,2,9\nhome-1,8,12\n", want: "/lab/t.csv:3: home-1 starts a session at 8 s, before the row above of the same node ends"},
		{name: "a session after the last", trace: "node,start_s,end_s\nhome-1,0,\nhome-1,8,12\n", want: "/lab/t.csv:3: home-1 starts a session at 8 s, before the row above of the same node ends"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, "{churn: {trace: t.csv}}")
			_, err := fault.New(fault.Config{Scenario: s, Nodes: s.Nodes(), Inputs: map[string][]byte{"/lab/t.csv": []byte(tt.trace)}})
			assert.EqualError(t, err, tt.want)
		})
	}
	t.Run("not read", func(t *testing.T) {
		s := load(t, "{churn: {trace: t.csv}}")
		_, err := fault.New(fault.Config{Scenario: s, Nodes: s.Nodes()})
		assert.EqualError(t, err, "/lab/t.csv was not read")
	})
	t.Run("a warm-up without end", func(t *testing.T) {
		s := load(t, "{churn: {session: 1ms, downtime: 1ms, warmup: 87600h}}")
		_, err := fault.New(fault.Config{Scenario: s, Nodes: s.Nodes()})
		assert.EqualError(t, err, "faults.0.churn.warmup: 87600h takes more than 10000000 sessions")
	})
}

// FuzzTrace checks that no trace makes the engine panic, and that what it
// accepts alternates.
func FuzzTrace(f *testing.F) {
	f.Add("node,t_s,state\nhome-1,1,down\nhome-1,2,up\n")
	f.Add("node,start_s,end_s\nhome-1,0,10\nhome-1,10,\n")
	f.Add("node,t_s,state\n\"home-1\",1e3,down\n")
	f.Fuzz(func(t *testing.T, data string) {
		s := load(t, "{churn: {trace: t.csv, nodes: peers}}")
		if len(data) > 10_000 {
			return
		}
		e, err := fault.New(fault.Config{Scenario: s, Nodes: s.Nodes(), Inputs: map[string][]byte{"/lab/t.csv": []byte(data)}})
		if err != nil {
			require.Contains(t, err.Error(), "/lab/t.csv")
			return
		}
		require.NotNil(t, e)
		out := trial{inputs: map[string]string{"t.csv": data}}.run(t, s)
		require.NoError(t, out.err)
		require.Empty(t, out.ineffective, fmt.Sprint(out.log))
	})
}
