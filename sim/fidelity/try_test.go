package fidelity

import (
	"context"
	"fmt"
	"testing"
	"time"

	"versus/sim"
)

func TestTry(t *testing.T) {
	for _, rate := range []sim.Bandwidth{10e6, 100e6} {
		for _, rtt := range []int{10, 50, 150} {
			for _, size := range []int64{10e3, 100e3, 1e6, 10e6, 50e6} {
				for _, c := range []sim.CongestionControl{sim.Reno, sim.Cubic} {
					p := path{rate: rate, rtt: time.Duration(rtt) * time.Millisecond}
					tr := transfer{bytes: size}
					if float64(size)*8/float64(rate) > 5 {
						continue
					}
					m, err := onBench(p, c, tr, 1)
					if err != nil {
						t.Fatal(err)
					}
					k, err := onKernel(context.Background(), p, c, tr, 1)
					if err != nil {
						t.Fatal(err)
					}
					fmt.Printf("%4d %4d %9d %-5s bench %8.4f kernel %8.4f ratio %.3f  late p50 %v p99 %v max %v | retr %d/%d to %d/%d\n", rate/1e6, rtt, size, c, m.seconds, k.seconds, m.seconds/k.seconds,
						k.late.below(.5), k.late.below(.99), k.late.worst, m.sender.RetransmittedBytes/1448, k.sender.RetransmittedBytes/1448, m.sender.Timeouts, k.sender.Timeouts)
				}
			}
		}
	}
}
