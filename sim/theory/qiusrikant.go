package theory

import "math"

// OpenSwarm holds the parameters of the fluid model of an open swarm: peers
// arrive, download one file, stay as seeds for a while and leave (Qiu and
// Srikant, "Modeling and performance analysis of BitTorrent-like peer-to-peer
// networks", SIGCOMM 2004, section 3). With x downloaders and y seeds (peers
// that have the whole file),
//
//	dx/dt = lambda - theta x - D
//	dy/dt = D - gamma y
//	D     = min( c x , mu (eta x + y) + s )    completions per second
//
// All peers have the same links, sojourns are memoryless, and x and y are means:
// the model has no pieces, no delay and no fluctuations. A downloader that gives
// up takes its place in D with it, but none of the bytes that it got: those are
// no loss in the model, and are in a real swarm.
//
// The last term of D is our addition. The paper has no server; here the origin
// is a seed that never leaves and whose link may differ from the peers'.
type OpenSwarm struct {
	Arrivals float64 // lambda: new downloaders per second, above 0
	Upload   float64 // mu: a peer's uplink in files per second (bit/s over bits), above 0
	Download float64 // c: a peer's downlink in files per second, above 0
	Abort    float64 // theta: rate per second at which a downloader gives up, 1 / mean patience; 0: never
	Depart   float64 // gamma: rate per second at which a seed leaves, 1 / mean seeding time, above 0

	// Effectiveness is eta, 0 to 1: the share of a downloader's uplink that it
	// can use for others although it does not have the whole file.
	Effectiveness float64
	Origin        float64 // s: the origin's uplink in files per second; 0: no origin
}

// OpenState is how many peers are in an open swarm, the origin not counted.
type OpenState struct {
	Downloaders float64 // x
	Seeds       float64 // y
}

// OpenSteady is the steady state of an open swarm.
type OpenSteady struct {
	OpenState
	// Sojourn is T in seconds: the mean time that a peer is a downloader, those
	// that give up included. By Little's law it is x / lambda; without the
	// origin's term it is the paper's T = 1/(theta + beta) with
	// 1/beta = max( 1/c , (1/eta)(1/mu - 1/gamma) ).
	Sojourn float64
	// Completed is the share of arrivals that complete: 1 - theta T, 0 to 1.
	Completed float64
	// DownloadBound says which limit holds: the peers' downlinks (c) or, if
	// false, what the swarm uploads.
	DownloadBound bool
}

// Steady returns the steady state in closed form:
//
//	x = max( lambda/(theta + c) , (lambda (1 - mu/gamma) - s) / (mu eta + theta (1 - mu/gamma)) )
//	y = (lambda - theta x) / gamma
//
// where the second term counts only if its numerator and denominator are above
// 0; else the seeds and the origin alone would carry every download. With s = 0
// this is the paper's equation (6). It is not ok if a parameter is out of its
// range or there is no finite steady state: with eta = 0 and patient peers, the
// seeds alone may not keep up.
func (o OpenSwarm) Steady() (OpenSteady, bool) {
	if !o.sane() {
		return OpenSteady{}, false
	}
	down := o.Arrivals / (o.Abort + o.Download)
	spare := 1 - o.Upload/o.Depart // of a completion's cost that seeding does not pay back
	x, bound := down, true
	if need := o.Arrivals*spare - o.Origin; need > 0 {
		up := need / (o.Upload*o.Effectiveness + o.Abort*spare)
		if math.IsInf(up, 1) {
			return OpenSteady{}, false
		}
		if up > down {
			x, bound = up, false
		}
	}
	return OpenSteady{
		OpenState:     OpenState{x, (o.Arrivals - o.Abort*x) / o.Depart},
		Sojourn:       x / o.Arrivals,
		Completed:     1 - o.Abort*x/o.Arrivals,
		DownloadBound: bound,
	}, true
}

func (o OpenSwarm) sane() bool {
	for _, v := range []float64{o.Arrivals, o.Upload, o.Download, o.Depart} {
		if !(v > 0) || math.IsInf(v, 1) {
			return false
		}
	}
	return o.Abort >= 0 && o.Origin >= 0 && o.Effectiveness >= 0 && o.Effectiveness <= 1
}

// Flow returns dx/dt and dy/dt of the model in a state of 0 or more peers.
func (o OpenSwarm) Flow(s OpenState) (dx, dy float64) {
	completions := min(o.Download*s.Downloaders, o.Upload*(o.Effectiveness*s.Downloaders+s.Seeds)+o.Origin)
	return o.Arrivals - o.Abort*s.Downloaders - completions, completions - o.Depart*s.Seeds
}

// Transient follows the model from a state for the given seconds, by the
// classical Runge-Kutta method of order 4 with equal steps (at least 1), and
// returns the states at the steps+1 instants, the first included. A step should
// be short against 1/c, 1/mu and 1/gamma.
func (o OpenSwarm) Transient(from OpenState, seconds float64, steps int) []OpenState {
	h := seconds / float64(steps)
	states := append(make([]OpenState, 0, steps+1), from)
	for s := from; len(states) <= steps; states = append(states, s) {
		k1x, k1y := o.Flow(s)
		k2x, k2y := o.Flow(OpenState{s.Downloaders + h/2*k1x, s.Seeds + h/2*k1y})
		k3x, k3y := o.Flow(OpenState{s.Downloaders + h/2*k2x, s.Seeds + h/2*k2y})
		k4x, k4y := o.Flow(OpenState{s.Downloaders + h*k3x, s.Seeds + h*k3y})
		s.Downloaders = max(0, s.Downloaders+h/6*(k1x+2*k2x+2*k3x+k4x))
		s.Seeds = max(0, s.Seeds+h/6*(k1y+2*k2y+2*k3y+k4y))
	}
	return states
}

// Mean returns the mean state over the instants of a Transient from index first
// to its end, by the trapezoidal rule.
func Mean(states []OpenState, first int) OpenState {
	if states = states[first:]; len(states) == 1 {
		return states[0]
	}
	var m OpenState
	for i, s := range states {
		w := 1.0
		if i == 0 || i == len(states)-1 {
			w = 0.5
		}
		m.Downloaders += w * s.Downloaders
		m.Seeds += w * s.Seeds
	}
	n := float64(len(states) - 1)
	return OpenState{m.Downloaders / n, m.Seeds / n}
}
