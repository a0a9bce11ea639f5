package fidelity

import (
	"fmt"
	"testing"
	"time"

	"versus/sim"
)

func TestFast(t *testing.T) {
	for _, own := range []bool{true, false} {
		for _, r := range []sim.Bandwidth{10e6, 100e6, 1e9} {
			for _, rtt := range []int{4, 20, 100} {
				for _, c := range []sim.CongestionControl{sim.Reno, sim.Cubic} {
					p := path{rate: r, rtt: time.Duration(rtt) * time.Millisecond, own: own}
					size := int64(r) * 2 / 8
					o, err := onBench(p, c, transfer{bytes: size}, 1)
					if err != nil {
						t.Fatal(err)
					}
					fmt.Println(own, r/1e6, rtt, c, o.seconds, o.sender.Window/1448, o.sender.Recoveries, o.sender.Timeouts, o.sender.RetransmittedBytes/1448)
				}
			}
		}
	}
}
