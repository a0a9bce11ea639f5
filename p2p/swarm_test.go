package p2p

import (
	"fmt"
	"os"
	"testing"
)

func TestTune(t *testing.T) {
	for _, c := range cases(1) {
		if w := os.Getenv("CASE"); w != "" && w != c.name {
			continue
		}
		r := c.run(t)
		fmt.Println(c.name, r)
		for i, e := range r.log {
			if i > 5 {
				break
			}
			fmt.Println(e)
		}
		if os.Getenv("CASE") != "" {
			h := map[int]int{}
			for _, u := range r.useful {
				h[int(u.Seconds())]++
			}
			for i := 0; i <= int(r.makespan); i++ {
				fmt.Print(" ", h[i])
			}
			fmt.Println()
		}
	}
}
