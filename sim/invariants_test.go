package sim

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"sync"
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

// What a schedule does to the bench while connections are busy.
type disturbance struct {
	at   time.Duration
	what string
	node string
	link Link
}

func disturbances(t *rapid.T) []disturbance {
	var out []disturbance
	for i := range rapid.IntRange(0, 6).Draw(t, "disturbances") {
		d := disturbance{
			at:   time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "at")),
			what: rapid.SampledFrom([]string{"link", "reset", "close", "deadline"}).Draw(t, "what"),
			node: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "node"),
		}
		if d.what == "link" {
			d.link = linkOf(t, fmt.Sprint("change ", i))
		}
		out = append(out, d)
	}
	return out
}

// Over random links, losses, queues and schedules of writes, reads, deadlines,
// closes, resets and changes of rate: nothing is lost or invented, what a
// connection delivers is a prefix of what was written, whole unless it was
// ended, and at every instant what was put out is accounted for.
func TestInvariants(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		links := map[string]Link{"a": linkOf(rt, "a"), "b": linkOf(rt, "b"), "c": linkOf(rt, "c")}
		shared := rapid.Bool().Draw(rt, "shared")
		control := rapid.SampledFrom([]CongestionControl{Cubic, Reno}).Draw(rt, "control")
		sizes := rapid.SliceOfN(rapid.IntRange(0, 300_000), 1, 6).Draw(rt, "sizes")
		schedule := disturbances(rt)
		seed := rapid.Uint64().Draw(rt, "seed")
		Virtual(func() {
			b := New(Config{Seed: seed, Congestion: control})
			defer b.Close()
			if shared {
				require.NoError(rt, b.AddShared("campus", SharedLink{Uplink: 5e6, Downlink: 8e6}))
			}
			for _, name := range []string{"a", "b", "c"} {
				l := links[name]
				if shared && name != "a" {
					l.Shared = "campus"
				}
				require.NoError(rt, b.AddNode(name, l))
			}
			newInvariants(rt, b).check(schedule, sizes)
		})
	})
}

type invariants struct {
	t  *rapid.T
	b  *Bench
	wg sync.WaitGroup

	mu      sync.Mutex
	open    map[string][]net.Conn // by node
	touched map[net.Conn]bool     // ended by the schedule, its other end too
	changed bool                  // a link was
}

func newInvariants(t *rapid.T, b *Bench) *invariants {
	return &invariants{t: t, b: b, open: map[string][]net.Conn{}, touched: map[net.Conn]bool{}}
}

// check runs the transfers under the schedule and looks at the account often.
func (v *invariants) check(schedule []disturbance, sizes []int) {
	for _, d := range schedule {
		timer := time.AfterFunc(d.at, func() { v.disturb(d) })
		defer timer.Stop()
	}
	stuck := time.AfterFunc(3*time.Hour, func() {
		assert.Fail(v.t, "a transfer never ends")
		v.b.Close()
	})
	defer stuck.Stop()
	done := make(chan struct{})
	var auditor sync.WaitGroup
	auditor.Go(func() {
		for tick := time.NewTicker(50 * time.Millisecond); ; {
			select {
			case <-done:
				tick.Stop()
				return
			case <-tick.C:
				v.audit()
			}
		}
	})
	routes := [][2]string{{"a", "b"}, {"b", "c"}, {"c", "a"}}
	listeners := map[string]net.Listener{}
	for _, name := range []string{"a", "b", "c"} {
		l, err := v.b.Listen(name)
		require.NoError(v.t, err)
		listeners[name] = l
	}
	for i, size := range sizes {
		r := routes[i%len(routes)]
		c, err := v.b.Dial(context.Background(), r[0], v.b.Addr(r[1]))
		require.NoError(v.t, err)
		s, err := listeners[r[1]].Accept()
		require.NoError(v.t, err)
		v.mu.Lock()
		v.open[r[0]] = append(v.open[r[0]], c)
		v.open[r[1]] = append(v.open[r[1]], s)
		v.mu.Unlock()
		v.wg.Go(func() { v.transfer(c, s, size, uint64(i)) })
	}
	v.wg.Wait()
	for _, l := range listeners {
		l.Close()
	}
	close(done)
	auditor.Wait()
	time.Sleep(10 * time.Minute) // every time-out of the closed connections has passed
	v.audit()
	assert.Zero(v.t, v.b.Ledger().InFlight, "nothing is under way when all is over")
	for name, n := range v.b.nodes {
		assert.Empty(v.t, n.conns, "node %s has forgotten its connections", name)
	}
}

// transfer writes on one end and reads on the other until either is over.
func (v *invariants) transfer(c, s net.Conn, size int, key uint64) {
	data := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{byte(key)}).Read(data)
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Write(data)
		if err != nil {
			v.mu.Lock()
			v.touched[s] = true
			v.mu.Unlock()
		}
		c.Close()
	})
	got, err := io.ReadAll(s)
	wg.Wait()
	v.mu.Lock()
	ended := v.touched[c] || v.touched[s]
	v.mu.Unlock()
	if err == nil && !ended {
		assert.Equal(v.t, size, len(got), "whole")
	} else if !ended {
		assert.NoError(v.t, err)
	}
	if assert.LessOrEqual(v.t, len(got), size) {
		assert.Equal(v.t, data[:len(got)], got, "a prefix of what was written")
	}
	s.Close()
}

func (v *invariants) disturb(d disturbance) {
	if d.what == "link" {
		v.b.mu.Lock()
		v.changed = true
		v.b.mu.Unlock()
		assert.NoError(v.t, v.b.SetLink(d.node, d.link))
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, c := range v.open[d.node] {
		v.touched[c] = true
		switch d.what {
		case "deadline":
			c.SetDeadline(time.Now())
		case "close":
			c.Close()
		case "reset":
			v.b.mu.Lock()
			c.(*conn).reset(v.b)
			v.b.mu.Unlock()
		}
	}
}

func (v *invariants) audit() {
	got := v.b.Ledger()
	assert.Equal(v.t, got.Put, got.Arrived+got.Dropped+got.InFlight, "%+v", got)
	v.b.mu.Lock()
	defer v.b.mu.Unlock()
	for _, l := range v.b.links {
		assert.GreaterOrEqual(v.t, l.queued, int64(0))
		if !v.changed { // what waits when a limit is lowered stays
			assert.LessOrEqual(v.t, l.queued, l.limit, "no queue holds more than its limit")
		}
	}
}

// No link carries more than its rate over any window longer than a burst,
// whatever joins, leaves and cuts in.
func TestLinksNeverExceedTheirRate(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		clients := rapid.IntRange(1, 8).Draw(rt, "clients")
		links := make([]Link, clients+1)
		for i := range links {
			links[i] = linkOf(rt, fmt.Sprint("node ", i))
		}
		type service struct{ start, finish, packets int64 }
		served := map[*link][]service{}
		Virtual(func() {
			b := New(Config{Seed: 1})
			defer b.Close()
			b.observe = func(l *link, start, finish, packets int64) {
				served[l] = append(served[l], service{start, finish, packets})
			}
			for i, l := range links {
				require.NoError(rt, b.AddNode(fmt.Sprint(i), l))
			}
			l, err := b.Listen("0")
			require.NoError(rt, err)
			var wg sync.WaitGroup
			for i := range clients {
				wg.Go(func() {
					c, err := b.Dial(context.Background(), fmt.Sprint(i+1), b.Addr("0"))
					if assert.NoError(rt, err) {
						_, err = io.Copy(io.Discard, c)
						assert.NoError(rt, err)
						c.Close()
					}
				})
				wg.Go(func() {
					c, err := l.Accept()
					if assert.NoError(rt, err) {
						_, err = c.Write(make([]byte, 100_000))
						assert.NoError(rt, err)
						c.Close()
					}
				})
			}
			wg.Wait()
			l.Close()
		})
		for _, s := range served {
			for i := 1; i < len(s); i++ {
				// Services do not overlap, so no window holds more than they do.
				require.GreaterOrEqual(rt, s[i].start, s[i-1].finish, "service %d begins before %d has ended", i, i-1)
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
