package fault

import (
	"container/heap"
	"time"
)

// never is an instant that does not come.
const never = time.Duration(1<<63 - 1)

// event is something to do at an instant of the trial.
type event struct {
	at  time.Duration
	seq int
	do  func(at time.Duration) error
}

// queue orders events by their instant and, within one, by when they were put
// in.
type queue struct {
	events []event
	seq    int
}

func (q *queue) push(at time.Duration, do func(at time.Duration) error) {
	q.seq++
	heap.Push(q, event{at, q.seq, do})
}

// next returns when the first event is due; never if there is none.
func (q *queue) next() time.Duration {
	if len(q.events) == 0 {
		return never
	}
	return q.events[0].at
}

func (q *queue) pop() event { return heap.Pop(q).(event) }

// Len implements heap.Interface.
func (q *queue) Len() int { return len(q.events) }

// Less implements heap.Interface.
func (q *queue) Less(i, j int) bool {
	a, b := q.events[i], q.events[j]
	return a.at < b.at || a.at == b.at && a.seq < b.seq
}

// Swap implements heap.Interface.
func (q *queue) Swap(i, j int) { q.events[i], q.events[j] = q.events[j], q.events[i] }

// Push implements heap.Interface.
func (q *queue) Push(x any) { q.events = append(q.events, x.(event)) }

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(q.events) - 1
	e := q.events[last]
	q.events[last] = event{}
	q.events = q.events[:last]
	return e
}
