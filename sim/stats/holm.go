package stats

import (
	"math"
	"slices"
)

// Holm returns p-values adjusted for being several, in the order of ps (Holm, "A
// simple sequentially rejective multiple test procedure", Scandinavian Journal
// of Statistics 6(2), 1979): with p sorted upwards, the k-th of m, counted from
// 0, becomes the largest so far of (m-k)*p, at most 1. To reject where the
// adjusted value is at most alpha keeps the probability of any false rejection
// at or below alpha, however the tests depend on each other. It is not ok if a
// value is not between 0 and 1.
func Holm(ps []float64) (adjusted []float64, ok bool) {
	order := make([]int, len(ps))
	for i, p := range ps {
		if !(p >= 0 && p <= 1) {
			return nil, false
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case ps[a] < ps[b]:
			return -1
		case ps[a] > ps[b]:
			return 1
		}
		return 0
	})
	adjusted = make([]float64, len(ps))
	largest := 0.0
	for k, i := range order {
		largest = math.Max(largest, float64(len(ps)-k)*ps[i])
		adjusted[i] = math.Min(largest, 1)
	}
	return adjusted, true
}
