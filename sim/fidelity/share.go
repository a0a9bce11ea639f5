package fidelity

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"time"

	"versus/sim"
	"versus/sim/stats"
)

// One bottleneck that several flows cross.
const (
	shareRate   = sim.Bandwidth(20e6)
	shareWarmUp = 20 * time.Second
	shareSpan   = 120 * time.Second // warm-up included; half of it in the short scope
	// Packets that come in step with a queue that just overflows are lost over
	// and over (Floyd and Jacobson, On traffic phase effects in packet-switched
	// gateways, 1992): a little noise, as real senders make, takes them apart.
	shareJitter = time.Millisecond
)

// bottleneck is a bench whose servers all lie behind one shared link.
func bottleneck(rate sim.Bandwidth, queue sim.Discipline, control sim.CongestionControl, jitter time.Duration, rtts []time.Duration) (*sim.Bench, error) {
	b := sim.New(sim.Config{Seed: 1, Congestion: control})
	err := b.AddShared("bottleneck", sim.SharedLink{Uplink: rate, Downlink: fast, Queue: queue})
	for i, rtt := range rtts {
		err = errors.Join(err,
			b.AddNode(fmt.Sprint(server, i), sim.Link{Uplink: fast, Downlink: fast, Delay: rtt / 4, Jitter: jitter, Shared: "bottleneck"}),
			b.AddNode(fmt.Sprint(client, i), sim.Link{Uplink: fast, Downlink: fast, Delay: rtt / 4}))
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

// shareMeasures has k bulk flows compete.
func shareMeasures(s Scope) (out []measure) {
	for _, k := range []int{2, 4, 16} {
		for _, equal := range []bool{true, false} {
			for _, queue := range []sim.Discipline{sim.Fair, sim.DropTail} {
				if s == Short && k != 4 {
					continue
				}
				span := shareSpan
				if s == Short {
					span /= 2
				}
				out = append(out, func(context.Context) ([]Row, error) { return share(k, equal, queue, span) })
			}
		}
	}
	return out
}

// share runs k Reno flows, half of which have a round trip four times the
// other half's unless they are equal.
func share(k int, equal bool, queue sim.Discipline, span time.Duration) (rows []Row, err error) {
	rtts := make([]time.Duration, k)
	what := "40 ms"
	for i := range rtts {
		rtts[i] = 40 * time.Millisecond
		if !equal {
			what = "20/80 ms"
			rtts[i] = []time.Duration{20 * time.Millisecond, 80 * time.Millisecond}[i%2]
		}
	}
	got := make([]outcome, k)
	sim.Virtual(func() {
		b, failed := bottleneck(shareRate, queue, sim.Reno, shareJitter, rtts)
		if err = failed; err != nil {
			return
		}
		defer b.Close()
		var (
			flows sync.WaitGroup
			errs  = make([]error, k)
		)
		for i := range k {
			flows.Go(func() {
				later := time.Duration(i) * 137 * time.Millisecond // not all in step
				time.Sleep(later)
				got[i], errs[i] = fetch(b, fmt.Sprint(client, i), fmt.Sprint(server, i),
					transfer{skip: shareWarmUp - later, span: span - later})
			})
		}
		flows.Wait()
		err = errors.Join(errs...)
	})
	if err != nil {
		return nil, err
	}
	shares, total, near := make([]float64, k), 0.0, 0.0
	var queued float64 // mean queueing delay, seen by the flows' round trips
	for i, o := range got {
		shares[i] = o.goodput()
		total += o.goodput()
		if i%2 == 0 {
			near += o.goodput()
		}
		queued += (o.sender.RTTSum.Seconds()/float64(o.sender.RTTSamples) - rtts[i].Seconds()) / float64(k)
	}
	jain, _ := stats.Jain(shares)
	base := Row{
		Part: Shares, Case: fmt.Sprintf("%d flows, %s, %s", k, what, queue), Congestion: string(sim.Reno),
		RateBps: int64(shareRate), Flows: k, Queue: string(queue), Runs: 1,
	}
	if !equal && queue == sim.DropTail {
		// Windows that back off together are equal when a loss strikes those in
		// proportion: rates go as 1/RTT to 1/RTT^2, queue included.
		r := base
		r.Quantity = "near share"
		far, close := 0.080+queued, 0.020+queued
		r.Model, r.Measured = far/(far+close), near/total
		r.Low, r.High = 0.9, 1.1*(far*far/(far*far+close*close))/r.Model
		r.judge()
		rows = append(rows, r)
	} else {
		r := base
		r.Quantity = "Jain's index"
		r.Model, r.Measured = 1, jain
		r.Low, r.High = 0.99, 1
		if queue == sim.DropTail {
			r.Low = 0.9
		}
		r.High = math.Nextafter(1, 2)
		r.judge()
		rows = append(rows, r)
	}
	r := base
	r.Quantity = "Mbit/s"
	r.Model, r.Measured = float64(shareRate)*sim.MSS/sim.MTU/1e6, total/1e6
	r.Low, r.High = 0.95, 1.002
	r.judge()
	return append(rows, r), nil
}

// A small message beside a bulk flow.
const (
	queueRate   = sim.Bandwidth(10e6)
	queueRTT    = 40 * time.Millisecond
	queueWarmUp = 20 * time.Second
	queueSpan   = 140 * time.Second // warm-up included
	queueEvery  = 97 * time.Millisecond
	smallBytes  = 100
)

// queueMeasures compares the delay of the queue with the arithmetic of Reno's
// sawtooth, and with that of fair queueing.
func queueMeasures(Scope) []measure {
	return []measure{
		func(context.Context) ([]Row, error) { return queueing(sim.DropTail) },
		func(context.Context) ([]Row, error) { return queueing(sim.Fair) },
	}
}

// SawtoothQueue returns the mean delay of a drop-tail queue of limit wire
// bytes that one Reno flow keeps full: its window grows by a packet in each
// round trip from half of C to C, the bytes that path and queue hold together,
// while the round trip is window / rate. Over time the window's mean is
// therefore (2/3) (1 - 1/8) / (1 - 1/4) C = 7/9 C; the path's share of it does
// not wait. The queue must never run empty: limit >= rate x rtt.
func SawtoothQueue(rate sim.Bandwidth, rtt time.Duration, limit int64) time.Duration {
	bytes := float64(rate) / 8
	c := bytes*rtt.Seconds() + float64(limit)
	return time.Duration((7.0/9*c/bytes - rtt.Seconds()) * float64(time.Second))
}

// queueing measures how long a small message waits beside a bulk flow.
func queueing(queue sim.Discipline) ([]Row, error) {
	var (
		delays sample
		failed error
	)
	sim.Virtual(func() {
		b, err := bottleneck(queueRate, queue, sim.Reno, 0, []time.Duration{queueRTT, queueRTT})
		if err != nil {
			failed = err
			return
		}
		defer b.Close()
		var bulk sync.WaitGroup
		var bulkErr error
		end := time.Now().Add(queueSpan)
		bulk.Go(func() { _, bulkErr = fetch(b, client+"0", server+"0", transfer{span: queueSpan + time.Second}) })
		delays, err = probe(b, client+"1", server+"1", end)
		bulk.Wait()
		failed = errors.Join(err, bulkErr)
	})
	if failed != nil {
		return nil, failed
	}
	packet := sim.MTU * 8 / float64(queueRate)
	r := Row{
		Part: Queueing, Case: fmt.Sprintf("%d B, %s", smallBytes, queue), Quantity: "mean wait ms",
		Congestion: string(sim.Reno), RateBps: int64(queueRate), RTTS: queueRTT.Seconds(), Bytes: smallBytes,
		Queue: string(queue), Runs: len(delays), Measured: delays.mean() * 1e3,
	}
	if queue == sim.DropTail {
		limit := int64(queueRate) / 8 / 10
		r.Model = SawtoothQueue(queueRate, queueRTT, limit).Seconds() * 1e3
		r.within(0.15)
	} else {
		// What is left of the packet on the wire: half of one on average.
		r.Model = packet / 2 * 1e3
		r.within(0.25)
	}
	r.judge()
	return []Row{r}, nil
}

// probe sends small messages over an open connection and returns how long each
// waited on its way, in seconds, until end.
func probe(b *sim.Bench, to, from string, end time.Time) (delays sample, err error) {
	l, err := b.Listen(from)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	c, err := b.Dial(context.Background(), to, b.Addr(from))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	s, err := l.Accept()
	if err != nil {
		return nil, err
	}
	defer s.Close()
	time.Sleep(queueWarmUp)
	wire := float64(smallBytes+sim.HeaderBytes) * 8
	unloaded := queueRTT.Seconds()/2 + wire/float64(queueRate) + 2*wire/float64(fast)
	message := make([]byte, smallBytes)
	for i := 0; time.Now().Before(end); i++ {
		began := time.Now()
		if _, err := s.Write(message); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(c, message); err != nil {
			return nil, err
		}
		delays.add(time.Since(began).Seconds() - unloaded)
		// Spread over the phases of the packets on the wire.
		next := queueEvery + time.Duration(i%17)*71*time.Microsecond
		time.Sleep(next - time.Since(began)%next)
	}
	return delays, nil
}
