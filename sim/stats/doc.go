// Package stats condenses samples and compares them: means, quantiles and
// fairness of one sample; intervals over repeats; differences between two
// samples with their tests; a correction for many tests at once; outliers. It
// is pure: functions keep no state, change no argument, draw their random
// numbers from a fixed seed, and may be called at once from several goroutines.
// A result that is undefined (an empty sample, a value that is not finite, a
// spread of one value) is reported as such, never as 0 or as NaN.
package stats
