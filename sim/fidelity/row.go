package fidelity

// Part names what a row belongs to.
type Part string

// The parts, in the order in which they run and are shown.
const (
	Transfers  Part = "transfers"   // one flow without loss, against slow-start arithmetic
	Loss       Part = "loss"        // one Reno flow under random loss, against PFTK
	Shares     Part = "shares"      // several flows over one bottleneck
	Queueing   Part = "queueing"    // a small message beside a bulk flow
	Kernel     Part = "kernel"      // the kernel's TCP against the bench, without loss
	KernelLoss Part = "kernel-loss" // the same under random loss
)

// Verdict is what a row came to.
type Verdict string

// The verdicts there are.
const (
	OK      Verdict = "ok"
	Outside Verdict = "outside" // of the row's range
	Known   Verdict = "known"   // outside, for the reason that its note states and a second model confirms
	Late    Verdict = "late"    // the relay could not keep up with real time, so nothing is known
	Failed  Verdict = "failed"  // it could not be measured; the note says why
)

// Row is one comparison. A field that does not apply is zero and left out.
type Row struct {
	Part       Part    `json:"part"`
	Case       string  `json:"case"`     // for people
	Quantity   string  `json:"quantity"` // what is compared, with its unit
	Congestion string  `json:"congestion,omitempty"`
	RateBps    int64   `json:"rate_bps,omitempty"` // of the bottleneck
	RTTS       float64 `json:"rtt_s,omitempty"`    // without queues
	Loss       float64 `json:"loss,omitempty"`     // probability that a packet is lost
	Bytes      int64   `json:"bytes,omitempty"`    // of the transfer
	Flows      int     `json:"flows,omitempty"`
	Queue      string  `json:"queue,omitempty"` // discipline of the bottleneck

	Model    float64 `json:"model"`    // what the model says; for the kernel's rows, what the bench does
	Measured float64 `json:"measured"` // on the bench; for the kernel's rows, by the kernel
	Ratio    float64 `json:"ratio"`    // measured over model
	Low      float64 `json:"low"`      // smallest ratio that passes
	High     float64 `json:"high"`     // largest ratio that passes
	Runs     int     `json:"runs"`
	Spread   float64 `json:"spread"` // standard deviation of the measured runs over their mean; 0 for one run

	Mathis   float64 `json:"mathis,omitempty"`     // throughput by Mathis et al., in the unit of model
	Timeouts float64 `json:"timeouts,omitempty"`   // retransmission time-outs per run
	LateS    float64 `json:"late_p99_s,omitempty"` // how late 99 % of the relay's packets were at most
	Verdict  Verdict `json:"verdict"`
	Note     string  `json:"note,omitempty"`
}

// judge fills ratio and verdict.
func (r *Row) judge() {
	r.Verdict = Outside
	if r.Model == 0 {
		return
	}
	r.Ratio = r.Measured / r.Model
	if r.Ratio >= r.Low && r.Ratio <= r.High {
		r.Verdict = OK
	}
}

// within sets the range of the ratio to 1 plus or minus share.
func (r *Row) within(share float64) { r.Low, r.High = 1-share, 1+share }

// Passed says whether the row is as it should be.
func (r Row) Passed() bool { return r.Verdict == OK || r.Verdict == Known }

// Result is everything that a calibration measured.
type Result struct {
	Schema string `json:"schema"` // "versus/fidelity/v1"
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	CPUs   int    `json:"cpus"`
	Go     string `json:"go"`
	System string `json:"system,omitempty"` // the kernel's release
	// KernelSkipped says why the kernel's TCP was not measured; empty if it was.
	KernelSkipped string  `json:"kernel_skipped,omitempty"`
	WallS         float64 `json:"wall_s"`
	Rows          []Row   `json:"rows"`
}

// Passed says whether every row is.
func (r *Result) Passed() bool {
	for _, row := range r.Rows {
		if !row.Passed() {
			return false
		}
	}
	return true
}
