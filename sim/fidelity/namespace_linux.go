package fidelity

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// namespace is a network namespace with one TUN device. It has no name: it is
// gone when its thread, its sockets and its device are, however the process
// ends.
type namespace struct {
	tun   int // file descriptor, not blocking
	tasks chan func()
	ended chan struct{}
}

// mtu is the size of the packets that cross the device.
const mtu = 1500

// newNamespace makes a namespace whose device has the given address, with the
// other one of the same /30 reachable through it.
func newNamespace(address [4]byte) (*namespace, error) {
	n := &namespace{tasks: make(chan func()), ended: make(chan struct{})}
	made := make(chan error)
	go n.live(address, made)
	if err := <-made; err != nil {
		<-n.ended
		return nil, err
	}
	return n, nil
}

// live is the namespace's thread. It never unlocks it, so the thread ends with
// the goroutine and is not returned to others.
func (n *namespace) live(address [4]byte, made chan<- error) {
	defer close(n.ended)
	runtime.LockOSThread()
	if err := n.make(address); err != nil {
		made <- err
		return
	}
	hurry()
	close(made)
	for task := range n.tasks {
		task()
	}
}

func (n *namespace) make(address [4]byte) error {
	if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("making a network namespace: %w", err)
	}
	for _, s := range []struct{ path, value string }{
		{"ipv4/tcp_rmem", "4096 131072 6291456"}, // the bench's windows, and the kernel's defaults
		{"ipv4/tcp_wmem", "4096 16384 4194304"},
		{"ipv4/tcp_no_metrics_save", "1"}, // a connection must not begin with what another learned
		{"ipv4/tcp_timestamps", "1"},
		{"ipv4/tcp_sack", "1"},
	} {
		if err := os.WriteFile("/proc/sys/net/"+s.path, []byte(s.value), 0); err != nil {
			return fmt.Errorf("setting net.%s to %q: %w", strings.ReplaceAll(s.path, "/", "."), s.value, err)
		}
	}
	var err error
	if n.tun, err = openTun(address); err != nil {
		return err
	}
	return nil
}

// do runs fn on the namespace's thread and waits for it.
func (n *namespace) do(fn func()) {
	done := make(chan struct{})
	n.tasks <- func() { defer close(done); fn() }
	<-done
}

// close ends the thread, which must have no task, and the device.
func (n *namespace) close() {
	close(n.tasks)
	<-n.ended
	unix.Close(n.tun)
}

// openTun makes a TUN device in the thread's namespace.
func openTun(address [4]byte) (fd int, err error) {
	const device = "/dev/net/tun"
	fd, err = unix.Open(device, unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("opening %s: %w", device, err)
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	const name = "versus0"
	// Without IFF_VNET_HDR the kernel cuts and sums every packet itself.
	if err := request(fd, name, unix.TUNSETIFF, func(r *unix.Ifreq) error {
		r.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
		return nil
	}); err != nil {
		return -1, fmt.Errorf("making a TUN device: %w", err)
	}
	control, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, fmt.Errorf("opening a control socket: %w", err)
	}
	defer unix.Close(control)
	for _, step := range []struct {
		what string
		code uint
		set  func(*unix.Ifreq) error
	}{
		{"address", unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr(address[:]) }},
		{"netmask", unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr([]byte{255, 255, 255, 252}) }},
		{"MTU", unix.SIOCSIFMTU, func(r *unix.Ifreq) error { r.SetUint32(mtu); return nil }},
		// Longer than any window: the only queue is to be the bench's.
		{"queue length", unix.SIOCSIFTXQLEN, func(r *unix.Ifreq) error { r.SetUint32(20_000); return nil }},
		{"flags", unix.SIOCSIFFLAGS, func(r *unix.Ifreq) error { r.SetUint16(unix.IFF_UP | unix.IFF_RUNNING); return nil }},
	} {
		if err := request(control, name, step.code, step.set); err != nil {
			return -1, fmt.Errorf("setting the %s of a TUN device: %w", step.what, err)
		}
	}
	return fd, nil
}

func request(fd int, device string, code uint, set func(*unix.Ifreq) error) error {
	r, err := unix.NewIfreq(device)
	if err != nil {
		return err
	}
	if err := set(r); err != nil {
		return err
	}
	return unix.IoctlIfreq(fd, code, r)
}

// hurry asks that the sleeps of the calling thread end in time. A kernel that
// does not heed it makes the relay late, which is measured.
func hurry() { _ = unix.Prctl(unix.PR_SET_TIMERSLACK, 1, 0, 0, 0) }
