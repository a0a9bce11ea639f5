package p2p

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTune(t *testing.T) {
	for _, c := range cases(1) {
		if w := os.Getenv("CASE"); w != "" && w != c.name {
			continue
		}
		c.dumpAt, _ = time.ParseDuration(os.Getenv("AT"))
		c.dumpWho = os.Getenv("WHO")
		r := c.run(t)
		fmt.Println(c.name, r)
		for i, e := range r.log {
			if i > 5 {
				break
			}
			fmt.Println(e)
		}
		if os.Getenv("CASE") != "" {
			for g, u := range r.use {
				fmt.Printf("%12s", g)
				for _, x := range u {
					fmt.Printf(" %2.0f", 100*x)
				}
				fmt.Println()
			}
			byGroup := map[string][]float64{}
			for n, d := range r.doneBy {
				g, _, _ := strings.Cut(n, "-")
				byGroup[g] = append(byGroup[g], d.Seconds())
			}
			for g, d := range byGroup {
				slices.Sort(d)
				fmt.Printf("%10s done %.1f .. %.1f .. %.1f\n", g, d[0], d[len(d)/2], d[len(d)-1])
			}
		}
	}
}
