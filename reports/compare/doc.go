// Package compare says what changed from one stored result to another: each
// metric, by architecture and sweep point, with an interval and a verdict. It
// runs no trial, and the same two results give the same comparison. Its
// functions change no argument and may be called at once from several
// goroutines.
package compare
