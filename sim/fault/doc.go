// Package fault turns a scenario's faults into orders to a running trial: what
// happens to which node or link, and when.
//
// Everything timed or random is drawn from the trial's seed alone, so that it
// is the same for every architecture. Conditions, selectors by role and scripts
// look at the run.
package fault
