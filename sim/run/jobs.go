package run

import (
	"runtime"

	"versus/sim/scenario"
	"versus/sim/trial"
)

// What a worker is assumed to need, in bytes: generous, because a run that
// swaps measures nothing in time.
const (
	workerBase    = 96 << 20
	workerPerNode = 5 << 20 // a libp2p host with its connections
)

// defaultJobs returns how many workers to run at once: one for each processor
// that has the memory for the largest trial. Trials in real time run one by one,
// because they would take each other's bandwidth.
func defaultJobs(network string, tasks []task, cpus int, available int64) int {
	if network != trial.Virtual {
		return 1
	}
	var need int64
	for _, t := range tasks {
		var content int64
		for _, f := range t.point.Workload.Files {
			content += int64(f.Size) * int64(max(f.Count, 1))
		}
		n := workerBase + workerPerNode*int64(peersAtOnce(t.point)+1) + min(content, 256<<20)
		need = max(need, n)
	}
	jobs := min(cpus, len(tasks))
	if available > 0 {
		jobs = min(jobs, int(available/need))
	}
	return max(jobs, 1)
}

// peersAtOnce is how many peers are online together, about: by Little's law where
// requests bring them, unless they stay.
func peersAtOnce(s *scenario.Scenario) int {
	if !s.BringsNodes() {
		return s.TotalPeers()
	}
	r := s.Workload.Requests
	span := r.For.Seconds()
	patience, gives := r.Patience.Average()
	seeds, leaves := r.SeedTime.Average()
	if gives && leaves {
		span = min(span, patience.Seconds()+seeds.Seconds())
	}
	return int(r.Rate.PerSecond() * span)
}

// workerProcs returns how many processors a worker may use. In virtual time
// hardly more than one goroutine can run at any instant, and handing them from
// one processor to another costs more than it gains: a swarm of 40 took 3.2 s
// on one and 4.2 s on two.
func workerProcs(network string) int {
	if network == trial.Virtual {
		return 1
	}
	return runtime.NumCPU()
}
