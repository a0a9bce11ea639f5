package wire

import (
	"bytes"
	"testing"

	"google.golang.org/protobuf/proto"
)

// FuzzFrames decodes arbitrary bytes as a stream of frames with the raw bytes
// of their chunks. What decodes and passes Check must survive a round trip.
func FuzzFrames(f *testing.F) {
	var all []byte
	for _, frame := range frames() {
		one, err := Append(nil, frame)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(one)
		all = append(all, one...)
		if c := frame.GetChunk(); c != nil {
			all = append(all, make([]byte, c.Length)...)
		}
	}
	f.Add(all)
	f.Fuzz(func(t *testing.T, stream []byte) {
		d := NewDecoder(bytes.NewReader(stream))
		for {
			var got Frame
			if d.Decode(&got, MaxFrame) != nil || got.Check(testPieces, testPieceLen) != nil {
				return
			}
			again, err := Append(nil, &got)
			if err != nil {
				t.Fatalf("Append(%v) = %v", &got, err)
			}
			var back Frame
			if err := NewDecoder(bytes.NewReader(again)).Decode(&back, MaxFrame); err != nil || !proto.Equal(&got, &back) {
				t.Fatalf("%v came back as %v: %v", &got, &back, err)
			}
			if c := got.GetChunk(); c != nil && d.Skip(int(c.Length)) != nil {
				return
			}
		}
	})
}

// FuzzManifest decodes arbitrary bytes as a manifest. What decodes must pass
// the manifest's own check and survive a round trip.
func FuzzManifest(f *testing.F) {
	good, err := EncodeManifest(nil, testManifest())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:len(good)-7])
	f.Fuzz(func(t *testing.T, stream []byte) {
		m, _, err := DecodeManifest(NewDecoder(bytes.NewReader(stream)))
		if err != nil || m == nil {
			return
		}
		if err := m.Check(); err != nil {
			t.Fatalf("decoded a manifest that is none: %v", err)
		}
		again, err := EncodeManifest(nil, m)
		if err != nil {
			t.Skip("a name that is no UTF-8")
		}
		back, _, err := DecodeManifest(NewDecoder(bytes.NewReader(again)))
		if err != nil || back.File != m.File || back.Size != m.Size || len(back.Pieces) != len(m.Pieces) {
			t.Fatalf("%v came back as %v: %v", m, back, err)
		}
	})
}

// FuzzRendezvous decodes arbitrary bytes as what a peer sends to be told of
// others, and as the answer. What decodes and passes Check must survive a round
// trip.
func FuzzRendezvous(f *testing.F) {
	seeds := []proto.Message{
		&Register{File: "a.bin", Want: 4, Spare: true, Addresses: many(2, 8), Known: many(3, 38)},
		&Neighbours{Peers: []*Peer{{Id: []byte("id"), Addresses: many(1, 8)}, {Id: []byte("other")}}},
		&Neighbours{Status: Status_STATUS_REFUSED},
	}
	for _, m := range seeds {
		b, err := Append(nil, m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
		f.Add(b[:len(b)-1])
	}
	type checked interface {
		proto.Message
		Check() error
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, pair := range [][2]checked{{&Register{}, &Register{}}, {&Neighbours{}, &Neighbours{}}} {
			got, back := pair[0], pair[1]
			if NewDecoder(bytes.NewReader(stream)).Decode(got, MaxRendezvous) != nil || got.Check() != nil {
				continue
			}
			again, err := Append(nil, got)
			if err != nil {
				t.Fatalf("Append(%v) = %v", got, err)
			}
			if err := NewDecoder(bytes.NewReader(again)).Decode(back, MaxRendezvous); err != nil || !proto.Equal(got, back) {
				t.Fatalf("%v came back as %v: %v", got, back, err)
			}
		}
	})
}
