// Package run measures a scenario: every architecture with every seed at every
// point of its sweep, each trial in a worker process of its own, into a result
// folder that keeps what is finished whatever happens.
package run
