package fidelity

import (
	"context"
	"fmt"
	"testing"
	"time"
	"golang.org/x/sys/unix"

	"versus/sim"
)

func TestProf(t *testing.T) {
	for range 2 {
	for _, c := range []sim.CongestionControl{sim.Reno, sim.Cubic} {
		p := path{rate: 100e6, rtt: 150 * time.Millisecond}
		var r0, r1 unix.Rusage
		unix.Getrusage(unix.RUSAGE_SELF, &r0)
		k, err := onKernel(context.Background(), p, c, transfer{bytes: 50e6}, 1)
		unix.Getrusage(unix.RUSAGE_SELF, &r1)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println(k.seconds, k.late.packets, k.late.below(.5), k.late.below(.99), k.late.worst, "user", time.Duration(r1.Utime.Nano()-r0.Utime.Nano()), "sys", time.Duration(r1.Stime.Nano()-r0.Stime.Nano()))
	}
	}
}
