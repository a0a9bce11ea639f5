package experiments_test

import (
	"context"
	"sync"
	"time"

	"versus/sim/scenario"
	"versus/sim/trial"
)

// uplinks watches what nodes upload while they download. It wraps an
// architecture and changes nothing.
type uplinks struct {
	mu    sync.Mutex
	bytes int64         // of stream, sent by nodes during their fetches
	spent time.Duration // in those fetches
}

// bitsPerSecond is what a downloader uploads on average, in bits of its streams.
func (u *uplinks) bitsPerSecond() float64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	return float64(u.bytes) * 8 / u.spent.Seconds()
}

// kind wraps every architecture of a kind.
func (u *uplinks) kind(k trial.Kind) trial.Kind {
	inner := k.New
	k.New = func(o scenario.Options, seed uint64) (trial.Architecture, error) {
		a, err := inner(o, seed)
		return watchedArchitecture{a, u}, err
	}
	return k
}

type watchedArchitecture struct {
	trial.Architecture
	uplinks *uplinks
}

// counting is the part of a trial's network that counts.
type counting interface {
	Counters(node string) (sent, received int64)
}

func (a watchedArchitecture) Deploy(ctx context.Context, n trial.Network, c trial.Content, r trial.Recorder) (trial.Deployment, error) {
	d, err := a.Architecture.Deploy(ctx, n, c, r)
	return watchedDeployment{d, n.(counting), a.uplinks}, err
}

type watchedDeployment struct {
	trial.Deployment
	network counting
	uplinks *uplinks
}

func (d watchedDeployment) Fetch(ctx context.Context, node, file string) error {
	began := time.Now()
	err := d.Deployment.Fetch(ctx, node, file)
	sent, _ := d.network.Counters(node)
	d.uplinks.mu.Lock()
	defer d.uplinks.mu.Unlock()
	d.uplinks.bytes += sent
	d.uplinks.spent += time.Since(began)
	return err
}
