package workload

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"versus/sim/scenario"
)

// MaxRequests is the largest number of requests in one trial.
const MaxRequests = 1 << 20

// Request is one node asking for one file.
type Request struct {
	ID   int           `json:"id"` // position in the schedule, from 0
	Node string        `json:"node"`
	File string        `json:"file"`
	At   time.Duration `json:"at_ns"` // since the first request, which has 0

	// Visit is set if the node comes with this request, its only one; nil if it
	// is there from the start to the end.
	Visit *Visit `json:"visit,omitempty"`
}

// Schedule draws the requests of one trial, sorted by time and, within one
// instant, in the order of nodes (for a trace: of its rows). nodes are the peers
// in the scenario's order, without the origin. The schedule depends on the
// arguments alone. No node asks for the same file twice.
//
//   - all-at-once: every peer asks for one file at 0.
//   - uniform: every peer asks for one file at a random instant of [0, Over).
//   - poisson: arrivals of a Poisson process of Rate during [0, For). Each is a
//     random peer of those that have not asked for everything yet, which asks
//     for a file it has not asked for before. That is the fetch-at-most-once
//     behaviour of users of immutable files that Gummadi et al. measured
//     ("Measurement, modeling, and analysis of a peer-to-peer file-sharing
//     workload", SOSP 2003). Arrivals end early when every peer has asked for
//     every file.
//   - trace: the rows of a CSV file; see Loader.Schedule.
//
// With arrivals of new nodes, every request has a Visit, and a Poisson arrival
// is no peer of nodes: it is a new one in the group of a random one of them,
// named by the group and the number of its arrival in it (home-1, home-2 ...).
// Population lists them.
//
// The file is drawn by popularity, among those that remain. All instants are
// then shifted so that the first request is at 0.
//
// Errors name the scenario's key. It is an error if no request results.
func Schedule(w scenario.Workload, nodes []string, seed uint64) ([]Request, error) {
	return new(Loader).Schedule(w, nodes, seed)
}

// draw makes the schedule of every pattern but trace.
func draw(w scenario.Workload, nodes []string, seed uint64) ([]Request, error) {
	files := Catalog(w)
	pop, err := newPopularity(w.Popularity, len(files))
	if err != nil {
		return nil, err
	}
	times := Stream(seed, "workload/arrivals")
	choice := Stream(seed, "workload/popularity")

	var reqs []Request
	switch p := w.Requests; p.Pattern {
	case scenario.AllAtOnce, scenario.Uniform:
		over := time.Duration(0)
		if p.Pattern == scenario.Uniform {
			if over = time.Duration(p.Over); over <= 0 {
				return nil, fmt.Errorf("workload.requests.over: %v is not above 0", over)
			}
		}
		if len(nodes) > MaxRequests {
			return nil, fmt.Errorf("workload.requests: %d peers ask, allowed are %d requests", len(nodes), MaxRequests)
		}
		for _, n := range nodes {
			var at time.Duration
			if over > 0 {
				at = time.Duration(times.Int64N(int64(over)))
			}
			reqs = append(reqs, Request{Node: n, File: files[pop.draw(choice)], At: at})
		}
	case scenario.Poisson:
		if reqs, err = poisson(p, nodes, files, pop, seed); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("workload.requests.pattern: %q is unknown; use %s, %s, %s or %s",
			p.Pattern, scenario.AllAtOnce, scenario.Uniform, scenario.Poisson, scenario.Trace)
	}
	return reqs, nil
}

func poisson(p scenario.Requests, nodes, files []string, pop popularity, seed uint64) ([]Request, error) {
	rate, span := float64(p.Rate), time.Duration(p.For) // per second
	if math.IsNaN(rate) || math.IsInf(rate, 0) || rate <= 0 {
		return nil, fmt.Errorf("workload.requests.rate: %v/s is not a finite number above 0", rate)
	}
	if span <= 0 {
		return nil, fmt.Errorf("workload.requests.for: %v is not above 0", span)
	}
	times := Stream(seed, "workload/arrivals")
	who := Stream(seed, "workload/nodes")
	choice := Stream(seed, "workload/popularity")

	bring := p.Arrivals == scenario.NewNodes
	arriving := newcomers{nodes, map[string]int{}}
	asked := make([]map[int]bool, len(nodes))
	active := make([]int, len(nodes)) // nodes that have not asked for everything
	for i := range active {
		asked[i], active[i] = map[int]bool{}, i
	}
	var reqs []Request
	for t := 0.0; len(active) > 0; {
		t += times.ExpFloat64() / rate
		if t >= span.Seconds() {
			break
		}
		if len(reqs) == MaxRequests {
			return nil, fmt.Errorf("workload.requests: %v/s for %v gives more than %d requests; lower rate or for", rate, span, MaxRequests)
		}
		if bring {
			reqs = append(reqs, Request{Node: arriving.next(who), File: files[pop.draw(choice)], At: seconds(t)})
			continue
		}
		k := who.IntN(len(active))
		n := active[k]
		f := pop.drawFresh(choice, asked[n])
		if asked[n][f] = true; len(asked[n]) == len(files) {
			active = slices.Delete(active, k, k+1)
		}
		reqs = append(reqs, Request{Node: nodes[n], File: files[f], At: seconds(t)})
	}
	if len(reqs) == 0 {
		return nil, fmt.Errorf("workload.requests: no request arrives at %s/s within %v with seed %d; raise rate or for",
			strconv.FormatFloat(rate, 'g', -1, 64), span, seed)
	}
	return reqs, nil
}

// seconds rounds to the nanosecond.
func seconds(s float64) time.Duration {
	return time.Duration(math.Round(s * float64(time.Second)))
}

// order sorts by time, keeps the given order within an instant, shifts the
// first request to 0 and numbers the rest.
func order(reqs []Request) {
	slices.SortStableFunc(reqs, func(a, b Request) int {
		switch {
		case a.At < b.At:
			return -1
		case a.At > b.At:
			return 1
		}
		return 0
	})
	first := reqs[0].At
	for i := range reqs {
		reqs[i].ID = i
		reqs[i].At -= first
	}
}
