// Package resilience has tests only: both architectures under faults, against
// what the laboratory promises of them.
package resilience
