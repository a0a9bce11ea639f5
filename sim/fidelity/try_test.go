package fidelity

import (
	"fmt"
	"testing"
	"time"

	"versus/sim"
)

func TestTry(t *testing.T) {
	for _, c := range []sim.CongestionControl{sim.Cubic} {
		for _, x := range []lossCase{{0.001, 50 * time.Millisecond}, {0.01, 20 * time.Millisecond}, {0.01, 100 * time.Millisecond}, {0.02, 20 * time.Millisecond}} {
			var s sample
			for seed := range 16 {
				o, _ := onBench(path{rate: 100e6, rtt: x.rtt, loss: x.loss}, c, transfer{span: max(10*time.Second, time.Duration(0.013/x.loss)*time.Second)}, uint64(seed+1))
				s.add(o.goodput() / 1e6)
			}
			fmt.Println(c, x, s.mean())
		}
	}
}
