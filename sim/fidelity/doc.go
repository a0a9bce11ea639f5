// Package fidelity calibrates the bench: it runs a grid of transfers in virtual
// time against the arithmetic and the published models of TCP, and, on Linux as
// root, the kernel's own TCP over the same links in real time against the bench.
//
// docs/fidelity.md derives the models and shows what was measured.
package fidelity
