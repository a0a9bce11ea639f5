package run

import "versus/sim/trial"

// A worker's memory is better in huge pages where it is much larger than what the
// processor's cache of page addresses reaches: a swarm of 1,000 peers in 2.2 GiB
// took 10 to 15 % longer without. They come zeroed, 2 MiB at a time, which costs
// smaller trials more than it gains.
const hugeFrom = 1 << 30 // bytes

// heapAhead returns how many bytes of heap a trial had better have in huge pages:
// what its nodes will take (workerPerNode allows for more, to be safe), but no more
// than a half of what the machine has left, or 0.
func heapAhead(spec trial.Spec, available int64) int64 {
	if spec.Network != trial.Virtual {
		return 0
	}
	bytes := min(spec.Kind.NodeBytes*int64(peersAtOnce(spec.Scenario)+1), available/2)
	if bytes < hugeFrom {
		return 0
	}
	return bytes
}
