package measure

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Kinds of the events that the recorder itself writes. Architectures add their
// own.
const (
	EventRequest    = "request"     // a node asks for a file
	EventFirstPiece = "first_piece" // its first verified piece; detail is the piece and its sender
	EventProgress   = "progress"    // detail is the verified share of the file, in steps of 0.05
	EventComplete   = "complete"    // the fetch returned and every piece is verified
	EventIncomplete = "incomplete"  // detail is the reason
	EventLeave      = "leave"       // a node that came with its request has left; detail is why
	EventFault      = "fault"       // something was done to a target, which stands for the node; detail is what
)

// MaxEvents bounds the events kept of one trial; later ones are counted only.
const MaxEvents = 500_000

const progressSteps = 20 // a progress event at every 1/20 of a file

// Config is what a Recorder needs to know beforehand.
type Config struct {
	// Now returns the time since the trial's first request; it is negative
	// before. Required.
	Now func() time.Duration
	// OriginSent returns the stream bytes that the origin has sent so far, for
	// the timeline. Nil means 0.
	OriginSent func() int64
	// PeersSent returns the same of all other nodes together. Nil means 0.
	PeersSent func() int64
	// Sizes maps each file of the catalog to its size in bytes.
	Sizes map[string]int64
	// Requests are the planned requests; a request's index is its id.
	Requests []Planned
	// Nodes are the names of all nodes, and Full the one that holds every piece
	// from the start. Pieces is the number of pieces of each file.
	Nodes  []string
	Full   string
	Pieces map[string]int
}

// Planned is a request that the trial is going to make.
type Planned struct {
	Node, File string
	At         time.Duration // after the first request
}

// Recorder collects what happens in one trial. It is the sink of every store
// and the recorder that architectures see. Methods are safe for concurrent use.
type Recorder struct {
	cfg       Config
	delivered atomic.Int64 // verified file bytes, readable from anywhere
	complete  atomic.Int64 // requests completed, readable from anywhere

	mu        sync.Mutex // guards everything below
	samples   []Sample
	holdings  map[holdingKey]*holding
	wasted    map[string]int64         // file bytes, by node
	online    map[string]bool          // nodes whose software runs
	downSince map[string]time.Duration // nodes that went down again
	down      map[string]time.Duration // finished spells
	arrived   map[string]time.Duration // nodes that came with their request
	left      map[string]time.Duration // of these, the ones that are gone
	upCount   int
	asking    int // requests that are open
	events    []Event
	dropped   int
	timeline  timeline
	waiting   waiting
	copies    *copies
	noticed   noticed
	lastEnd   time.Duration // of a request
}

type holdingKey struct{ node, file string }

// holding is what one node has verified of one file.
type holding struct {
	bytes int64
	steps int   // progress events written
	open  []int // requests that wait for this file on this node
}

// Sample is the raw record of one request. Instants count from the trial's
// first request.
type Sample struct {
	Node, File string
	Started    time.Duration // as planned, until the request is made
	FirstByte  time.Duration // valid if HasFirst
	Finished   time.Duration // valid if Outcome is Complete
	HasFirst   bool
	Outcome    string // empty until the request is closed
	Error      string
	// NeedBytes is what the node had yet to receive when it asked: 0 if it held
	// the file or was already fetching it for an earlier request.
	NeedBytes int64
}

// NewRecorder returns an empty recorder.
func NewRecorder(cfg Config) *Recorder {
	samples := make([]Sample, len(cfg.Requests))
	files := make([]string, len(cfg.Requests))
	for i, p := range cfg.Requests {
		samples[i] = Sample{Node: p.Node, File: p.File, Started: p.At}
		files[i] = p.File
	}
	known := make(map[string]bool, len(cfg.Nodes))
	for _, n := range cfg.Nodes {
		known[n] = true
	}
	return &Recorder{
		cfg:       cfg,
		samples:   samples,
		holdings:  map[holdingKey]*holding{},
		wasted:    map[string]int64{},
		online:    map[string]bool{},
		downSince: map[string]time.Duration{},
		down:      map[string]time.Duration{},
		arrived:   map[string]time.Duration{},
		left:      map[string]time.Duration{},
		waiting:   waiting{askers: map[string]*asker{}},
		copies:    newCopies(cfg.Nodes, files, cfg.Pieces, cfg.Full),
		noticed:   noticed{known: known, strikes: map[[2]string]int{}, corrupts: map[string]bool{}},
	}
}

// Request opens the planned request with this index: the node asks now.
func (r *Recorder) Request(id int) {
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.samples[id]
	h := r.holding(s.Node, s.File)
	s.Started = now
	if len(h.open) == 0 {
		s.NeedBytes = r.cfg.Sizes[s.File] - h.bytes
	}
	if h.bytes > 0 {
		s.FirstByte, s.HasFirst = now, true
	}
	h.open = append(h.open, id)
	r.asking++
	r.waiting.asks(now, s.Node, r.online[s.Node])
	r.event(now, EventRequest, s.Node, s.File, "")
}

// Done closes a request with its outcome. reason is empty if it completed. A
// second call for the same request changes nothing.
func (r *Recorder) Done(id int, outcome, reason string) {
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	s := &r.samples[id]
	if s.Outcome != "" {
		return
	}
	s.Outcome, s.Error = outcome, reason
	h := r.holding(s.Node, s.File)
	for i, open := range h.open {
		if open == id {
			r.asking--
			r.waiting.ends(now, s.Node, r.online[s.Node])
			r.lastEnd = now
			h.open = append(h.open[:i], h.open[i+1:]...)
			break
		}
	}
	if outcome != Complete {
		r.event(now, EventIncomplete, s.Node, s.File, reason)
		return
	}
	s.Finished = now
	r.complete.Add(1)
	r.event(now, EventComplete, s.Node, s.File, "")
}

// Verified implements workload.Sink.
func (r *Recorder) Verified(node, file string, piece, bytes int, from string) {
	now := r.cfg.Now()
	r.delivered.Add(int64(bytes))
	r.mu.Lock()
	defer r.mu.Unlock()
	h := r.holding(node, file)
	first := h.bytes == 0
	h.bytes += int64(bytes)
	r.waiting.verified(now, node, r.online[node], bytes)
	r.copies.verified(node, file, piece)
	for _, id := range h.open {
		if s := &r.samples[id]; !s.HasFirst {
			s.FirstByte, s.HasFirst = now, true
		}
	}
	if first {
		r.event(now, EventFirstPiece, node, file, fmt.Sprintf("piece %d from %s", piece, from))
	}
	size := r.cfg.Sizes[file]
	if size <= 0 {
		return
	}
	if step := int(h.bytes * progressSteps / size); step > h.steps {
		h.steps = step
		r.event(now, EventProgress, node, file, fmt.Sprintf("%.2f", float64(step)/progressSteps))
	}
}

// Wasted implements workload.Sink.
func (r *Recorder) Wasted(node, _ string, bytes int, _, _ string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wasted[node] += int64(bytes)
}

// Event implements trial.Recorder. What a node that is down has to say, as its
// software ends, is not heard.
func (r *Recorder) Event(node, kind, detail string) {
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, down := r.downSince[node]; down {
		return
	}
	r.event(now, kind, node, "", detail)
	r.noticed.note(now, node, kind, detail)
}

// Sample adds a point to the timeline and returns how long to wait before the
// next one; the spacing doubles as the trial gets longer.
func (r *Recorder) Sample() time.Duration {
	origin, peers := r.sent()
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timeline.add(r.tick(now, origin, peers))
	return r.timeline.next(now)
}

// SoleHolders returns the nodes that alone of all that are up hold a piece of a
// requested file.
func (r *Recorder) SoleHolders() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.copies.sole()
}

// Delivered returns the verified file bytes of all nodes so far.
func (r *Recorder) Delivered() int64 { return r.delivered.Load() }

// Online returns the number of nodes whose software runs.
func (r *Recorder) Online() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.upCount
}

// Completed returns the number of requests completed so far.
func (r *Recorder) Completed() int { return int(r.complete.Load()) }

// Recording is a finished recorder's content.
type Recording struct {
	Samples  []Sample         // by request
	Wasted   map[string]int64 // file bytes, by node
	Down     map[string]time.Duration
	Arrived  map[string]time.Duration // nodes that came with their request: when
	Left     map[string]time.Duration // of these, the ones that are gone: since when
	Events   []Event                  // in order of time
	Dropped  int                      // events beyond MaxEvents
	Timeline []Tick
	Elapsed  time.Duration            // from the first request to the call of Finish
	Stalls   map[string]time.Duration // longest wait for a verified byte, of nodes that asked
	Faults   []Fault                  // in order of time
	Bans     []Ban                    // in order of time
}

// Finish adds the timeline's last point and returns what was recorded, which
// the caller owns. Events that come later are lost.
func (r *Recorder) Finish() Recording {
	origin, peers := r.sent()
	now := r.cfg.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := Recording{
		Samples:  append([]Sample(nil), r.samples...),
		Wasted:   map[string]int64{},
		Down:     map[string]time.Duration{},
		Arrived:  maps.Clone(r.arrived),
		Left:     maps.Clone(r.left),
		Events:   r.events,
		Dropped:  r.dropped,
		Timeline: r.timeline.finish(r.tick(now, origin, peers)),
		Elapsed:  now,
	}
	r.events = nil
	rec.Stalls = r.waiting.stalls(now, r.online)
	end := r.lastEnd
	if r.asking > 0 {
		end = now
	}
	rec.Faults = r.noticed.faults(r.waiting.pace.recovery(end, r.served()))
	rec.Bans = r.noticed.bans
	// With real time the clock is read before the lock is taken.
	slices.SortStableFunc(rec.Events, func(a, b Event) int { return cmp.Compare(a.TS, b.TS) })
	for node, n := range r.wasted {
		rec.Wasted[node] = n
	}
	for node, d := range r.down {
		rec.Down[node] = d
	}
	for node, since := range r.downSince {
		rec.Down[node] += now - max(since, 0)
	}
	return rec
}

// sent returns what the origin and all others have sent.
func (r *Recorder) sent() (origin, peers int64) {
	if r.cfg.OriginSent != nil {
		origin = r.cfg.OriginSent()
	}
	if r.cfg.PeersSent != nil {
		peers = r.cfg.PeersSent()
	}
	return origin, peers
}

// tick and the functions below expect r.mu to be held.
func (r *Recorder) tick(now time.Duration, origin, peers int64) Tick {
	return Tick{
		TS:              now.Seconds(),
		DeliveredBytes:  r.delivered.Load(),
		OriginSentBytes: origin,
		PeersSentBytes:  peers,
		Online:          r.upCount,
		Complete:        int(r.complete.Load()),
		Downloading:     r.asking,
		RarestCopies:    r.copies.rarest(),
	}
}

// served says that every request has ended as well as it could.
func (r *Recorder) served() bool {
	for i := range r.samples {
		if o := r.samples[i].Outcome; o != Complete && o != Down {
			return false
		}
	}
	return true
}

func (r *Recorder) holding(node, file string) *holding {
	k := holdingKey{node, file}
	h := r.holdings[k]
	if h == nil {
		h = &holding{}
		r.holdings[k] = h
	}
	return h
}

func (r *Recorder) event(now time.Duration, kind, node, file, detail string) {
	if len(r.events) >= MaxEvents {
		r.dropped++
		return
	}
	r.events = append(r.events, Event{TS: now.Seconds(), Kind: kind, Node: node, File: file, Detail: detail})
}
