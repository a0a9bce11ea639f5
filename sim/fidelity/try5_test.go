package fidelity

import (
	"fmt"
	"testing"
	"time"

	"versus/sim"
)

func TestOne(t *testing.T) {
	for _, rtt := range []int{10, 50, 150} {
		p := path{rate: 100e6, rtt: time.Duration(rtt) * time.Millisecond}
		o, err := onBench(p, sim.Cubic, transfer{bytes: 10e6}, 1)
		fmt.Println(o.seconds, err, o.sender.Window/1448)
	}
}
