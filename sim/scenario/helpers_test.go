package scenario

// testKinds declares two architectures like the real ones.
func testKinds() []Kind {
	return []Kind{
		{Name: "client-server", Options: []Option{
			{Name: "security", Default: "none", Values: []string{"none", "tls"}},
		}},
		{Name: "p2p", Options: []Option{
			{Name: "picker", Default: "rarest-first", Values: []string{"rarest-first", "random", "sequential"}},
			{Name: "upload_slots", Default: 4, Min: 1, Max: 64},
			{Name: "seed_ratio", Default: 1.0, Min: 0, Max: 10},
			{Name: "endgame", Default: true},
		}},
	}
}
