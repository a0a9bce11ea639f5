package scenario

// Bytes is a number of bytes, 0 or more. Its text is a number and a unit: B kB
// MB GB TB are decimal, KiB MiB GiB TiB binary.
type Bytes int64

// Units of Bytes.
const (
	Byte Bytes = 1
	KB         = 1000 * Byte
	MB         = 1000 * KB
	GB         = 1000 * MB
	TB         = 1000 * GB
	KiB        = 1024 * Byte
	MiB        = 1024 * KiB
	GiB        = 1024 * MiB
	TiB        = 1024 * GiB
)

// byteUnits is ordered from the largest unit to the smallest.
func byteUnits() units {
	return units{
		noun:    "size",
		example: "16MiB",
		all: []unit{
			{"TiB", int64(TiB)}, {"TB", int64(TB)},
			{"GiB", int64(GiB)}, {"GB", int64(GB)},
			{"MiB", int64(MiB)}, {"MB", int64(MB)},
			{"KiB", int64(KiB)}, {"kB", int64(KB)},
			{"B", int64(Byte)},
		},
	}
}

// ParseBytes reads a size such as 16MiB or 1.5kB. A bare number, an unknown
// unit, a negative size and a fraction of a byte are errors.
func ParseBytes(text string) (Bytes, error) {
	n, err := byteUnits().parse(text)
	return Bytes(n), err
}

// String returns the size in the largest unit that divides it; ParseBytes
// reads it back to the same value.
func (b Bytes) String() string { return byteUnits().format(int64(b)) }

// MarshalText implements encoding.TextMarshaler, for YAML and JSON.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler as ParseBytes does.
func (b *Bytes) UnmarshalText(text []byte) (err error) {
	*b, err = ParseBytes(string(text))
	return err
}

// Bandwidth is a rate in bits per second, 0 or more. Its text is a number and
// one of bit/s kbit/s Mbit/s Gbit/s Tbit/s, all decimal.
type Bandwidth int64

// Units of Bandwidth.
const (
	BitPerSecond Bandwidth = 1
	Kbps                   = 1000 * BitPerSecond
	Mbps                   = 1000 * Kbps
	Gbps                   = 1000 * Mbps
	Tbps                   = 1000 * Gbps
)

func bandwidthUnits() units {
	return units{
		noun:    "bandwidth",
		example: "10Mbit/s",
		all: []unit{
			{"Tbit/s", int64(Tbps)}, {"Gbit/s", int64(Gbps)}, {"Mbit/s", int64(Mbps)},
			{"kbit/s", int64(Kbps)}, {"bit/s", int64(BitPerSecond)},
		},
	}
}

// ParseBandwidth reads a rate such as 10Mbit/s or 2.5Gbit/s. A bare number, an
// unknown unit, a negative rate and a fraction of a bit/s are errors.
func ParseBandwidth(text string) (Bandwidth, error) {
	n, err := bandwidthUnits().parse(text)
	return Bandwidth(n), err
}

// String returns the rate in the largest unit that divides it; ParseBandwidth
// reads it back to the same value.
func (b Bandwidth) String() string { return bandwidthUnits().format(int64(b)) }

// MarshalText implements encoding.TextMarshaler, for YAML and JSON.
func (b Bandwidth) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler as ParseBandwidth does.
func (b *Bandwidth) UnmarshalText(text []byte) (err error) {
	*b, err = ParseBandwidth(string(text))
	return err
}

// Transfer returns the seconds that size takes at this rate, without headers
// or delay. A rate of zero gives infinity.
func (b Bandwidth) Transfer(size Bytes) float64 { return float64(size) * 8 / float64(b) }
