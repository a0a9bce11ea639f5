package trial_test

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/trial"
	"versus/sim/trial/trialtest"
	"versus/sim/workload"
)

// TestRestartWaitsForTheLastLife has software and a fetch that are slow to end.
func TestRestartWaitsForTheLastLife(t *testing.T) {
	linger := func(ctx context.Context, d time.Duration) {
		<-ctx.Done()
		t := time.NewTimer(d)
		defer t.Stop()
		<-t.C
	}
	type span struct{ from, to time.Time }
	var mu sync.Mutex      // guards what follows
	var boots, fetches int // that run
	var lives []span
	count := func(n *int, change int) {
		mu.Lock()
		defer mu.Unlock()
		*n += change
		assert.LessOrEqual(t, *n, 1)
	}
	lived := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(lives)
	}
	r := trialtest.Relay{
		Boot: func(ctx context.Context, _ scenario.Options, node string, next func() error) error {
			if node != "home-1" {
				return next()
			}
			count(&boots, 1)
			began := time.Now()
			linger(ctx, 2*time.Second)
			count(&boots, -1)
			mu.Lock()
			defer mu.Unlock()
			lives = append(lives, span{began, time.Now()})
			return nil
		},
		Fetch: func(ctx context.Context, _ scenario.Options, _ *workload.Store, _ string, next func() error) error {
			count(&fetches, 1)
			defer count(&fetches, -1)
			if lived() < 2 {
				linger(ctx, 3*time.Second)
				return ctx.Err()
			}
			return next()
		},
	}
	s := faulty(t, 1, 64<<10, "{at: 1s, kill: home-1, for: 1s}", "{at: 20s, leave: home-1, for: 1s}")
	got, _ := trial.Run(spec(t, s, trial.Virtual, r))
	require.Nil(t, got.Error)
	assert.Equal(t, measure.Complete, got.Requests[0].Outcome)
	require.Len(t, lives, 3)
	assert.Equal(t, time.Second, lives[1].from.Sub(lives[0].to), "the fetch took a second longer")
	// Down from 1 s to 4 s, and from 22 s, when it had said goodbye, to 23 s.
	assert.InDelta(t, 4, got.Nodes[1].DownS, 1e-6)
}

// TestFetchWaitsForABootThatIsLate has software that takes longer to end than
// its node is down.
func TestFetchWaitsForABootThatIsLate(t *testing.T) {
	r := trialtest.Relay{Boot: func(ctx context.Context, _ scenario.Options, node string, next func() error) error {
		err := next()
		if node != scenario.Origin {
			t := time.NewTimer(5 * time.Second)
			defer t.Stop()
			<-t.C
		}
		return err
	}}
	got, _ := trial.Run(spec(t, faulty(t, 1, 4<<20, "{at: 500ms, kill: home-1, for: 1s}"), trial.Virtual, r))
	require.Nil(t, got.Error)
	assert.Equal(t, measure.Complete, got.Requests[0].Outcome, got.Requests[0].Error)
	assert.InDelta(t, 5, got.Nodes[1].DownS, 1e-6)
	assert.Greater(t, *got.Requests[0].FinishedS, 5.5)
}

// TestLastWords has software that says goodbye when it is told to stop. Only of
// who leaves it is heard.
func TestLastWords(t *testing.T) {
	for verb, want := range map[string]string{"kill": "", "poweroff": "", "leave": "goodbye"} {
		t.Run(verb, func(t *testing.T) {
			s := faulty(t, 2, 1<<20, fmt.Sprintf("{at: 1s, %s: home-1}", verb))
			s.TimeLimit = scenario.Duration(5 * time.Second)
			sp := spec(t, s, trial.Virtual, trialtest.Relay{})
			words := ""
			sp.Kind.New = func(scenario.Options, uint64) (trial.Architecture, error) { return &chatter{heard: &words}, nil }
			got, _ := trial.Run(sp)
			require.Nil(t, got.Error)
			assert.Equal(t, want, words)
			assert.Equal(t, []string{measure.Down, measure.Incomplete}, outcomes(got))
		})
	}
}

// chatter is an architecture whose peers say goodbye to the origin, and no more.
type chatter struct {
	net   trial.Network
	heard *string
}

func (a *chatter) Name() string { return "chatter" }

func (a *chatter) Deploy(_ context.Context, n trial.Network, _ trial.Content, _ trial.Recorder) (trial.Deployment, error) {
	a.net = n
	return a, nil
}

func (a *chatter) Boot(ctx context.Context, node string) error {
	if node != scenario.Origin {
		c, err := a.net.Dial(ctx, node, a.net.Addr(scenario.Origin))
		if err != nil {
			return err
		}
		defer c.Close()
		<-ctx.Done()
		_, _ = io.WriteString(c, "goodbye") // may fail, which is the point
		return nil
	}
	ln, err := a.net.Listen(node)
	if err != nil {
		return err
	}
	defer ln.Close()
	var peers sync.WaitGroup
	defer peers.Wait()
	texts := make(chan string, 2)
	for range 2 {
		c, err := ln.Accept()
		if err != nil {
			return err
		}
		peers.Go(func() {
			defer context.AfterFunc(ctx, func() { _ = c.Close() })()
			text, _ := io.ReadAll(c) // until it ends, however that may be
			texts <- string(text)
		})
	}
	<-ctx.Done()
	peers.Wait()
	*a.heard = <-texts + <-texts
	return nil
}

func (a *chatter) Fetch(ctx context.Context, _, _ string) error {
	<-ctx.Done()
	return ctx.Err()
}

func (a *chatter) Close() error { return nil }
