// Package soak looks for bugs of the laboratory and of its architectures: it
// draws small random scenarios with random faults from a seed, runs them in
// virtual time, and checks after each what must hold whatever happened.
package soak
