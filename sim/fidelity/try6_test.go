package fidelity

import (
	"fmt"
	"testing"
	"time"

	"versus/sim"
)

func TestReno(t *testing.T) {
	for _, x := range []struct{ r, rtt, size int64 }{{10, 150, 1e6}, {100, 150, 10e6}, {100, 150, 50e6}, {100, 50, 10e6}} {
		for _, c := range []sim.CongestionControl{sim.Reno, sim.Cubic} {
			p := path{rate: sim.Bandwidth(x.r * 1e6), rtt: time.Duration(x.rtt) * time.Millisecond}
			o, err := onBench(p, c, transfer{bytes: x.size}, 1)
			fmt.Println(x, c, o.seconds, err, o.sender)
		}
	}
}
