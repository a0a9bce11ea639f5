package p2p

import "time"

// Time-outs and intervals.
const (
	dialTimeout       = 8 * time.Second         // to connect and secure a connection
	dialLeast         = 2500 * time.Millisecond // the same, of a peer that was connected before
	answerTimeout     = 30 * time.Second        // for a Hello, the next bytes of a manifest or a list of neighbours
	tickInterval      = 250 * time.Millisecond  // between looks at what is late
	neighboursPeriod  = 500 * time.Millisecond  // between looks whether there are enough neighbours
	neighboursLongest = 16 * time.Second        // after the origin knew of no more,
	neighboursFast    = 2 * time.Second         // of a peer with a faster uplink than others
	firstBackoff      = 250 * time.Millisecond  // before the origin is dialed again; doubles
	lastBackoff       = time.Second
	rechokePeriod     = 2 * time.Second // of tit-for-tat
	leaveLimit        = 5 * time.Second // for uploads that run when a peer leaves
)

// pushCredit is how many pieces the origin may send a neighbour at a time unasked.
const pushCredit = 16
