package fidelity

import (
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"versus/sim"
)

// relay moves packets between two TUN devices through the links of a bench in
// real time. One thread does it all: it sleeps until a packet comes or the
// bench has something to do.
type relay struct {
	bench *sim.Bench
	ends  [2]relayEnd
	late  lateness
	free  [][]byte // packets to use again
	stop  atomic.Bool
	ended chan struct{}
	err   error // why it ended on its own; valid once ended is closed
}

// relayEnd is a device and the way from there to the other one.
type relayEnd struct {
	tun int // file descriptor
	out *sim.Outside
}

// longestSleep is how long the relay does not look at stop.
const longestSleep = 20 * time.Millisecond

// startRelay connects the devices of the server and the client.
func startRelay(b *sim.Bench, serverTun, clientTun int) *relay {
	r := &relay{bench: b, ended: make(chan struct{})}
	r.ends = [2]relayEnd{
		{tun: serverTun, out: b.Outside(server, client)},
		{tun: clientTun, out: b.Outside(client, server)},
	}
	go func() {
		defer close(r.ended)
		// The thread has its own priority from here on and is not given back.
		runtime.LockOSThread()
		hurry()
		r.err = r.run()
	}()
	return r
}

// close ends the relay, waits for it and returns why it had ended before.
func (r *relay) close() error {
	r.stop.Store(true)
	<-r.ended
	return r.err
}

func (r *relay) run() error {
	fds := []unix.PollFd{
		{Fd: int32(r.ends[0].tun), Events: unix.POLLIN},
		{Fd: int32(r.ends[1].tun), Events: unix.POLLIN},
	}
	for !r.stop.Load() {
		wait, ok := r.bench.Advance()
		if !ok || wait > longestSleep {
			wait = longestSleep
		}
		timeout := unix.NsecToTimespec(max(int64(wait), 0))
		if _, err := unix.Ppoll(fds, &timeout, nil); err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("waiting for packets: %w", err)
		}
		for i := range fds {
			if fds[i].Revents == 0 {
				continue
			}
			fds[i].Revents = 0
			if err := r.drain(i); err != nil {
				return err
			}
		}
	}
	return nil
}

// batch is how many packets one end may bring before the other one's turn.
const batch = 32

// drain sends what waits at one device on its way to the other.
func (r *relay) drain(from int) error {
	end, to := &r.ends[from], r.ends[1-from].tun
	for range batch {
		p := r.packet()
		n, err := unix.Read(end.tun, p)
		if err != nil {
			r.free = append(r.free, p)
			if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
				return nil
			}
			return fmt.Errorf("reading a packet: %w", err)
		}
		if n < 20 || p[0]>>4 != 4 {
			r.free = append(r.free, p) // IPv6 looks for its neighbours
			continue
		}
		end.out.Send(n, func(late time.Duration) {
			r.late.add(late)
			// A device takes a packet at once or has no room, which is a loss
			// that TCP deals with and the counters of the kernel show.
			_, _ = unix.Write(to, p[:n])
			r.free = append(r.free, p)
		})
	}
	return nil
}

func (r *relay) packet() []byte {
	if n := len(r.free); n > 0 {
		p := r.free[n-1]
		r.free = r.free[:n-1]
		return p[:mtu]
	}
	return make([]byte, mtu)
}
