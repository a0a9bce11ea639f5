package scenario

import "time"

// Prices is what a publisher pays for its server: the origin. Peers' links are
// their own, and cost the publisher nothing. An amount is a plain number of
// Currency; 0 means free of charge.
type Prices struct {
	Preset        string  `yaml:"preset,omitempty" json:"preset,omitempty"` // where the figures are from, unless they were changed; empty for one's own
	Currency      string  `yaml:"currency" json:"currency"`                 // three capital letters, as in ISO 4217
	EgressPerGB   float64 `yaml:"egress_per_gb" json:"egress_per_gb"`       // for 10^9 bytes that the origin puts on the wire, headers included
	ServerPerHour float64 `yaml:"server_per_hour" json:"server_per_hour"`   // for the origin's machine; fractions of an hour count as such
	AsOf          string  `yaml:"as_of,omitempty" json:"as_of,omitempty"`   // year and month of the figures, or the day, as 2026-06 or 2026-06-30
	Source        string  `yaml:"source,omitempty" json:"source,omitempty"` // where they are published
}

// DefaultCurrency is that of prices that name none.
const DefaultCurrency = "USD"

// Limits of prices.
const (
	MaxPrice  = 100_000.0 // of a GB or an hour
	maxSource = 300       // bytes
)

// PricePresets lists the price lists that have a name. docs/cost.md says how
// they were chosen and what they leave out.
func PricePresets() []Prices {
	return []Prices{
		{
			Preset: "dedicated", Currency: "EUR", EgressPerGB: 0, ServerPerHour: 0.063, AsOf: "2024-12",
			Source: "Hetzner AX42, 46 EUR a month of 730 hours without VAT and set-up, 1 Gbit/s with unlimited traffic (hetzner.com/dedicated-rootserver); from memory, raised since",
		},
		{
			Preset: "vps", Currency: "USD", EgressPerGB: 0.00931, ServerPerHour: 0.01786, AsOf: "2025-04",
			Source: "DigitalOcean: transfer beyond the plan's own 0.01 USD per GiB (docs.digitalocean.com/products/droplets/details/pricing); Basic Droplet of 2 GiB, 12 USD for 672 hours (digitalocean.com/pricing), from memory",
		},
		{
			Preset: "cloud", Currency: "USD", EgressPerGB: 0.09, ServerPerHour: 0.0816, AsOf: "2026-06",
			Source: "Amazon EC2, us-east-1: data transfer out, first 10 TB of a month after 100 GB free; m7g.large on demand (aws.amazon.com/ec2/pricing/on-demand), as quoted by third parties",
		},
	}
}

func pricePreset(name string) (Prices, bool) {
	for _, p := range PricePresets() {
		if p.Preset == name {
			return p, true
		}
	}
	return Prices{}, false
}

func pricePresetNames() []string {
	var names []string
	for _, p := range PricePresets() {
		names = append(names, p.Preset)
	}
	return names
}

// prices reads the name of a preset, or a list of one's own.
func (d *draft) prices(n *node, path string) {
	if n.kind == nullNode {
		return // an empty key is one left out
	}
	p := &Prices{}
	d.Prices = p
	if n.kind == scalarNode {
		d.text(&p.Preset)(n, path)
		if n.text == "" {
			d.report(n.at, path, "empty, want the name of a price list or one's own, such as {egress_per_gb: 0.09, server_per_hour: 0.10, currency: USD}")
		}
		return
	}
	d.mapping(n, path,
		field{"preset", d.text(&p.Preset)},
		field{"currency", d.text(&p.Currency)},
		field{"egress_per_gb", d.float(&p.EgressPerGB)},
		field{"server_per_hour", d.float(&p.ServerPerHour)},
		field{"as_of", d.text(&p.AsOf)},
		field{"source", d.text(&p.Source)},
	)
}

// resolvePrices fills in what a preset says and the file does not. Where the
// file changes one of its figures, the source says so.
func (d *draft) resolvePrices() *Prices {
	if d.Prices == nil {
		return nil
	}
	p := *d.Prices
	preset, known := pricePreset(p.Preset)
	if !known {
		fill(d, "prices.currency", &p.Currency, DefaultCurrency)
		return &p
	}
	fill(d, "prices.currency", &p.Currency, preset.Currency)
	fill(d, "prices.egress_per_gb", &p.EgressPerGB, preset.EgressPerGB)
	fill(d, "prices.server_per_hour", &p.ServerPerHour, preset.ServerPerHour)
	if p.Currency == preset.Currency && p.EgressPerGB == preset.EgressPerGB && p.ServerPerHour == preset.ServerPerHour {
		fill(d, "prices.as_of", &p.AsOf, preset.AsOf)
		fill(d, "prices.source", &p.Source, preset.Source)
	} else {
		fill(d, "prices.source", &p.Source, "the preset "+p.Preset+" with changes")
	}
	return &p
}

func (v *validator) prices() {
	p := v.s.Prices
	if p == nil {
		return
	}
	if _, known := pricePreset(p.Preset); p.Preset != "" && !known {
		at := "prices"
		if v.draft.given("prices.preset") {
			at = "prices.preset"
		}
		v.unknown(at, "price list", p.Preset, pricePresetNames())
		return
	}
	for _, price := range []struct {
		key   string
		value float64
	}{{"prices.egress_per_gb", p.EgressPerGB}, {"prices.server_per_hour", p.ServerPerHour}} {
		if v.draft.file != "" && p.Preset == "" && !v.draft.given(price.key) {
			v.report(price.key, "missing, want an amount of %s; 0 if it is free of charge", p.Currency)
			continue
		}
		within(v, price.key, price.value, 0, MaxPrice)
	}
	if !currencyCode(p.Currency) {
		v.report("prices.currency", "%q, want three capital letters such as USD", abbreviate(p.Currency))
	}
	if p.AsOf != "" && !yearMonth(p.AsOf) {
		v.report("prices.as_of", "%q, want a month or a day such as 2026-06 or 2026-06-30", abbreviate(p.AsOf))
	}
	if len(p.Source) > maxSource {
		v.report("prices.source", "%d bytes, want at most %d", len(p.Source), maxSource)
	}
}

func currencyCode(text string) bool {
	if len(text) != 3 {
		return false
	}
	for _, r := range text {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}

// yearMonth says whether text is YYYY-MM or YYYY-MM-DD.
func yearMonth(text string) bool {
	for _, layout := range []string{"2006-01", time.DateOnly} {
		if _, err := time.Parse(layout, text); err == nil {
			return true
		}
	}
	return false
}
