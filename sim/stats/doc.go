// Package stats condenses samples: means, quantiles and fairness. It is pure:
// functions keep no state, change no argument and may be called at once from
// several goroutines. A result that is undefined (an empty sample, a value that
// is not finite) is reported as such, never as 0.
package stats
