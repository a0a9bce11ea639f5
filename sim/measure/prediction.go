package measure

// Figures that decide a prediction.
const (
	ByMakespan   = "makespan_s"       // the time until all are done
	ByCompletion = "completion_s.p50" // the median completion time
	BySuccess    = "success_rate"     // the share of requests completed; where that is equal, the time
)

// Prediction is a guess at which architecture does best, and what was measured.
type Prediction struct {
	Question string         `json:"question"` // as it was asked
	Point    map[string]any `json:"point"`    // of the sweep, that it is about; empty without a sweep
	Guess    Standing       `json:"guess"`
	// Measured is nil while a trial of the point is missing, and where nothing can
	// be compared.
	Measured *Measured `json:"measured"`
}

// Standing is how the best stands to the second.
type Standing struct {
	First *string `json:"first"` // the architecture that does best; nil for a tie
	// Times is how many times as fast it is, or, where success decides, how many
	// times as much it completes: 1 or more; nil if the second completed nothing.
	Times *float64 `json:"times"`
}

// Measured is the answer to a prediction.
type Measured struct {
	Standing
	By     string `json:"by"`     // ByMakespan, ByCompletion or BySuccess
	Second string `json:"second"` // the architecture that First is compared with
	Seeds  int    `json:"seeds"`  // that all architectures have; figures are medians over them
	Wins   int    `json:"wins"`   // of these, those with which First was ahead of Second
}
