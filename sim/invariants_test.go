package sim

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// linkOf draws a link of any kind.
func linkOf(t *rapid.T, name string) Link {
	l := Link{
		Uplink:   Bandwidth(rapid.Int64Range(100_000, 200_000_000).Draw(t, name+" up")),
		Downlink: Bandwidth(rapid.Int64Range(100_000, 200_000_000).Draw(t, name+" down")),
		Delay:    time.Duration(rapid.Int64Range(0, int64(100*time.Millisecond)).Draw(t, name+" delay")),
		Jitter:   time.Duration(rapid.Int64Range(0, int64(10*time.Millisecond)).Draw(t, name+" jitter")),
		Queue:    rapid.SampledFrom([]Discipline{Fair, DropTail}).Draw(t, name+" queue"),
		Limit:    rapid.SampledFrom([]int64{0, 10_000, 50_000}).Draw(t, name+" limit"),
	}
	if rapid.Bool().Draw(t, name+" lossy") {
		l.Loss = rapid.Float64Range(0, 0.1).Draw(t, name+" loss")
	}
	if rapid.Bool().Draw(t, name+" bursty") {
		l.BurstLoss = GilbertElliott{GoodToBad: 0.01, BadToGood: 0.2, LossBad: 0.3}
	}
	return l
}

// Over random links, losses, queues and schedules of writes, reads, deadlines,
// closes, resets, changes of rate and every fault there is: bytes arrive once, in
// order and unchanged; a stream that ends has brought everything that was
// written; at every instant what was put out is accounted for; and in the end
// nothing is left of it all.
func TestInvariants(t *testing.T) {
	looks := 0
	rapid.Check(t, func(rt *rapid.T) {
		links := map[string]Link{}
		for _, name := range nodeNames {
			links[name] = linkOf(rt, name)
		}
		shared := rapid.Bool().Draw(rt, "shared")
		control := rapid.SampledFrom([]CongestionControl{Cubic, Reno}).Draw(rt, "control")
		sizes := rapid.SliceOfN(rapid.IntRange(0, 300_000), 1, 6).Draw(rt, "sizes")
		plan := disturbances(rt)
		seed := rapid.Uint64().Draw(rt, "seed")
		Virtual(func() {
			b := New(Config{Seed: seed, Congestion: control})
			defer b.Close()
			f := &follower{t: rt}
			b.observe = func(*link, int64, int64, int64) { f.next(b) }
			if shared {
				require.NoError(rt, b.AddShared("campus", SharedLink{Uplink: 5e6, Downlink: 8e6}))
			}
			for _, name := range nodeNames {
				l := links[name]
				if shared && name != "a" {
					l.Shared = "campus"
				}
				require.NoError(rt, b.AddNode(name, l))
			}
			newSchedule(rt, b).check(plan, sizes)
			looks += f.looks
		})
	})
	assert.Greater(t, looks, 1000, "how often the account was looked at between two events")
}

// patientDial dials until loss spares one of its SYNs: on the worst links drawn
// here, one dial in a thousand fails.
func patientDial(b *Bench, from, to string) (net.Conn, error) {
	for {
		c, err := b.Dial(context.Background(), from, b.Addr(to))
		if !errors.Is(err, syscall.ETIMEDOUT) {
			return c, err
		}
	}
}

// No link carries more than its rate over any window longer than a burst,
// whatever joins, leaves and cuts in: acknowledgements, which are carried at once
// and paid for by the next burst, included.
func TestLinksNeverExceedTheirRate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		clients := rapid.IntRange(1, 8).Draw(rt, "clients")
		links := make([]Link, clients+1)
		for i := range links {
			links[i] = linkOf(rt, fmt.Sprint("node ", i))
		}
		type service struct{ start, finish, wire, carried, debt int64 }
		served := map[*link][]service{}
		Virtual(func() {
			b := New(Config{Seed: 1})
			defer b.Close()
			b.observe = func(l *link, start, finish, wire int64) {
				served[l] = append(served[l], service{start, finish, wire, l.carried.WireBytes, l.debt})
			}
			for i, l := range links {
				require.NoError(rt, b.AddNode(fmt.Sprint(i), l))
			}
			l, err := b.Listen("0")
			require.NoError(rt, err)
			var wg sync.WaitGroup
			for i := range clients {
				wg.Go(func() {
					c, err := patientDial(b, fmt.Sprint(i+1), "0")
					if assert.NoError(rt, err) {
						// A client that only listens waits for ever if its last word of
						// the handshake is lost each time.
						_, err = c.Write([]byte("?"))
						assert.NoError(rt, err)
						_, err = io.Copy(io.Discard, c)
						assert.NoError(rt, err)
						c.Close()
					}
				})
				wg.Go(func() {
					c, err := l.Accept()
					if assert.NoError(rt, err) {
						_, err = io.ReadFull(c, make([]byte, 1))
						assert.NoError(rt, err)
						_, err = c.Write(make([]byte, 100_000))
						assert.NoError(rt, err)
						c.Close()
					}
				})
			}
			wg.Wait()
			l.Close()
		})
		for l, s := range served {
			takes := func(wire int64) int64 { return int64(float64(wire) * 8e9 / float64(l.rate)) }
			for i := range s {
				require.GreaterOrEqual(rt, s[i].finish-s[i].start, takes(s[i].wire), "service %d of %d B at %d bit/s", i, s[i].wire, l.rate)
				if i > 0 {
					require.GreaterOrEqual(rt, s[i].start, s[i-1].finish, "service %d begins before %d has ended", i, i-1)
				}
				for j := range i {
					window, busy := s[i].finish-s[j].finish, takes(s[i].carried-s[j].carried)-s[i].debt
					if burst := takes(s[i].wire); busy > window+burst {
						require.Fail(rt, "more than the rate", "%d B in %d ns at %d bit/s", s[i].carried-s[j].carried, window, l.rate)
					}
				}
			}
		}
		require.NotEmpty(rt, served)
	})
}

func TestSpans(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		const n = 64
		var set spans
		naive := [n]bool{}
		for range rapid.IntRange(1, 30).Draw(rt, "steps") {
			lo := rapid.Int64Range(0, n-1).Draw(rt, "lo")
			hi := rapid.Int64Range(lo, n).Draw(rt, "hi")
			if rapid.Bool().Draw(rt, "add") {
				fresh := int64(0)
				for i := lo; i < hi; i++ {
					if !naive[i] {
						fresh++
					}
					naive[i] = true
				}
				assert.Equal(rt, fresh, set.add(span{lo, hi}))
			} else {
				for i := lo; i < hi; i++ {
					naive[i] = false
				}
				set.remove(span{lo, hi})
			}
			var got [n]bool
			for i, s := range set {
				require.Less(rt, s.lo, s.hi)
				if i > 0 {
					require.Less(rt, set[i-1].hi, s.lo, "none touches another")
				}
				for j := s.lo; j < s.hi; j++ {
					got[j] = true
				}
			}
			require.Equal(rt, naive, got)
		}
	})
}

func TestGilbertElliottMean(t *testing.T) {
	for _, tc := range []struct {
		name string
		loss GilbertElliott
		want float64
	}{
		{name: "nothing", want: 0},
		{name: "Gilbert's", loss: GilbertElliott{GoodToBad: 0.01, BadToGood: 0.09, LossBad: 0.5}, want: 0.05},
		{name: "always good", loss: GilbertElliott{LossGood: 0.02}, want: 0.02},
	} {
		t.Run(tc.name, func(t *testing.T) {
			assert.InDelta(t, tc.want, tc.loss.Mean(), 1e-12)
			l := lossy{rng: rand.New(rand.NewPCG(1, 2))}
			l.set(0, tc.loss)
			lost := 0
			for range 20_000 {
				lost += len(l.drop(20))
			}
			assert.InDelta(t, tc.want, float64(lost)/400_000, 0.003)
		})
	}
}
