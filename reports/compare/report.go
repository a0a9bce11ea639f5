package compare

// Schema is the version of a comparison's JSON.
const Schema = "versus/comparison/v1"

// Verdict is what a comparison says of one metric.
type Verdict string

// Verdicts. The first three are of a difference that the test confirms and that
// reaches the minimum effect.
const (
	Worse      Verdict = "worse"
	Better     Verdict = "better"
	Changed    Verdict = "changed"    // a metric of which neither way is better
	Negligible Verdict = "negligible" // the test confirms it, but it is below the minimum effect
	Same       Verdict = "same"       // the whole interval lies within the minimum effect
	Unclear    Verdict = "unclear"    // no difference shown, and none ruled out
	TooFew     Verdict = "too few"    // not enough repeats to say anything
	Undefined  Verdict = "undefined"  // some trials have no such figure
)

// Confirmed says whether the verdict is of a difference that counts.
func (v Verdict) Confirmed() bool { return v == Worse || v == Better || v == Changed }

// Report is a comparison of result B with result A. Undefined values are nil.
type Report struct {
	Schema    string  `json:"schema"`
	A         Side    `json:"a"`
	B         Side    `json:"b"`
	Level     float64 `json:"level"`      // probability of any false alarm, 0 to 1
	MinEffect float64 `json:"min_effect"` // least relative change of a mean that counts, 0 or more

	// ScenarioChanges are the keys of the scenario that differ; seeds, repeats
	// and texts are not among them.
	ScenarioChanges []Change `json:"scenario_changes"`
	Warnings        []string `json:"warnings"`
	Groups          []Group  `json:"groups"`

	Tests        int  `json:"tests"`        // p-values that Holm's correction is over
	Improvements int  `json:"improvements"` // rows that are better
	Regressions  int  `json:"regressions"`  // rows that are worse
	Lost         int  `json:"lost"`         // groups that A measured and B did not
	Decided      bool `json:"decided"`      // whether any row could be judged
}

// Regressed says whether B is worse than A in anything, or lacks what A has.
func (r *Report) Regressed() bool { return r.Regressions > 0 || r.Lost > 0 }

// Side is one of the two results.
type Side struct {
	Name           string `json:"name"` // as the caller names it, such as its folder
	Scenario       string `json:"scenario"`
	ScenarioSHA256 string `json:"scenario_sha256"`
	Version        string `json:"version"`
	Network        string `json:"network"` // virtual, loopback, or both joined by "+"
	Measured       int    `json:"measured"`
	Failed         int    `json:"failed"`
	Missing        int    `json:"missing"`
}

// Change is one key of the scenario that differs. A side that lacks the key is
// empty.
type Change struct {
	Key string `json:"key"`
	A   string `json:"a"`
	B   string `json:"b"`
}

// Group is one architecture at one sweep point, measured by both sides.
type Group struct {
	Architecture string         `json:"architecture"`
	Point        map[string]any `json:"point"`
	Label        string         `json:"label"` // of the point, such as "peers=40"; empty without a sweep
	Paired       bool           `json:"paired"`
	Seeds        []uint64       `json:"seeds"` // of the pairs; empty if not paired
	NA           int            `json:"n_a"`   // trials of each side that are compared
	NB           int            `json:"n_b"`
	Rows         []Row          `json:"rows"`
}

// Row is one metric of a group. Values have its unit.
type Row struct {
	Metric string    `json:"metric"`
	Unit   string    `json:"unit"` // the metric's; of money the currency
	Better Direction `json:"better"`

	MeanA *float64 `json:"mean_a"`
	MeanB *float64 `json:"mean_b"`

	Difference *float64 `json:"difference"` // mean of B minus mean of A
	Low        *float64 `json:"low"`        // interval of the difference at confidence 1 - level, not adjusted for several tests
	High       *float64 `json:"high"`
	Relative   *float64 `json:"relative"` // difference / |mean of A|; nil if that mean is 0
	Method     string   `json:"method"`   // of the interval and the test

	P         *float64 `json:"p"`          // two-sided
	PAdjusted *float64 `json:"p_adjusted"` // by Holm's correction over all tests of the report

	Effect     *float64 `json:"effect"` // difference in standard deviations
	EffectName string   `json:"effect_name"`

	Verdict Verdict `json:"verdict"`
	Note    string  `json:"note"` // why there is no other verdict
}
