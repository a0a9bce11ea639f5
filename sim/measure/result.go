// Package measure records what happened in a trial and keeps it: the recorder,
// the versioned result, and the folder on disk that holds it.
package measure

import "versus/sim/scenario"

// Schema is the version of the result's shape, stored in every result.
const Schema = "versus/result/v1"

// Result is everything one run measured. Its JSON form is a public interface,
// described field by field in docs/result.md. Undefined values are null.
type Result struct {
	Schema         string             `json:"schema"`
	Scenario       *scenario.Scenario `json:"scenario"`
	ScenarioSHA256 string             `json:"scenario_sha256"`
	Inputs         []Input            `json:"inputs"`
	Build          Build              `json:"build"`
	Host           Host               `json:"host"`
	StartedAt      string             `json:"started_at"` // RFC 3339, UTC
	Command        []string           `json:"command"`
	Trials         []Trial            `json:"trials"`
	Missing        []TrialKey         `json:"missing"` // planned but not measured
	// Baselines are trials without the scenario's faults. The point of one has the
	// keys alone that are not about faults.
	Baselines        []Trial       `json:"baselines"`
	MissingBaselines []TrialKey    `json:"missing_baselines"` // planned but not measured
	Expectations     []Expectation `json:"expectations"`
	// Prediction is what somebody guessed before the run; nil if nobody was asked.
	Prediction *Prediction `json:"prediction,omitempty"`
}

// Input is an external file that the run read.
type Input struct {
	Path      string `json:"path"`
	SizeBytes int64  `json:"size_bytes"`
	SHA256    string `json:"sha256"`
}

// Build says which program measured.
type Build struct {
	Version string            `json:"version"`
	Go      string            `json:"go"`
	Modules map[string]string `json:"modules"` // module path -> version of the protocol stacks
}

// Host says where it ran.
type Host struct {
	OS   string `json:"os"`
	Arch string `json:"arch"`
	CPUs int    `json:"cpus"`
}

// TrialKey identifies a trial within a run: no two trials share one.
type TrialKey struct {
	Architecture string         `json:"architecture"`
	Seed         uint64         `json:"seed"`
	Point        map[string]any `json:"point"` // swept key -> value (number where it is one); empty without a sweep
}

// Trial is one architecture x one seed x one sweep point.
type Trial struct {
	TrialKey
	Network    string   `json:"network"`         // virtual | loopback
	Error      *string  `json:"error,omitempty"` // why the trial could not be measured; what is derived from its records is then null or 0
	Bounds     Bounds   `json:"bounds"`
	MakespanS  *float64 `json:"makespan_s"` // first request to last completion; null unless every request is complete or down
	Efficiency *float64 `json:"efficiency"` // fluid_s / makespan_s; null unless all at once and without faults
	Summary    Summary  `json:"summary"`

	Requests []Request `json:"requests"` // by id
	Nodes    []Node    `json:"nodes"`    // origin first, then by the scenario's order
	Links    []Link    `json:"links"`    // shared links, by the scenario's order
	Timeline []Tick    `json:"timeline"` // cumulative, at most 240 points
	Faults   []Fault   `json:"faults"`
	Bans     []Ban     `json:"bans"` // in order of time

	WallS        float64  `json:"wall_s"`
	VirtualS     float64  `json:"virtual_s"`
	PeakRSSBytes int64    `json:"peak_rss_bytes"`
	Warnings     []string `json:"warnings"`
}

// Bounds are lower bounds on the makespan, in seconds.
type Bounds struct {
	FluidS  *float64 `json:"fluid_s"`
	FluidBy *string  `json:"fluid_by"` // what sets FluidS: a theory.Term; null with FluidS, where FluidS is 0, and in older results
	PiecesS *float64 `json:"pieces_s"`
}

// Summary condenses a trial's requests and byte counters.
type Summary struct {
	Requested   int      `json:"requested"`
	Completed   int      `json:"completed"`
	SuccessRate *float64 `json:"success_rate"` // completed / requested

	Slowdown    Spread       `json:"slowdown"`
	CompletionS Distribution `json:"completion_s"` // of completed requests
	FirstByteS  Distribution `json:"first_byte_s"` // request to first verified piece
	GoodputBPS  *float64     `json:"goodput_bps"`  // delivered file bits / makespan, all nodes together

	OriginSentBytes int64 `json:"origin_sent_bytes"`
	PeersSentBytes  int64 `json:"peers_sent_bytes"`
	// RetransmittedBytes are stream bytes that TCP sent again, on top of the two
	// above; null where nobody can tell.
	RetransmittedBytes *int64 `json:"retransmitted_bytes"`

	WastedBytes   int64    `json:"wasted_bytes"`   // file bytes received twice or refused
	OverheadRatio *float64 `json:"overhead_ratio"` // stream bytes received by downloaders / file bytes delivered to them
	FairnessJain  *float64 `json:"fairness_jain"`  // Jain's index of the downloaders' completed requests' goodput

	// Inflation is the makespan over the requests that are complete here and in
	// the baseline, over that of the baseline; null without a baseline.
	Inflation    *float64 `json:"inflation"`
	DetectS      Spread   `json:"detect_s"`      // of the faults that somebody noticed
	RecoverS     *float64 `json:"recover_s"`     // the longest of the faults; null if one was never recovered from
	Availability *float64 `json:"availability"`  // 0 to 1: time that nodes were up, over the time that they were there
	StallS       Spread   `json:"stall_s"`       // of the nodes' longest_stall_s
	Banned       int      `json:"banned"`        // pairs of a node and one that it banned
	BannedHonest int      `json:"banned_honest"` // of these, those where the banned had never served a wrong piece

	// OriginWireBytes are those of all packets that the origin sent: headers,
	// acknowledgements and what TCP sent again included; null over loopback.
	OriginWireBytes *int64 `json:"origin_wire_bytes"`
	Cost            Cost   `json:"cost"`
}

// Cost is what a trial costs the publisher by the scenario's prices. Amounts are
// null without prices, and over loopback.
type Cost struct {
	Currency string   `json:"currency,omitempty"` // of the amounts; empty where there are none
	Egress   *float64 `json:"egress"`             // of the origin's wire bytes
	Server   *float64 `json:"server"`             // of the origin's machine during virtual_s
	Total    *float64 `json:"total"`
	PerGB    *float64 `json:"per_gb"` // total / 10^9 file bytes of completed requests; null if none completed
}

// Spread is a short distribution.
type Spread struct {
	P50 *float64 `json:"p50"`
	P95 *float64 `json:"p95"`
	Max *float64 `json:"max"`
}

// Distribution is a longer one, in seconds.
type Distribution struct {
	Mean *float64 `json:"mean"`
	P50  *float64 `json:"p50"`
	P90  *float64 `json:"p90"`
	P95  *float64 `json:"p95"`
	P99  *float64 `json:"p99"`
	Max  *float64 `json:"max"`
}

// Outcomes of a request.
const (
	Complete   = "complete"
	Incomplete = "incomplete"
	Down       = "down" // a fault took its node away for good before it finished
)

// Request is one node asking for one file.
type Request struct {
	ID         int      `json:"id"`
	Node       string   `json:"node"`
	File       string   `json:"file"`
	StartedS   float64  `json:"started_s"`    // since the trial's first request
	FirstByteS *float64 `json:"first_byte_s"` // instants on the same clock as started_s
	FinishedS  *float64 `json:"finished_s"`
	Outcome    string   `json:"outcome"`
	Error      string   `json:"error"`
	SHA256OK   bool     `json:"sha256_ok"` // every piece of the file's manifest was verified
}

// Roles of a node.
const (
	RoleOrigin     = "origin"
	RoleDownloader = "downloader"
)

// Node is one node's byte counters.
type Node struct {
	Node          string  `json:"node"`
	Group         string  `json:"group"`
	Role          string  `json:"role"`
	ReceivedBytes int64   `json:"received_bytes"`
	SentBytes     int64   `json:"sent_bytes"`
	WastedBytes   int64   `json:"wasted_bytes"`
	DownS         float64 `json:"down_s"`
	// RetransmittedBytes are not part of SentBytes; null where nobody can tell.
	RetransmittedBytes *int64 `json:"retransmitted_bytes"`

	// LongestStallS is the longest time without a verified byte while it was up
	// and had a request open; null if it never asked.
	LongestStallS *float64 `json:"longest_stall_s"`

	ArrivedS *float64 `json:"arrived_s"` // when a node that its request brought came; null for all others
	LeftS    *float64 `json:"left_s"`    // when such a node had left; null if it was there to the end
}

// Link is what a shared link has carried, from (up) and to (down) the nodes
// behind it. Stream bytes count each time they cross, so those that TCP sent
// again may be in them twice, and the end of a stream counts as one.
type Link struct {
	Link               string `json:"link"`
	UpBytes            int64  `json:"up_bytes"`
	DownBytes          int64  `json:"down_bytes"`
	UpWireBytes        int64  `json:"up_wire_bytes"` // whole packets, those without data included
	DownWireBytes      int64  `json:"down_wire_bytes"`
	UpDroppedPackets   int64  `json:"up_dropped_packets"` // that found the queue full
	DownDroppedPackets int64  `json:"down_dropped_packets"`
}

// Tick is one point of the timeline.
type Tick struct {
	TS              float64 `json:"t_s"`
	DeliveredBytes  int64   `json:"delivered_bytes"`   // verified file bytes, all downloaders
	OriginSentBytes int64   `json:"origin_sent_bytes"` // stream payload
	PeersSentBytes  int64   `json:"peers_sent_bytes"`  // the same of all others
	Online          int     `json:"online"`            // nodes up, origin included
	Complete        int     `json:"complete"`          // requests completed
	Downloading     int     `json:"downloading"`       // requests made that have not ended
	RarestCopies    *int    `json:"rarest_copies"`     // of all pieces of requested files, the fewest nodes up that hold one
}

// Fault is one thing that was done to one target.
type Fault struct {
	TS     float64 `json:"t_s"`
	Action string  `json:"action"`
	Target string  `json:"target"`
	Detail string  `json:"detail"`
	Cause  string  `json:"cause"` // where it is written: faults.2, or file and line of a script
	// DetectS is when the last of those who noticed had noticed; null if nobody
	// had before it ended, and for what nobody can notice.
	DetectS *float64 `json:"detect_s"`
	// RecoverS is when throughput was back; null if it never was, if nothing
	// flowed before, and for what ends a fault.
	RecoverS *float64 `json:"recover_s"`
	// Flowed says that there was throughput before, which could come back. It is
	// known only where the trial ran.
	Flowed bool `json:"-"`
}

// Ban is one node's decision not to talk to another any more.
type Ban struct {
	Node    string  `json:"node"`
	Target  string  `json:"target"`
	TS      float64 `json:"t_s"`
	Strikes int     `json:"strikes"` // corrupt pieces that it had from it
	Honest  bool    `json:"honest"`  // the target had never served a wrong piece
}

// Expectation is one line of the scenario's expect list, checked.
type Expectation struct {
	Text  string         `json:"text"`
	Seed  uint64         `json:"seed"`
	Point map[string]any `json:"point"`
	Value *float64       `json:"value"` // left-hand side as measured
	Right *float64       `json:"right"` // right-hand side: the number, or the other figure as measured
	// Margin is how far the value is on the right side of the threshold, in its
	// unit: negative where the expectation is not met, null where a side is.
	Margin *float64 `json:"margin"`
	OK     bool     `json:"ok"`
}

// Event is one line of events.jsonl.
type Event struct {
	TrialKey
	TS     float64 `json:"t_s"`
	Kind   string  `json:"kind"`
	Node   string  `json:"node"`
	File   string  `json:"file,omitempty"`
	Detail string  `json:"detail,omitempty"`
}
