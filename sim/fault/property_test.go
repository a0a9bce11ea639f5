package fault_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// randomFault draws one entry of faults. Whatever lasts ends, before the last
// minute of the trial.
func randomFault(t *rapid.T) string {
	whom := rapid.SampledFrom([]string{
		"origin", "home-1", "home", "peers", "all", "[home-1, office]", "30% of peers", "2 of home", "0% of all", "1% of office", "100% of home",
		"fastest", "2 slowest of home", "most-pieces of all", "50% only-holder-of-rarest",
	})
	span := rapid.SampledFrom([]string{"0s", "1ms", "5s", "60s", "{exponential: {mean: 3s}}", "{uniform: {min: 0s, max: 60s}}"})
	when := rapid.SampledFrom([]string{
		"at: 0s", "at: 5s", "at: {uniform: {min: 0s, max: 300s}}", "every: 20s, until: 300s", "every: {exponential: {mean: 10s}}, from: 30s, until: 200s",
		"when: progress >= 20%", "when: online < 8 or time > 100s", "when: completed >= 1 and time < 400s",
	}).Draw(t, "when")
	side := rapid.SampledFrom([]string{"home", "origin", "50% of peers", "[home-1, office-1]", "slowest", "2 of office"})
	lasting := func(form string) string {
		return "{" + when + ", " + form + ", for: " + span.Draw(t, "for") + "}"
	}
	who := whom.Draw(t, "whom")
	switch verb := rapid.SampledFrom([]string{
		"kill", "poweroff", "leave", "pause", "free-ride", "wipe", "degrade", "slow", "corrupt", "partition", "one-way", "disconnect",
		"restart", "resume", "restore", "cure", "share", "heal", "churn",
	}).Draw(t, "verb"); verb {
	case "degrade":
		return lasting("degrade: {nodes: " + who + ", " +
			rapid.SampledFrom([]string{"uplink: 1Mbit/s", "loss: 0.1, delay: 50ms", "downlink: 5Mbit/s, jitter: 2ms"}).Draw(t, "link") + "}")
	case "slow":
		return lasting("slow: {nodes: " + who + ", factor: 3}")
	case "corrupt":
		return lasting(fmt.Sprintf("corrupt: {nodes: %s, share: %v}", who, rapid.SampledFrom([]float64{0, 0.1, 1}).Draw(t, "share")))
	case "partition":
		return lasting("partition: [" + side.Draw(t, "side") + ", office-4]")
	case "one-way":
		return lasting("partition: {from: " + side.Draw(t, "side") + ", to: home-6}")
	case "disconnect":
		return "{" + when + ", disconnect: [" + side.Draw(t, "side") + ", " + side.Draw(t, "other") + "]}"
	case "heal":
		return "{" + when + ", heal: " + rapid.SampledFrom([]string{"all", "home", "[home, origin]"}).Draw(t, "sides") + "}"
	case "restart", "resume", "restore", "cure", "share":
		return "{" + when + ", " + verb + ": " + who + "}"
	case "churn":
		return "{churn: {nodes: 50% of peers, session: {exponential: {mean: 30s}}, downtime: {weibull: {scale: 5s, shape: 0.6}}, by: leave}, until: 400s}"
	case "wipe":
		if rapid.Bool().Draw(t, "brief") {
			return "{" + when + ", wipe: " + who + "}"
		}
		return lasting("wipe: " + who)
	default:
		return lasting(verb + ": " + who)
	}
}

// TestRandomSchedules runs random faults in a world that refuses what makes no
// sense, such as the restart of a node that was said not to return. Every order
// has an effect, all that was broken is whole again at the end, and the same
// seed does the same.
func TestRandomSchedules(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var faults []string
		for range rapid.IntRange(1, 8).Draw(rt, "faults") {
			faults = append(faults, randomFault(rt))
		}
		seed := rapid.Uint64().Draw(rt, "seed")
		speed := rapid.IntRange(1, 200).Draw(rt, "pieces per 100 s")
		tr := trial{seed: seed, setup: func(w *world) {
			w.rarest = "home-2"
			w.pieces = func(_ string, at time.Duration) int { return int(at/time.Second) * speed / 100 }
		}}
		s := load(rt, faults...)
		var first, second outcome
		synctest.Test(t, func(*testing.T) { first = tr.inside(rt, s) })
		require.NoError(rt, first.err)
		require.Empty(rt, first.ineffective, "orders without effect")
		first.clean(rt)
		synctest.Test(t, func(*testing.T) { second = tr.inside(rt, s) })
		require.Equal(rt, first.log, second.log)
		require.Equal(rt, first.warnings, second.warnings)
	})
}

// TestManyNodes keeps the cost of a share in check: every draw looks at every
// node once.
func TestManyNodes(t *testing.T) {
	s := load(t, "{every: 1s, until: 100s, kill: 1% of peers, for: 5s}")
	s.Network.Peers[0].Count = 5_000
	out := trial{seed: 1}.run(t, s)
	require.NoError(t, out.err)
	assert.Greater(t, len(out.log), 9_000)
	assert.Empty(t, out.ineffective)
}
