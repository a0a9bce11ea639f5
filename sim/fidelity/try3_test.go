package fidelity

import (
	"context"
	"fmt"
	"testing"
	"time"

	"versus/sim"
)

func TestTrace(t *testing.T) {
	sim.Virtual(func() {
		b := sim.New(sim.Config{Seed: 1, Congestion: sim.Reno})
		defer b.Close()
		path{rate: 10e6, rtt: 150 * time.Millisecond}.nodes(b)
		l, _ := b.Listen(server)
		start := time.Now()
		go serve(l, 1_000_000)
		c, _ := b.Dial(context.Background(), client, b.Addr(server))
		buf := make([]byte, 1<<20)
		n := 0
		for {
			k, err := c.Read(buf)
			n += k
			fmt.Println(time.Since(start), n/1448, k)
			if err != nil {
				break
			}
		}
		c.Close()
		l.Close()
	})
}
