// Package experiments compares what the laboratory measures with what published
// models predict. It has tests only: docs/theory.md shows their tables and the
// commands that print them.
package experiments
