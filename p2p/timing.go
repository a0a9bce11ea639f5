package p2p

import "time"

// Time-outs and intervals.
const (
	dialTimeout       = 8 * time.Second        // to connect and secure a connection
	answerTimeout     = 8 * time.Second        // for a Hello, a manifest or a list of neighbours
	tickInterval      = 250 * time.Millisecond // between looks at what is late
	silenceLimit      = 3 * time.Second        // without a word from a neighbour that owes one, until it is pinged
	pongLimit         = 3 * time.Second        // for its answer
	neighboursPeriod  = time.Second            // between looks whether there are enough neighbours
	neighboursLongest = 16 * time.Second       // after the origin knew of no more
	firstBackoff      = 250 * time.Millisecond // before the origin is dialed again; doubles
	lastBackoff       = 4 * time.Second
	rechokePeriod     = 10 * time.Second // of tit-for-tat
	leaveLimit        = 5 * time.Second  // for uploads that run when a peer leaves
)

// Limits of one neighbour.
const (
	pushCredit = 16 // pieces that the origin may send at a time unasked
	maxStrikes = 3  // corrupt pieces until a peer is banned
)
