package scenario

func (d *draft) network(n *node, path string) {
	net := &d.Network
	d.mapping(n, path,
		field{"tcp", d.text(&net.TCP)},
		field{"regions", d.text(&net.Regions)},
		field{"shared", d.shared},
		field{"origin", func(n *node, path string) {
			d.mapping(n, path, d.link(&net.Origin)...)
		}},
		field{"peers", func(n *node, path string) {
			d.list(n, path, func(_ int, n *node, path string) {
				var g Group
				fields := []field{
					{"name", d.text(&g.Name)},
					{"count", d.whole(&g.Count)},
					{"inbound", d.inbound(&g)},
					{"unreachable", d.float(&g.Unreachable)},
				}
				d.mapping(n, path, append(fields, d.link(&g.Link)...)...)
				if d.given(join(path, "inbound")) && d.given(join(path, "unreachable")) {
					d.report(d.placeOf(join(path, "inbound")), join(path, "inbound"), "given beside unreachable, want one of them")
				}
				net.Peers = append(net.Peers, g)
			})
		}},
	)
}

// inbound reads the short form of unreachable: 0 or 1.
func (d *draft) inbound(g *Group) func(*node, string) {
	return func(n *node, path string) {
		accepts := true
		number(d, &accepts, parseBool)(n, path)
		if !accepts {
			g.Unreachable = 1
		}
	}
}

func (d *draft) shared(n *node, path string) {
	if !d.want(n, path, mapNode) {
		return
	}
	for _, e := range n.entries {
		l := SharedLink{Name: e.key}
		d.mapping(e.value, join(path, e.key),
			field{"uplink", d.rate(&l.Uplink)},
			field{"downlink", d.rate(&l.Downlink)},
			field{"delay", d.span(&l.Delay)},
			field{"queue", d.text(&l.Queue)},
			field{"queue_limit", d.size(&l.QueueLimit)},
		)
		d.Network.Shared = append(d.Network.Shared, l)
	}
}

func (d *draft) link(l *Link) []field {
	return []field{
		{"uplink", d.rate(&l.Uplink)},
		{"downlink", d.rate(&l.Downlink)},
		{"delay", d.span(&l.Delay)},
		{"jitter", d.span(&l.Jitter)},
		{"loss", d.float(&l.Loss)},
		{"burst_loss", func(n *node, path string) {
			b := &l.BurstLoss
			d.mapping(n, path,
				field{"good_to_bad", d.float(&b.GoodToBad)},
				field{"bad_to_good", d.float(&b.BadToGood)},
				field{"loss_good", d.float(&b.LossGood)},
				field{"loss_bad", d.float(&b.LossBad)},
			)
		}},
		{"queue", d.text(&l.Queue)},
		{"queue_limit", d.size(&l.QueueLimit)},
		{"behind", d.text(&l.Behind)},
		{"region", d.text(&l.Region)},
	}
}
