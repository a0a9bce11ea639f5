//go:build race

package p2p

// raceDetector says that the tests run under the race detector, whose table of
// stacks overflows (it crashes) in large swarms; small ones race as well.
const raceDetector = true
