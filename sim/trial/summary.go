package trial

import (
	"versus/sim/measure"
	"versus/sim/scenario"
	"versus/sim/stats"
)

func summarize(spec *Spec, out *outcome, t *measure.Trial) measure.Summary {
	rec := &out.recording
	sum := measure.Summary{Requested: len(rec.Samples)}
	var completion, first, slowdown, goodput []float64
	var delivered int64 // to completed requests
	uplink, down := float64(spec.Nodes[0].Link.Uplink), spec.downlinks()
	for _, s := range rec.Samples {
		if s.HasFirst {
			first = append(first, (s.FirstByte - s.Started).Seconds())
		}
		if s.Outcome != measure.Complete {
			continue
		}
		sum.Completed++
		took := (s.Finished - s.Started).Seconds()
		completion = append(completion, took)
		delivered += s.NeedBytes
		if s.NeedBytes > 0 && took > 0 {
			goodput = append(goodput, float64(s.NeedBytes)*8/took)
			if spec.Network == Virtual { // links have rates
				slowdown = append(slowdown, took*min(uplink, down[s.Node])/(float64(s.NeedBytes)*8))
			}
		}
	}
	if sum.Requested > 0 {
		sum.SuccessRate = measure.Finite(float64(sum.Completed) / float64(sum.Requested))
	}
	sum.CompletionS = distribution(completion)
	sum.FirstByteS = distribution(first)
	sum.Slowdown = spread(slowdown)
	if t.MakespanS != nil && *t.MakespanS > 0 {
		sum.GoodputBPS = measure.Finite(float64(delivered) * 8 / *t.MakespanS)
	}
	if j, ok := stats.Jain(goodput); ok {
		sum.FairnessJain = measure.Finite(j)
	}
	var received int64 // stream bytes, by downloaders
	for _, n := range t.Nodes {
		sum.WastedBytes += n.WastedBytes
		if n.RetransmittedBytes != nil {
			if sum.RetransmittedBytes == nil {
				sum.RetransmittedBytes = new(int64)
			}
			*sum.RetransmittedBytes += *n.RetransmittedBytes
		}
		if n.Role == measure.RoleOrigin {
			sum.OriginSentBytes += n.SentBytes
			continue
		}
		sum.PeersSentBytes += n.SentBytes
		received += n.ReceivedBytes
	}
	if file := fileBytes(t); file > 0 {
		sum.OverheadRatio = measure.Finite(float64(received) / float64(file))
	}
	resilience(&sum, t)
	sum.OriginWireBytes = out.originWire
	sum.Cost = cost(spec.Scenario.Prices, out.originWire, t.VirtualS, delivered)
	return sum
}

// cost is what the publisher pays: for the packets that its origin sent, and for
// the origin's machine while the trial ran. Delivered are the file bytes that
// completed requests needed. Nothing is known without prices, and where the
// packets cannot be counted, since there the links are not the scenario's.
func cost(prices *scenario.Prices, wire *int64, seconds float64, delivered int64) measure.Cost {
	if prices == nil || wire == nil {
		return measure.Cost{}
	}
	egress := prices.EgressPerGB * float64(*wire) / float64(scenario.GB)
	server := prices.ServerPerHour * seconds / 3600
	c := measure.Cost{
		Currency: prices.Currency,
		Egress:   measure.Finite(egress), Server: measure.Finite(server), Total: measure.Finite(egress + server),
	}
	if delivered > 0 {
		c.PerGB = measure.Finite((egress + server) / (float64(delivered) / float64(scenario.GB)))
	}
	return c
}

// resilience condenses what faults did. Inflation needs another trial.
func resilience(sum *measure.Summary, t *measure.Trial) {
	var stalls, detected []float64
	var there, down float64 // node-seconds
	for _, n := range t.Nodes {
		if n.LongestStallS != nil {
			stalls = append(stalls, *n.LongestStallS)
		}
		from, to := 0.0, t.VirtualS
		if n.ArrivedS != nil {
			from = *n.ArrivedS
		}
		if n.LeftS != nil {
			to = *n.LeftS
		}
		there += to - from
		down += n.DownS
	}
	sum.StallS = spread(stalls)
	if there > 0 {
		sum.Availability = measure.Finite(1 - down/there)
	}
	for _, f := range t.Faults {
		if f.DetectS != nil {
			detected = append(detected, *f.DetectS)
		}
	}
	sum.DetectS = spread(detected)
	sum.RecoverS = recovered(t.Faults)
	pairs := map[[2]string]bool{}
	for _, b := range t.Bans {
		pair := [2]string{b.Node, b.Target}
		if pairs[pair] {
			continue
		}
		pairs[pair] = true
		sum.Banned++
		if b.Honest {
			sum.BannedHonest++
		}
	}
}

// recovered is the longest time to recover of the faults before which something
// flowed, nil if there is none or one was never recovered from.
func recovered(faults []measure.Fault) (longest *float64) {
	for _, f := range faults {
		switch {
		case !f.Flowed:
		case f.RecoverS == nil:
			return nil
		case longest == nil || *f.RecoverS > *longest:
			longest = f.RecoverS
		}
	}
	return longest
}

// fileBytes returns the verified file bytes of all downloaders, also those of
// requests that did not complete.
func fileBytes(t *measure.Trial) int64 {
	if n := len(t.Timeline); n > 0 {
		return t.Timeline[n-1].DeliveredBytes
	}
	return 0
}

func distribution(xs []float64) measure.Distribution {
	s, ok := stats.Summarize(xs)
	if !ok {
		return measure.Distribution{}
	}
	return measure.Distribution{
		Mean: measure.Finite(s.Mean), P50: measure.Finite(s.P50), P90: measure.Finite(s.P90),
		P95: measure.Finite(s.P95), P99: measure.Finite(s.P99), Max: measure.Finite(s.Max),
	}
}

func spread(xs []float64) measure.Spread {
	s, ok := stats.Summarize(xs)
	if !ok {
		return measure.Spread{}
	}
	return measure.Spread{P50: measure.Finite(s.P50), P95: measure.Finite(s.P95), Max: measure.Finite(s.Max)}
}
