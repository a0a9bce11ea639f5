package fidelity

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"versus/sim"
)

func TestTry(t *testing.T) {
	self, _ := os.Executable()
	k := kernelCell{part: Kernel, path: path{rate: 100e6, rtt: 150 * time.Millisecond}, control: sim.Reno, transfer: transfer{bytes: 100e6}, runs: 1}
	o, _ := onBench(k.path, sim.Reno, k.transfer, 1)
	fmt.Printf("%+v\n", o)
	for range 4 {
		r := launch(context.Background(), []string{self, "fidelity-worker"}, k.job(1))
		fmt.Printf("%+v\n", r)
	}
}
