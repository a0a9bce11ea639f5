package fault_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/fault"
)

// TestScripts runs scripts and compares every order that had an effect.
func TestScripts(t *testing.T) {
	tests := []struct {
		name   string
		faults []string // after the script
		script string
		setup  func(*world)
		want   []string
		goesOn bool // with orders to nodes that are drawn
		prints []string
	}{
		{name: "on_start, with an end",
			script: "def on_start():\n  kill('home-1', duration = 5)\n  pause(['home-2', 'home-3'], '2s')\n",
			want: []string{
				"0s kill home-1 (x.star:2)", "0s pause home-2 (x.star:3)", "0s pause home-3 (x.star:3)",
				"2s resume home-2 (x.star:3)", "2s resume home-3 (x.star:3)", "5s restart home-1 (x.star:2)",
			}},
		{name: "every action",
			script: `
def on_start():
    poweroff("home-1")
    leave("home-2")
    wipe("home-3")
    free_ride("home-4")
    degrade("home-4", uplink = "1Mbit/s", downlink = 2e6, delay = 0.05, jitter = "1ms", loss = 0.1)
    slow("home-4", 2)
    corrupt("home-4", share = 0.5)
    disconnect("home-4", "origin")
    partition("home-4", "origin", one_way = True)
    partition(["home-5", "home-6"], "office-1")
    after(1, undo)

def undo():
    restart("peers")
    share("home-4")
    restore("home")
    cure("all")
    heal("home-4", "origin", one_way = True)
    heal()
`,
			want: []string{
				"0s poweroff home-1 (x.star:3)", "0s leave home-2 (x.star:4)", "0s kill home-3 (x.star:5)", "0s wipe home-3 (x.star:5)",
				"0s free-ride home-4 (x.star:6)", "0s degrade home-4 to uplink 1Mbit/s, downlink 2Mbit/s, delay 50ms, jitter 1ms, loss 0.1 (x.star:7)",
				"0s slow home-4 to uplink 1Mbit/s, downlink 2Mbit/s, delay 50ms, jitter 1ms, loss 0.1, rates / 2 (x.star:8)",
				"0s corrupt home-4 at 0.5 (x.star:9)", "0s disconnect home-4|origin (x.star:10)", "0s partition home-4>origin (x.star:11)",
				"0s partition home-5,home-6|office-1 (x.star:12)", "0s restart home-3 (x.star:5)",
				"1s restart home-1 (x.star:16)", "1s restart home-2 (x.star:16)", "1s share home-4 (x.star:17)", "1s restore home-4 to  (x.star:18)",
				"1s cure home-4 (x.star:19)", "1s heal home-4>origin (x.star:20)", "1s heal home-5,home-6|office-1 (x.star:21)",
			}},
		{name: "on_tick reads the run",
			script: `
def on_tick():
    p = progress()
    if p.share >= 0.5 and "done" not in state:
        state["done"] = now()
        best = sorted(nodes("home"), key = lambda n: -n.pieces)[0]
        print(best.name, best.group, best.up, best.complete, best.uplink_bps, best.delay_s, p.online, p.completed, p.requested)
        kill(best)
    if node("home-2").up == False and now() > state["done"] + 2:
        restart("home-2")
`,
			setup: func(w *world) {
				w.pieces = func(node string, at time.Duration) int {
					if node == "home-2" {
						return int(at / time.Second * 2)
					}
					return int(at / time.Second)
				}
			},
			want:   []string{"46s kill home-2 (x.star:8)", "49s restart home-2 (x.star:10)"},
			prints: []string{"x.star:7: home-2 home True False 10000000 0.01 11 0 10"}},
		{name: "on_complete, once for each node",
			script: "def on_complete(node):\n  leave(node)\n",
			setup: func(w *world) {
				w.pieces = func(node string, at time.Duration) int {
					return map[string]int{"home-3": 100, "office-1": 1}[node] * int(at/time.Second)
				}
			},
			want: []string{"1s leave home-3 (x.star:2)", "1m40s leave office-1 (x.star:2)"}},
		{name: "on_fault, but for what a script does",
			faults: []string{"{at: 3s, kill: home-1, for: 2s}", "{at: 4s, partition: [home-2, origin]}"},
			script: `
def on_fault(fault):
    print(fault.time, fault.action, fault.target, fault.cause)
    if fault.action == "kill":
        kill("office-1")
`,
			want: []string{"3s kill home-1 (faults.1)", "3s kill office-1 (x.star:5)", "4s partition home-2|origin (faults.2)", "5s restart home-1 (faults.1)"},
			prints: []string{
				"x.star:3: 3.0 kill home-1 faults.1", "x.star:3: 4.0 partition home-2|origin faults.2", "x.star:3: 5.0 restart home-1 faults.1",
			}},
		{name: "an action says how many it had an effect on",
			script: "def on_start():\n  print(kill('home'), kill('home'), kill('2 of peers'), restart('3 of home'), heal())\n",
			want: []string{
				"0s kill home-1 (x.star:2)", "0s kill home-2 (x.star:2)", "0s kill home-3 (x.star:2)", "0s kill home-4 (x.star:2)", "0s kill home-5 (x.star:2)", "0s kill home-6 (x.star:2)",
			},
			goesOn: true, prints: []string{"x.star:2: 6 0 2 3 0"}},
		{name: "a set of nodes, a range and math",
			script: "def on_start():\n  for i in range(1, 3): kill('home-%d' % math.ceil(i * 1.5))\n  kill(set(['office-1']))\n",
			want:   []string{"0s kill home-2 (x.star:2)", "0s kill home-3 (x.star:2)", "0s kill office-1 (x.star:3)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var prints []string
			s := load(t, append([]string{"{script: x.star}"}, tt.faults...)...)
			out := trial{seed: 1, setup: tt.setup, inputs: map[string]string{"x.star": tt.script},
				print: func(line string) { prints = append(prints, line) }}.run(t, s)
			require.NoError(t, out.err)
			if tt.goesOn {
				require.Greater(t, len(out.log), len(tt.want))
				out.log = out.log[:len(tt.want)]
			}
			assert.Equal(t, tt.want, out.log)
			assert.Equal(t, tt.prints, prints)
			assert.Empty(t, out.warnings)
		})
	}
}

// TestScriptsDrawFromTheSeed compares what scripts choose by chance.
func TestScriptsDrawFromTheSeed(t *testing.T) {
	inputs := map[string]string{"x.star": `
def on_tick():
    if rand() < 0.5:
        kill("1 of peers", duration = 3)
    for n in sample(nodes("home"), 2):
        degrade(n, loss = randint(10) / 100.0, duration = 1)
`}
	s := load(t, "{script: x.star, tick: 5s}")
	first := trial{seed: 1, inputs: inputs}.run(t, s)
	require.NoError(t, first.err)
	require.Greater(t, len(first.log), 200)
	assert.Equal(t, first.log, trial{seed: 1, inputs: inputs}.run(t, s).log)
	assert.NotEqual(t, first.log, trial{seed: 2, inputs: inputs}.run(t, s).log)
	with := load(t, "{every: {exponential: {mean: 5s}}, corrupt: {nodes: 1 of home, share: 1}, for: 1s}", "{script: x.star, tick: 5s}")
	var kept []string
	for _, line := range (trial{seed: 1, inputs: inputs}.run(t, with)).log {
		if strings.Contains(line, "x.star") {
			kept = append(kept, line)
		}
	}
	assert.Equal(t, first.log, kept, "a fault that is added")
}

func TestScriptErrors(t *testing.T) {
	compile := []struct{ name, script, want string }{
		{name: "syntax", script: "def on_tick(:\n", want: "/lab/x.star:1:14: got ':', want ')'"},
		{name: "unknown name", script: "def on_tick():\n  explode('home')\n", want: "/lab/x.star:2:3: undefined: explode"},
		{name: "no hook", script: "x = 1\n", want: "/lab/x.star: no hook, want one of on_start, on_tick, on_complete, on_fault"},
		{name: "misspelt hook", script: "def on_ticks():\n  pass\n", want: "/lab/x.star: unknown hook on_ticks, want one of on_start, on_tick, on_complete, on_fault; did you mean on_tick?"},
		{name: "parameters", script: "def on_complete():\n  pass\n", want: "/lab/x.star:1:1: on_complete has 0 parameters, want 1"},
		{name: "no function", script: "on_tick = 1\n", want: "/lab/x.star: on_tick is a int, want a function"},
		{name: "action outside of a hook", script: "kill('home')\ndef on_tick():\n  pass\n", want: "/lab/x.star:1: kill: called outside of a hook, when there is no trial yet"},
		{name: "reading outside of a hook", script: "x = 1\ny = nodes()\ndef on_tick():\n  pass\n", want: "/lab/x.star:2: nodes: called outside of a hook, when there is no trial yet"},
		{name: "load", script: "load('a.star', 'b')\ndef on_tick():\n  pass\n", want: "/lab/x.star:1: cannot load a.star: a script is one file"},
		{name: "endless top level", script: "def on_tick():\n  pass\nfor i in range(100000000):\n  pass\n", want: "/lab/x.star:3: Starlark computation cancelled: too many steps"},
	}
	for _, tt := range compile {
		t.Run(tt.name, func(t *testing.T) {
			s := load(t, "{script: x.star}")
			_, err := fault.New(fault.Config{Scenario: s, Nodes: s.Nodes(), Inputs: map[string][]byte{"/lab/x.star": []byte(tt.script)}})
			assert.EqualError(t, err, tt.want)
		})
	}
	running := []struct{ name, body, want string }{
		{name: "division", body: "x = 1 // 0", want: "/lab/x.star:2: in on_start: floored division by zero"},
		{name: "in a function it calls", body: "helper()\n\ndef helper():\n  fail('no', 1)", want: "/lab/x.star:5: in on_start: fail: no 1"},
		{name: "unknown node", body: "kill('home-7')", want: `/lab/x.star:2: in on_start: kill: there is no node or group "home-7"`},
		{name: "no selector", body: "kill(3)", want: `/lab/x.star:2: in on_start: kill: int, want a selector such as "3 of home", a node, or a list of them`},
		{name: "selector", body: "kill('3 home')", want: `/lab/x.star:2: in on_start: kill: "3 home" has "home" after an amount, want a node, a group, origin, peers or all, as it is or as in 3 of home, 30% of peers, fastest, 2 slowest of home`},
		{name: "missing argument", body: "kill()", want: "/lab/x.star:2: in on_start: kill: missing argument for whom"},
		{name: "unknown argument", body: "kill('home', time = 3)", want: `/lab/x.star:2: in on_start: kill: unexpected keyword argument "time"`},
		{name: "duration", body: "kill('home', duration = '3')", want: `/lab/x.star:2: in on_start: kill: duration: "3" has no unit, want one of ns us ms s m h, such as 20ms`},
		{name: "negative duration", body: "pause('home', -1)", want: "/lab/x.star:2: in on_start: pause: duration: -1 is not within 0 to 3.1536e+08"},
		{name: "degrade of nothing", body: "degrade('home')", want: "/lab/x.star:2: in on_start: degrade: changes nothing, want one of uplink, downlink, delay, jitter, loss"},
		{name: "rate", body: "degrade('home', uplink = 1)", want: "/lab/x.star:2: in on_start: degrade: uplink: 1 is not within 1000 to 1e+12"},
		{name: "rate as text", body: "degrade('home', uplink = '1bit/s')", want: "/lab/x.star:2: in on_start: degrade: uplink: 1bit/s is not within 1kbit/s to 1Tbit/s"},
		{name: "delay", body: "degrade('home', delay = 61)", want: "/lab/x.star:2: in on_start: degrade: delay: 1m1s is above 1m"},
		{name: "loss", body: "degrade('home', loss = 1)", want: "/lab/x.star:2: in on_start: degrade: loss: 1 is not within 0 to 0.999999"},
		{name: "factor", body: "slow('home', 0.5)", want: "/lab/x.star:2: in on_start: slow: factor: 0.5 is not within 1 to 1e+06"},
		{name: "share", body: "corrupt('home', '1')", want: "/lab/x.star:2: in on_start: corrupt: share: string, want a number"},
		{name: "sides", body: "partition()", want: "/lab/x.star:2: in on_start: partition: no side, want one or more"},
		{name: "sides one way", body: "partition('home', one_way = True)", want: "/lab/x.star:2: in on_start: partition: 1 sides one way, want 2"},
		{name: "globals are frozen", body: "x.append(1)\n\nx = []", want: "/lab/x.star:2: in on_start: append: cannot append to frozen list"},
		{name: "endless", body: "for i in range(100000000): pass", want: "/lab/x.star:2: in on_start: more than 5000000 steps: Starlark computation cancelled: too many steps"},
		{name: "recursion", body: "f()\n\ndef f():\n  f()", want: "/lab/x.star:5: in on_start: function f called recursively"},
		{name: "sample", body: "sample([1], 2)", want: "/lab/x.star:2: in on_start: sample: 2 of 1"},
		{name: "an order that the trial cannot carry out", body: "degrade('home-1', loss = 0.1)", want: "/lab/x.star:2: in on_start: x.star:2: degrade of home-1: degrade is not supported here"},
	}
	for _, tt := range running {
		t.Run(tt.name, func(t *testing.T) {
			out := trial{inputs: map[string]string{"x.star": "def on_start():\n  " + tt.body + "\n"}, setup: func(w *world) { w.refuse = fault.Degrade }}.run(t, load(t, "{script: x.star}"))
			assert.EqualError(t, out.err, tt.want)
		})
	}
	t.Run("in what waits", func(t *testing.T) {
		out := trial{inputs: map[string]string{"x.star": "def on_start():\n  after(5, later)\n\ndef later():\n  fail('now')\n"}}.run(t, load(t, "{script: x.star}"))
		assert.EqualError(t, out.err, "/lab/x.star:5: in later: fail: now")
		assert.Equal(t, 5*time.Second, out.ran)
	})
	t.Run("too much waits", func(t *testing.T) {
		out := trial{inputs: map[string]string{"x.star": "def on_start():\n  for i in range(10001): after(5, later)\n\ndef later():\n  pass\n"}}.run(t, load(t, "{script: x.star}"))
		assert.EqualError(t, out.err, "/lab/x.star:2: in on_start: after: 10000 functions wait already")
	})
}
