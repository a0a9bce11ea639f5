package fidelity

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"versus/sim"
)

// Addresses of the two ends and the port that the server listens at.
var (
	serverAddress = unix.SockaddrInet4{Addr: [4]byte{10, 77, 0, 1}, Port: port}
	clientAddress = [4]byte{10, 77, 0, 2}
)

const port = 4001

// kernelReady says why the kernel's TCP cannot be measured here, nil if it can.
func kernelReady() error {
	if os.Geteuid() != 0 {
		return errors.New("network namespaces need root")
	}
	const available = "/proc/sys/net/ipv4/tcp_available_congestion_control"
	have, err := os.ReadFile(available)
	if err != nil {
		return err
	}
	for _, c := range []sim.CongestionControl{sim.Cubic, sim.Reno} {
		if !slices.Contains(strings.Fields(string(have)), string(c)) {
			return fmt.Errorf("the kernel has no congestion control %q (%s: %s)", c, available, strings.TrimSpace(string(have)))
		}
	}
	n, err := newNamespace(clientAddress)
	if err != nil {
		return err
	}
	n.close()
	return nil
}

// kernelOutcome is what a transfer of the kernel's TCP came to.
type kernelOutcome struct {
	outcome
	late lateness
}

// onKernel measures one transfer by the kernel's own TCP over the links of a
// bench, in real time.
func onKernel(ctx context.Context, p path, control sim.CongestionControl, t transfer, seed uint64) (out kernelOutcome, err error) {
	b := sim.New(sim.Config{Seed: seed, Driven: true})
	defer b.Close()
	if err := p.nodes(b); err != nil {
		return kernelOutcome{}, err
	}
	from, err := newNamespace(serverAddress.Addr)
	if err != nil {
		return kernelOutcome{}, err
	}
	defer from.close()
	to, err := newNamespace(clientAddress)
	if err != nil {
		return kernelOutcome{}, err
	}
	defer to.close()
	r := startRelay(b, from.tun, to.tun)
	out.outcome, err = kernelTransfer(ctx, from, to, control, t)
	if relayed := r.close(); relayed != nil {
		err = relayed
	}
	out.late = r.late
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return kernelOutcome{}, fmt.Errorf("kernel: %w", err)
	}
	return out, nil
}

// kernelTransfer runs the two programs, each on the thread of its namespace.
func kernelTransfer(ctx context.Context, from, to *namespace, control sim.CongestionControl, t transfer) (out outcome, err error) {
	var listener int
	from.do(func() { listener, err = kernelListen(control) })
	if err != nil {
		return outcome{}, err
	}
	defer unix.Close(listener)
	// Blocked calls end when their socket is shut down.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(ctx, func() { unix.Shutdown(listener, unix.SHUT_RDWR) })()

	served := make(chan error, 1)
	go from.do(func() {
		var err error
		out.sender, err = kernelServe(ctx, listener, t.bytes)
		served <- err
	})
	var got error
	to.do(func() { got = kernelFetch(ctx, t, &out) })
	if got != nil {
		cancel()
	}
	sent := <-served
	return out, errors.Join(got, sent)
}

func kernelListen(control sim.CongestionControl) (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("opening a socket: %w", err)
	}
	if err = unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, string(control)); err != nil {
		err = fmt.Errorf("setting the congestion control %q: %w", control, err)
	} else if err = unix.Bind(fd, &serverAddress); err != nil {
		err = fmt.Errorf("binding: %w", err)
	} else if err = unix.Listen(fd, 1); err != nil {
		err = fmt.Errorf("listening: %w", err)
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// kernelServe does what serve does, on sockets.
func kernelServe(ctx context.Context, listener int, n int64) (stats sim.SenderStats, err error) {
	fd, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC)
	if err != nil {
		return stats, fmt.Errorf("accepting: %w", err)
	}
	defer unix.Close(fd)
	defer context.AfterFunc(ctx, func() { unix.Shutdown(fd, unix.SHUT_RDWR) })()
	buf := make([]byte, 256<<10)
	for left := n; n == 0 || left > 0; {
		part := buf
		if n > 0 {
			part = buf[:min(left, int64(len(buf)))]
		}
		wrote, err := unix.SendmsgN(fd, part, nil, nil, unix.MSG_NOSIGNAL)
		if errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			if n == 0 { // the client has had its time
				break
			}
			return stats, fmt.Errorf("sending: %w", err)
		}
		left -= int64(wrote)
	}
	if n > 0 {
		// The end of the client's stream says that it has everything.
		if err := unix.Shutdown(fd, unix.SHUT_WR); err != nil {
			return stats, fmt.Errorf("ending the stream: %w", err)
		}
		for {
			if _, err := unix.Read(fd, buf); !errors.Is(err, unix.EINTR) {
				break
			}
		}
	}
	info, err := unix.GetsockoptTCPInfo(fd, unix.IPPROTO_TCP, unix.TCP_INFO)
	if err != nil {
		return stats, fmt.Errorf("reading TCP_INFO: %w", err)
	}
	stats.RetransmittedBytes = int64(info.Bytes_retrans)
	stats.Timeouts = int64(info.Total_rto)
	stats.FirstTimeouts = int64(info.Total_rto_recoveries)
	stats.Window = int64(info.Snd_cwnd) * int64(info.Snd_mss)
	return stats, nil
}

// kernelFetch does what receive does, on sockets.
func kernelFetch(ctx context.Context, t transfer, out *outcome) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("opening a socket: %w", err)
	}
	defer unix.Close(fd)
	defer context.AfterFunc(ctx, func() { unix.Shutdown(fd, unix.SHUT_RDWR) })()
	buf := make([]byte, 256<<10)
	start := time.Now()
	if err := unix.Connect(fd, &serverAddress); err != nil {
		return fmt.Errorf("connecting: %w", err)
	}
	for {
		if t.bytes == 0 {
			left := t.span - time.Since(start)
			if left <= 0 {
				out.seconds = time.Since(start).Seconds()
				return nil
			}
			tv := unix.NsecToTimeval(max(left, time.Millisecond).Nanoseconds())
			if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tv); err != nil {
				return fmt.Errorf("setting a deadline: %w", err)
			}
		}
		n, err := unix.Read(fd, buf)
		out.seconds = time.Since(start).Seconds()
		switch {
		case errors.Is(err, unix.EINTR) || t.bytes == 0 && errors.Is(err, unix.EAGAIN):
		case err != nil:
			return fmt.Errorf("after %d of %d bytes: %w", out.bytes, t.bytes, err)
		case n > 0:
			out.bytes += int64(n)
		case out.bytes == t.bytes:
			return nil
		default:
			return fmt.Errorf("the stream ended after %d of %d bytes", out.bytes, t.bytes)
		}
	}
}
