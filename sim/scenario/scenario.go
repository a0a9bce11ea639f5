// Package scenario describes one experiment: it parses a YAML file strictly,
// resolves it to a value with every default filled, and validates that value.
package scenario

// Origin is the name of the node that holds every file when a trial starts:
// the central server in one architecture and the first seeder in the other.
const Origin = "origin"

// Scenario is one resolved experiment: every default is filled, so storing it
// is enough to repeat the run. It marshals to the YAML (scenario.yaml) and to
// the JSON (result.json) that it can be read back from.
type Scenario struct {
	Name        string   `yaml:"name" json:"name"`
	Title       string   `yaml:"title" json:"title"`
	Description string   `yaml:"description" json:"description"`
	Seed        uint64   `yaml:"seed" json:"seed"`             // repeat i (from 0) uses Seed + i
	Repeat      int      `yaml:"repeat" json:"repeat"`         // at least 1
	TimeLimit   Duration `yaml:"time_limit" json:"time_limit"` // of one trial, counted from its first request

	Workload      Workload      `yaml:"workload" json:"workload"`
	Network       Network       `yaml:"network" json:"network"`
	Architectures Architectures `yaml:"architectures" json:"architectures"` // in the order they run
	Faults        []Fault       `yaml:"faults" json:"faults"`
	Prices        *Prices       `yaml:"prices,omitempty" json:"prices,omitempty"` // nil: what it costs is not asked
	Sweep         Sweep         `yaml:"sweep" json:"sweep"`                       // in the order of the file; the last key varies fastest
	Expect        []string      `yaml:"expect" json:"expect"`
}

// Workload says which files exist, how they are cut, and who asks when.
type Workload struct {
	Files      []File     `yaml:"files" json:"files"`
	PieceSize  Bytes      `yaml:"piece_size" json:"piece_size"`
	Requests   Requests   `yaml:"requests" json:"requests"`
	Popularity Popularity `yaml:"popularity" json:"popularity"`
}

// File is one entry of the catalog: either generated (Size) or read from disk
// (Path). An entry with Count above 1 stands for that many generated files,
// named by inserting -1 ... -Count before the extension.
type File struct {
	Name  string `yaml:"name" json:"name"`
	Size  Bytes  `yaml:"size,omitempty" json:"size,omitempty"`
	Count int    `yaml:"count,omitempty" json:"count,omitempty"`
	Path  string `yaml:"path,omitempty" json:"path,omitempty"`
}

// Request patterns.
const (
	AllAtOnce = "all-at-once" // every peer asks for one file at 0
	Uniform   = "uniform"     // every peer asks for one file at a random instant of [0, Over)
	Poisson   = "poisson"     // a Poisson process of Rate for For; each arrival is a random peer
	Trace     = "trace"       // rows t_s,node,file of the CSV file Path
)

// Who asks.
const (
	// NetworkPeers is the default: the peers of the network, which are there from
	// the start to the end. Resolving turns it into the empty text.
	NetworkPeers = "peers"
	// NewNodes brings one node with each request: it boots when it asks, gives up
	// after its patience, and leaves once it has been a seeder for its seed time.
	NewNodes = "new-nodes"
)

// Requests is the arrival process. Only the fields of its pattern are set.
type Requests struct {
	Pattern string    `yaml:"pattern" json:"pattern"`
	Rate    Frequency `yaml:"rate,omitempty" json:"rate,omitempty"` // poisson
	For     Duration  `yaml:"for,omitempty" json:"for,omitempty"`   // poisson
	Over    Duration  `yaml:"over,omitempty" json:"over,omitempty"` // uniform
	Path    string    `yaml:"path,omitempty" json:"path,omitempty"` // trace

	Arrivals string       `yaml:"arrivals,omitempty" json:"arrivals,omitempty"`  // NewNodes, or empty: the network's peers
	Patience Distribution `yaml:"patience,omitempty" json:"patience,omitzero"`   // new-nodes: until a node that is not finished leaves
	SeedTime Distribution `yaml:"seed_time,omitempty" json:"seed_time,omitzero"` // new-nodes: from a node's completion until it leaves
}

// Popularity patterns: how a request picks its file from the catalog.
const (
	UniformPopularity = "uniform"
	Zipf              = "zipf" // the k-th file of the catalog has weight 1/k^Exponent
)

// Popularity is the distribution of requests over the catalog.
type Popularity struct {
	Pattern  string  `yaml:"pattern" json:"pattern"`
	Exponent float64 `yaml:"exponent" json:"exponent"` // zipf, 0 otherwise
}

// Network holds the links of the origin and of every group of peers.
type Network struct {
	TCP     string      `yaml:"tcp,omitempty" json:"tcp,omitempty"`         // congestion control of every sender: cubic or reno; empty means cubic
	Regions string      `yaml:"regions,omitempty" json:"regions,omitempty"` // a preset of delays between regions; empty for none
	Shared  SharedLinks `yaml:"shared,omitempty" json:"shared,omitempty"`   // links that several nodes lie behind
	Origin  Link        `yaml:"origin" json:"origin"`
	Peers   []Group     `yaml:"peers" json:"peers"`
}

// Congestion controls.
const (
	Cubic = "cubic" // RFC 9438
	Reno  = "reno"  // RFC 5681
)

// Queue disciplines.
const (
	Fair     = "fair"      // fair queueing between connections
	DropTail = "drop-tail" // first come, first served; what does not fit is dropped
)

// Link is a node's attachment to the network. Its one-way Delay and Jitter
// count once in each direction, as do its losses; a path's delay is the sum of
// both ends' and of what lies between.
type Link struct {
	Uplink     Bandwidth `yaml:"uplink" json:"uplink"`
	Downlink   Bandwidth `yaml:"downlink" json:"downlink"`
	Delay      Duration  `yaml:"delay" json:"delay"`
	Jitter     Duration  `yaml:"jitter" json:"jitter"`
	Loss       float64   `yaml:"loss" json:"loss"` // probability per packet, 0 to below 1
	BurstLoss  BurstLoss `yaml:"burst_loss,omitempty" json:"burst_loss,omitzero"`
	Queue      string    `yaml:"queue,omitempty" json:"queue,omitempty"`             // fair or drop-tail; empty means fair
	QueueLimit Bytes     `yaml:"queue_limit,omitempty" json:"queue_limit,omitempty"` // packets' bytes that each direction's queue holds; 0 means max(64 kB, rate x 100 ms)
	Behind     string    `yaml:"behind,omitempty" json:"behind,omitempty"`           // the shared link that it lies behind; empty for none
	Region     string    `yaml:"region,omitempty" json:"region,omitempty"`           // of the network's preset
}

// BurstLoss is loss that comes in bursts, on top of Loss (Gilbert 1960, Elliott
// 1963): the link is in a good or a bad state, changes state before each packet
// with the first two probabilities, and loses it with that of its state. All
// four run from 0 to 1; the zero value loses nothing.
type BurstLoss struct {
	GoodToBad float64 `yaml:"good_to_bad" json:"good_to_bad"`
	BadToGood float64 `yaml:"bad_to_good" json:"bad_to_good"`
	LossGood  float64 `yaml:"loss_good" json:"loss_good"`
	LossBad   float64 `yaml:"loss_bad" json:"loss_bad"`
}

// SharedLink is a link that several nodes lie behind, such as a campus's. They
// reach each other without crossing it.
type SharedLink struct {
	Name       string    `yaml:"-" json:"-"`
	Uplink     Bandwidth `yaml:"uplink" json:"uplink"`
	Downlink   Bandwidth `yaml:"downlink" json:"downlink"`
	Delay      Duration  `yaml:"delay" json:"delay"`                     // one way, further to the nodes' own
	Queue      string    `yaml:"queue,omitempty" json:"queue,omitempty"` // as a Link's
	QueueLimit Bytes     `yaml:"queue_limit,omitempty" json:"queue_limit,omitempty"`
}

// SharedLinks is an ordered map in YAML and JSON.
type SharedLinks []SharedLink

// Group is a number of equal peers, named Name-1 ... Name-Count. Where Poisson
// requests bring new nodes, Count is the group's weight instead: a new node is
// of a group with probability Count over the sum of all counts, and is named by
// the order of arrival in its group.
type Group struct {
	Name  string `yaml:"name" json:"name"`
	Count int    `yaml:"count" json:"count"`
	// Unreachable is the share of the group, 0 to 1, that accepts no
	// connections, as behind a NAT: rounded to the nearest number of peers and
	// spread evenly over the group. In a file inbound: false stands for 1.
	Unreachable float64 `yaml:"unreachable,omitempty" json:"unreachable,omitempty"`
	Link        `yaml:",inline"`
}

// Node is one peer or the origin, expanded from its group.
type Node struct {
	Name  string
	Group string // equal to Name for the origin
	Link  Link

	NoInbound bool // accepts no connections; never the origin
}

// Architecture is one architecture to run, with its options filled.
type Architecture struct {
	Name    string
	Options Options
}

// Options maps an option's name to its value: string, int, bool or float64.
type Options map[string]any

// Architectures is an ordered map in YAML and JSON.
type Architectures []Architecture

// Sweep is an ordered map from a dotted path (or an alias such as peers) to
// the values it takes, as they are written in YAML.
type Sweep []Axis

// Axis is one swept key.
type Axis struct {
	Key    string
	Values []string
}
