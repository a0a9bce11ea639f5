package resilience_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/clientserver"
	"versus/p2p"
	"versus/sim/measure"
)

// halfTime is half of a baseline's makespan, as a scenario writes it.
func halfTime(base *measure.Trial) string { return fmt.Sprintf("%.3fs", *base.MakespanS/2) }

func TestThirdOfThePeersKilledAtHalfTime(t *testing.T) {
	for _, arch := range []string{p2p.Name, clientserver.Name} {
		for _, seed := range seeds(t) {
			t.Run(fmt.Sprintf("%s/%d", arch, seed), func(t *testing.T) {
				l := experiment(t, arch, seed, func(base *measure.Trial) []string {
					return []string{"{at: " + halfTime(base) + ", kill: 30% of peers}"}
				})
				require.Len(t, l.killed, 12)
				l.survivors(t)
				require.NotNil(t, l.trial.Summary.Inflation)
				assert.LessOrEqual(t, *l.trial.Summary.Inflation, 1.35)
				assert.NotNil(t, l.trial.Summary.RecoverS)
			})
		}
	}
}

// oneCopy takes the origin away as soon as each piece is on some peer, too.
const oneCopy = `
def on_tick():
    if node("origin").up and not node("origin").only_holder_of_rarest:
        %s("origin")
`

// TestOriginGoneAfterOneCopy takes the origin away for good when one full copy
// of the file is out.
func TestOriginGoneAfterOneCopy(t *testing.T) {
	for _, verb := range []string{"kill", "poweroff"} {
		for _, seed := range seeds(t) {
			t.Run(fmt.Sprintf("%s/%d", verb, seed), func(t *testing.T) {
				script := filepath.Join(t.TempDir(), "one-copy.star")
				require.NoError(t, os.WriteFile(script, fmt.Appendf(nil, oneCopy, verb), 0o600))
				l := experiment(t, p2p.Name, seed, func(*measure.Trial) []string {
					return []string{"{script: " + script + ", tick: 50ms}"}
				})
				require.Less(t, l.trial.Faults[0].TS, *l.base.MakespanS/2)
				l.survivors(t)
			})
		}
	}
}

func TestServerDownForHalfAMinute(t *testing.T) {
	for _, verb := range []string{"kill", "poweroff"} {
		for _, seed := range seeds(t) {
			t.Run(fmt.Sprintf("%s/%d", verb, seed), func(t *testing.T) {
				l := experiment(t, clientserver.Name, seed, func(base *measure.Trial) []string {
					return []string{fmt.Sprintf("{at: %s, %s: origin, for: 30s}", halfTime(base), verb)}
				})
				l.killed = nil // it came back
				l.survivors(t)
				require.NotNil(t, l.trial.Faults[0].RecoverS)
				assert.LessOrEqual(t, *l.trial.Faults[0].RecoverS, 32.0)
				// Each client had to throw away what it had of pieces under way, no more.
				assert.LessOrEqual(t, l.trial.Summary.WastedBytes, int64(40*2*256<<10))
				assert.EqualValues(t, 40*16<<20, l.trial.Timeline[len(l.trial.Timeline)-1].DeliveredBytes)
			})
		}
	}
}

// bansAfter is how many corrupt pieces from one peer a mesh's node takes before
// it bans the peer: the default of its option.
const bansAfter = 3

func TestFifthOfThePeersCorrupts(t *testing.T) {
	for _, seed := range seeds(t) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			l := experiment(t, p2p.Name, seed, func(*measure.Trial) []string {
				return []string{"{at: 0s, corrupt: {nodes: 20% of peers, share: 1}}"}
			})
			l.survivors(t)
			for _, r := range l.trial.Requests {
				assert.True(t, r.SHA256OK)
			}
			require.NotNil(t, l.trial.Summary.Inflation)
			assert.LessOrEqual(t, *l.trial.Summary.Inflation, 1.5)
			assert.Zero(t, l.trial.Summary.BannedHonest)

			strikes, banned := map[[2]string]int{}, map[[2]string]bool{}
			for _, e := range l.events {
				switch e.Kind {
				case measure.EventStrike:
					strikes[[2]string{e.Node, e.Detail}]++
				case measure.EventBan:
					banned[[2]string{e.Node, e.Detail}] = true
				}
			}
			assert.NotEmpty(t, strikes, "nobody got a corrupt piece: the experiment is not what it says")
			for pair, n := range strikes {
				if n >= bansAfter {
					assert.True(t, banned[pair], "%s took %d corrupt pieces from %s", pair[0], n, pair[1])
				}
			}
			assert.Len(t, banned, l.trial.Summary.Banned)
		})
	}
}

// TestHalfOfThePeersCutOffForAMinute cuts early, when the half without the origin
// lacks pieces, and at half time, when a mesh has them all on either side.
func TestHalfOfThePeersCutOffForAMinute(t *testing.T) {
	for _, run := range []struct {
		arch  string
		early bool
	}{{p2p.Name, true}, {p2p.Name, false}, {clientserver.Name, false}} {
		for _, seed := range seeds(t) {
			t.Run(fmt.Sprintf("%s/early=%v/%d", run.arch, run.early, seed), func(t *testing.T) {
				l := experiment(t, run.arch, seed, func(base *measure.Trial) []string {
					at := halfTime(base)
					if run.early {
						at = "1500ms"
					}
					return []string{"{at: " + at + ", partition: 50% of peers, for: 60s}"}
				})
				l.survivors(t)
				if run.early {
					assert.Greater(t, *l.trial.MakespanS, 61.5, "nobody lacked a piece: the experiment is not what it says")
				}
				cut := l.trial.Faults[0]
				require.Equal(t, "partition", cut.Action)
				require.NotNil(t, cut.RecoverS)
				assert.LessOrEqual(t, *cut.RecoverS, 65.0)
				// Those who were cut off, too, get bytes again within 5 s of the healing.
				assert.LessOrEqual(t, *l.trial.Summary.StallS.Max, 65.0)
			})
		}
	}
}
