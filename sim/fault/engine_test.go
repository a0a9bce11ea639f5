package fault_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/fault"
)

// TestOrders runs faults and compares every order that had an effect.
func TestOrders(t *testing.T) {
	tests := []struct {
		name     string
		faults   []string
		setup    func(*world)
		want     []string
		warnings []string
	}{
		{name: "a node by name, and back",
			faults: []string{"{at: 15s, poweroff: origin, for: 20s}"},
			want:   []string{"15s poweroff origin (faults.0)", "35s restart origin (faults.0)"}},
		{name: "a list, each once, in the order of the nodes",
			faults: []string{"{at: 1s, leave: [office-1, home-2, office-1, origin]}"},
			want:   []string{"1s leave origin (faults.0)", "1s leave home-2 (faults.0)", "1s leave office-1 (faults.0)"}},
		{name: "every, from, until",
			faults: []string{"{every: 10s, from: 5s, until: 35s, disconnect: [home-1, origin]}"},
			want:   []string{"15s disconnect home-1|origin (faults.0)", "25s disconnect home-1|origin (faults.0)"}},
		{name: "two kills of one node: it is back when both have ended",
			faults: []string{"{at: 1s, kill: home-1, for: 10s}", "{at: 5s, poweroff: home-1, for: 30s}"},
			want:   []string{"1s kill home-1 (faults.0)", "35s restart home-1 (faults.1)"}, warnings: []string{"faults.1: poweroff found no target"}},
		{name: "restart ends every kill, and the ends that follow do nothing",
			faults: []string{"{at: 1s, kill: home-1, for: 10s}", "{at: 5s, kill: home-1}", "{at: 6s, restart: all}"},
			want:   []string{"1s kill home-1 (faults.0)", "6s restart home-1 (faults.2)"}, warnings: []string{"faults.1: kill found no target"}},
		{name: "kill during pause: the new process is not paused",
			faults: []string{"{at: 1s, pause: home-1, for: 20s}", "{at: 5s, kill: home-1, for: 2s}"},
			want:   []string{"1s pause home-1 (faults.0)", "5s kill home-1 (faults.1)", "7s restart home-1 (faults.1)"}},
		{name: "pause of a node that is down",
			faults: []string{"{at: 1s, kill: home-1}", "{at: 5s, pause: home-1, for: 2s}"},
			want:   []string{"1s kill home-1 (faults.0)"}, warnings: []string{"faults.1: pause found no target"}},
		{name: "two pauses",
			faults: []string{"{at: 1s, pause: home-1, for: 5s}", "{at: 2s, pause: home-1, for: 1s}"},
			want:   []string{"1s pause home-1 (faults.0)", "6s resume home-1 (faults.0)"}, warnings: []string{"faults.1: pause found no target"}},
		{name: "resume by hand",
			faults: []string{"{at: 1s, pause: home-1}", "{at: 2s, resume: home}"},
			want:   []string{"1s pause home-1 (faults.0)", "2s resume home-1 (faults.1)"}},
		{name: "degraded twice, restored in the order of the begins",
			faults: []string{"{at: 1s, degrade: {nodes: home-1, uplink: 1Mbit/s, loss: 0.1}, for: 5s}", "{at: 2s, degrade: {nodes: home-1, uplink: 2Mbit/s, delay: 50ms}, for: 10s}"},
			want: []string{
				"1s degrade home-1 to uplink 1Mbit/s, loss 0.1 (faults.0)", "2s degrade home-1 to uplink 2Mbit/s, delay 50ms, loss 0.1 (faults.1)",
				"6s restore home-1 to uplink 2Mbit/s, delay 50ms (faults.0)", "12s restore home-1 to  (faults.1)",
			}},
		{name: "degraded and slowed, restored the other way round",
			faults: []string{"{at: 1s, slow: {nodes: home-1, factor: 4}, for: 20s}", "{at: 2s, slow: {nodes: home-1, factor: 2}, for: 3s}", "{at: 3s, degrade: {nodes: home-1, uplink: 1Mbit/s}, for: 4s}"},
			want: []string{
				"1s slow home-1 to rates / 4 (faults.0)", "2s slow home-1 to rates / 8 (faults.1)", "3s degrade home-1 to uplink 1Mbit/s, rates / 8 (faults.2)",
				"5s restore home-1 to uplink 1Mbit/s, rates / 4 (faults.1)", "7s restore home-1 to rates / 4 (faults.2)", "21s restore home-1 to  (faults.0)",
			}},
		{name: "restore by hand ends all of them",
			faults: []string{"{at: 1s, slow: {nodes: home-1, factor: 4}, for: 20s}", "{at: 2s, degrade: {nodes: home-1, loss: 0.5}}", "{at: 3s, restore: home-1}"},
			want:   []string{"1s slow home-1 to rates / 4 (faults.0)", "2s degrade home-1 to loss 0.5, rates / 4 (faults.1)", "3s restore home-1 to  (faults.2)"}},
		{name: "the greatest share of corruption holds",
			faults: []string{"{at: 1s, corrupt: {nodes: home-1, share: 0.5}, for: 10s}", "{at: 2s, corrupt: {nodes: home-1, share: 1}, for: 2s}", "{at: 3s, corrupt: {nodes: home-1, share: 0}}", "{at: 5s, cure: home}"},
			want: []string{
				"1s corrupt home-1 at 0.5 (faults.0)", "2s corrupt home-1 at 1 (faults.1)", "4s corrupt home-1 at 0.5 (faults.1)", "5s cure home-1 (faults.3)",
			}, warnings: []string{"faults.2: corrupt found no target"}},
		{name: "free riders",
			faults: []string{"{at: 1s, free-ride: [home-1, home-2], for: 4s}", "{at: 2s, free-ride: home-1}", "{at: 9s, share: 1 of home}"},
			want: []string{
				"1s free-ride home-1 (faults.0)", "1s free-ride home-2 (faults.0)", "5s share home-2 (faults.0)", "9s share home-1 (faults.2)",
			}, warnings: []string{"faults.1: free-ride found no target"}},
		{name: "wipe restarts at once",
			faults: []string{"{at: 1s, wipe: home-1}"},
			want:   []string{"1s kill home-1 (faults.0)", "1s wipe home-1 (faults.0)", "1s restart home-1 (faults.0)"}},
		{name: "wipe with an end, over a kill",
			faults: []string{"{at: 1s, wipe: home-1, for: 5s}", "{at: 2s, kill: home-1, for: 10s}", "{at: 3s, wipe: home-1}"},
			want: []string{
				"1s kill home-1 (faults.0)", "1s wipe home-1 (faults.0)", "3s wipe home-1 (faults.2)", "12s restart home-1 (faults.1)",
			}, warnings: []string{"faults.1: kill found no target"}},
		{name: "partition of two sides",
			faults: []string{"{at: 5s, partition: [home, [office, origin]], for: 60s}"},
			want:   []string{"5s partition home-1 and 5 more|origin and 4 more (faults.0)", "1m5s heal home-1 and 5 more|origin and 4 more (faults.0)"}},
		{name: "partition of one from everybody",
			faults: []string{"{at: 5s, partition: [[home, office-1, office-2, office-3]]}"},
			want:   []string{"5s partition home-1 and 8 more|origin,office-4 (faults.0)"}},
		{name: "partition of three sides, a node on the first that names it",
			faults: []string{"{at: 5s, partition: [home-1, [home-1, home-2], origin]}"},
			want: []string{
				"5s partition home-1|home-2 (faults.0)", "5s partition home-1|origin (faults.0)", "5s partition home-2|origin (faults.0)",
			}},
		{name: "one way",
			faults: []string{"{at: 5s, partition: {from: home-1, to: origin}, for: 1s}"},
			want:   []string{"5s partition home-1>origin (faults.0)", "6s heal home-1>origin (faults.0)"}},
		{name: "heal by the same sides, and all",
			faults: []string{"{at: 1s, partition: [home-1, origin]}", "{at: 2s, partition: {from: home-1, to: origin}}", "{at: 3s, partition: home-2}",
				"{at: 4s, heal: [home-1, origin]}", "{at: 5s, heal: home-3}", "{at: 6s, heal: all}"},
			want: []string{
				"1s partition home-1|origin (faults.0)", "2s partition home-1>origin (faults.1)", "3s partition home-2|origin and 9 more (faults.2)",
				"4s heal home-1|origin (faults.3)", "6s heal home-1>origin (faults.5)", "6s heal home-2|origin and 9 more (faults.5)",
			}, warnings: []string{"faults.4: heal found no target"}},
		{name: "pairs of two groups",
			faults: []string{"{at: 1s, disconnect: [[home-1, home-2], [home-2, origin]]}"},
			want: []string{
				"1s disconnect home-1|origin (faults.0)", "1s disconnect home-1|home-2 (faults.0)", "1s disconnect home-2|origin (faults.0)",
			}},
		{name: "by role, at the instant",
			faults: []string{"{at: 1s, kill: fastest}", "{at: 2s, degrade: {nodes: fastest, uplink: 1Mbit/s}}", "{at: 3s, kill: slowest}", "{at: 4s, kill: 2 fastest of home}", "{at: 5s, kill: fastest of all}"},
			want: []string{
				"1s kill office-1 (faults.0)", "2s degrade office-2 to uplink 1Mbit/s (faults.1)", "3s kill office-2 (faults.2)",
				"4s kill home-1 (faults.3)", "4s kill home-2 (faults.3)", "5s kill origin (faults.4)",
			}},
		{name: "by what they hold",
			faults: []string{"{at: 1s, kill: most-pieces}", "{at: 2s, kill: most-pieces}", "{at: 3s, kill: only-holder-of-rarest}", "{at: 4s, kill: only-holder-of-rarest}"},
			setup: func(w *world) {
				w.rarest = "home-5"
				w.pieces = func(node string, _ time.Duration) int { return map[string]int{"home-3": 7, "office-2": 9}[node] }
			},
			want:     []string{"1s kill office-2 (faults.0)", "2s kill home-3 (faults.1)", "3s kill home-5 (faults.2)"},
			warnings: []string{"faults.3: kill found no target"}},
		{name: "a condition fires once, at the first poll at which it holds",
			faults: []string{"{when: progress >= 0.5, kill: origin}", "{when: time >= 1m1ms, kill: home-1, for: 5s}", "{when: online < 50%, kill: home-2}"},
			setup: func(w *world) {
				w.pieces = func(_ string, at time.Duration) int { return int(at / time.Second) }
			},
			want:     []string{"50s kill origin (faults.0)", "1m0.1s kill home-1 (faults.1)", "1m5.1s restart home-1 (faults.1)"},
			warnings: []string{"faults.2: kill did not fire: online < 50% did not hold within the trial"}},
		{name: "nobody, by intention",
			faults: []string{"{at: 1s, kill: 0% of peers}", "{at: 1s, partition: 0 of home}"}},
		{name: "an occurrence that finds no target",
			faults:   []string{"{every: 1m, until: 5m, kill: home-1}"},
			want:     []string{"1m0s kill home-1 (faults.0)"},
			warnings: []string{"faults.0: kill found no target in 3 of 4 occurrences"}},
		{name: "a random instant past the end",
			faults:   []string{"{at: {pareto: {min: 1h, shape: 1}}, kill: home-1}"},
			warnings: []string{"faults.0: kill did not fire: the trial ended before"}},
		{name: "a node that is not there yet stays free for a later fault",
			faults: []string{"{at: 1s, kill: home-1}", "{at: 2s, kill: home-1}"},
			setup: func(w *world) {
				w.arrives = map[string]time.Duration{"home-1": 1500 * time.Millisecond}
			},
			want: []string{"2s kill home-1 (faults.1)"}, warnings: []string{"faults.0: kill found no target"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := trial{seed: 1, setup: tt.setup}.run(t, load(t, tt.faults...))
			require.NoError(t, out.err)
			assert.Equal(t, tt.want, out.log)
			assert.Equal(t, tt.warnings, out.warnings)
		})
	}
}

// TestSharesAreOfThoseLeftUp kills parts one after the other.
func TestSharesAreOfThoseLeftUp(t *testing.T) {
	s := load(t, "{at: 1s, kill: 50% of peers}", "{at: 2s, kill: 50% of peers}", "{at: 3s, kill: 50% of peers}", "{at: 4s, kill: 1% of peers}", "{at: 5s, kill: all}",
		"{at: 6s, restart: 30% of peers}", "{at: 7s, restart: 100% of all}")
	out := trial{seed: 3}.run(t, s)
	require.NoError(t, out.err)
	count := func(at string) int {
		n := 0
		for _, line := range out.log {
			if strings.HasPrefix(line, at+" ") {
				n++
			}
		}
		return n
	}
	assert.Equal(t, []int{5, 3, 1, 1, 1, 3, 8}, // of 10, 5, 2, 1, 1 with the origin, 10, 8
		[]int{count("1s"), count("2s"), count("3s"), count("4s"), count("5s"), count("6s"), count("7s")})
	out.clean(t)
	assert.Empty(t, out.warnings)
}

// TestTheSeedDecides compares runs of one seed, of another, and of a trial in
// which nodes complete, die and are slow at other times, as in the other
// architecture.
func TestTheSeedDecides(t *testing.T) {
	faults := []string{
		"{at: {uniform: {min: 1s, max: 60s}}, kill: 30% of peers, for: {exponential: {mean: 20s}}}",
		"{every: {exponential: {mean: 30s}}, poweroff: 1 of home, for: {lognormal: {median: 5s, sigma: 1}}}",
		"{churn: {nodes: 50% of peers, session: {weibull: {scale: 60s, shape: 0.6}}, downtime: {exponential: {mean: 10s}}, by: leave}}",
		"{every: 20s, degrade: {nodes: 2 of peers, loss: 0.1}, for: 10s}",
	}
	s := load(t, faults...)
	first := trial{seed: 1}.run(t, s)
	require.Greater(t, len(first.log), 50)
	assert.Equal(t, first.log, trial{seed: 1}.run(t, s).log)
	assert.NotEqual(t, first.log, trial{seed: 2}.run(t, s).log)
	other := trial{seed: 1, setup: func(w *world) {
		w.pieces = func(_ string, at time.Duration) int { return int(at / time.Second) }
		w.nodes[3].Link.Uplink *= 10
	}}.run(t, s)
	assert.Equal(t, first.log, other.log, "in the other architecture")

	t.Run("a run that only some faults look at", func(t *testing.T) {
		with := load(t, append([]string{"{when: progress > 50%, free-ride: 2 of peers}"}, faults...)...)
		a := trial{seed: 1, setup: func(w *world) { w.pieces = func(string, time.Duration) int { return 60 } }}.run(t, with)
		assert.Equal(t, first.log, renumbered(a.log, 1))
	})
	t.Run("a fault that is added", func(t *testing.T) {
		for _, extra := range []string{
			"{at: 3s, corrupt: {nodes: 30% of peers, share: 1}}",
			"{every: {exponential: {mean: 7s}}, free-ride: 1 of peers, for: 3s}",
			"{every: 10s, disconnect: [1 of home, 1 of office]}",
			"{at: 5s, partition: 50% of peers, for: 10s}",
		} {
			a := trial{seed: 1}.run(t, load(t, append([]string{extra}, faults...)...))
			assert.Equal(t, first.log, renumbered(a.log, 1), extra)
		}
	})
	t.Run("a greater share hits those whom a smaller one hits", func(t *testing.T) {
		victims := func(share string) []string {
			return trial{seed: 1}.run(t, load(t, "{at: 1s, kill: "+share+" of peers}")).log
		}
		small, large := victims("20%"), victims("60%")
		require.Len(t, small, 2)
		require.Len(t, large, 6)
		assert.Subset(t, large, small)
	})
	t.Run("a trial with more peers", func(t *testing.T) {
		kills := func(peers string) []string {
			s := load(t, "{churn: {nodes: home, session: {exponential: {mean: 1m}}, downtime: 10s}}")
			s.Network.Peers[1].Count = map[string]int{"few": 4, "many": 9}[peers]
			return trial{seed: 1}.run(t, s).log
		}
		assert.Equal(t, kills("few"), kills("many"))
	})
}

// renumbered drops the orders of the first entries and counts the others from 0.
func renumbered(log []string, first int) []string {
	var kept []string
	for _, line := range log {
		at := strings.LastIndex(line, "(faults.") + len("(faults.")
		if n := int(line[at] - '0'); n >= first {
			kept = append(kept, line[:at]+string(rune('0'+n-first))+line[at+1:])
		}
	}
	return kept
}

func TestRunEnds(t *testing.T) {
	t.Run("when nothing is left to do", func(t *testing.T) {
		out := trial{}.run(t, load(t, "{at: 5s, kill: home, for: 5s}"))
		require.NoError(t, out.err)
		assert.Equal(t, 10*time.Second, out.ran)
	})
	t.Run("with its context", func(t *testing.T) {
		out := trial{span: 7 * time.Second}.run(t, load(t, "{at: 5s, kill: home-1, for: 5s}", "{at: 8s, kill: home-2}", "{every: 9s, kill: home-3}"))
		require.NoError(t, out.err)
		assert.Equal(t, 7*time.Second, out.ran)
		assert.Equal(t, []string{"5s kill home-1 (faults.0)"}, out.log)
		assert.Equal(t, []string{"faults.1: kill did not fire: the trial ended before", "faults.2: kill did not fire: the trial ended before"}, out.warnings)
	})
	t.Run("before the time limit at the latest", func(t *testing.T) {
		out := trial{span: time.Hour}.run(t, load(t, "{every: 1m, disconnect: [home-1, origin]}"))
		assert.Equal(t, 9*time.Minute, out.ran)
	})
	t.Run("with the error of an order", func(t *testing.T) {
		out := trial{setup: func(w *world) { w.refuse = fault.Degrade }}.run(t, load(t, "{at: 5s, degrade: {nodes: home-1, loss: 0.1}}"))
		assert.EqualError(t, out.err, "faults.0: degrade of home-1: degrade is not supported here")
	})
}

func TestMayReturn(t *testing.T) {
	tests := []struct {
		name   string
		faults []string
		script string
		want   bool // of home-1, at 5s
	}{
		{name: "not down", faults: []string{"{at: 1s, kill: home-2, for: 9s}"}},
		{name: "down for good", faults: []string{"{at: 1s, kill: home-1}", "{at: 9s, kill: home-3}"}},
		{name: "down for a while", faults: []string{"{at: 1s, kill: home-1, for: 9s}"}, want: true},
		{name: "down past the time limit", faults: []string{"{at: 1s, kill: home-1, for: 599s}"}},
		{name: "down for a while and for good", faults: []string{"{at: 1s, kill: home-1, for: 9s}", "{at: 2s, kill: home-1}"}},
		{name: "a restart comes", faults: []string{"{at: 1s, kill: home-1}", "{at: 9s, restart: home}"}, want: true},
		{name: "a restart of a part comes", faults: []string{"{at: 1s, kill: home-1}", "{at: 9s, restart: 1% of peers}"}, want: true},
		{name: "a restart of others", faults: []string{"{at: 1s, kill: home-1}", "{at: 9s, restart: office}"}},
		{name: "a restart that is over", faults: []string{"{at: 1s, restart: home}", "{at: 2s, kill: home-1}"}},
		{name: "a restart that may come", faults: []string{"{at: 1s, kill: home-1}", "{when: online < 2, restart: home}"}, want: true},
		{name: "restarts that go on", faults: []string{"{at: 4s, kill: home-1}", "{every: 3s, restart: home}"}, want: true},
		{name: "restarts that have ended", faults: []string{"{at: 4s, kill: home-1}", "{every: 3s, until: 5s, restart: home}"}},
		{name: "churn", faults: []string{"{churn: {nodes: home-1, session: 4s, downtime: 10s}}"}, want: true},
		{name: "churn for good", faults: []string{"{churn: {nodes: home-1, session: 4s, downtime: forever}}"}},
		{name: "a script that may restart", faults: []string{"{at: 1s, kill: home-1}", "{script: x.star}"},
			script: "def on_tick():\n  if now() > 60: restart('home-1')\n", want: true},
		{name: "a script that cannot", faults: []string{"{at: 1s, kill: home-1}", "{script: x.star}"}, script: "def on_tick():\n  kill('home-2')\n"},
		{name: "a script that killed it for a while", faults: []string{"{script: x.star}"}, script: "def on_start():\n  kill('home-1', duration = 10)\n", want: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got bool
			out := trial{inputs: map[string]string{"x.star": tt.script}, setup: func(w *world) {
				w.lost = map[string]bool{}
				time.AfterFunc(5*time.Second, func() { got = w.e.MayReturn("home-1") })
			}}.run(t, load(t, tt.faults...))
			require.NoError(t, out.err)
			assert.Equal(t, tt.want, got)
		})
	}
}
