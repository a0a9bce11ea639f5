package scenario

import "strings"

// New returns a commented scenario file to start from, with every key that a
// scenario can have. name becomes its name and must be one that Load accepts.
func New(name string) []byte {
	return []byte(strings.ReplaceAll(template, "NAME", name))
}

const template = `# A Versus scenario. Quantities need units: B kB MB GB TB (decimal), KiB MiB GiB
# TiB (binary); bit/s kbit/s Mbit/s Gbit/s Tbit/s; durations such as 20ms or 1m30s;
# frequencies such as 2/s or 30/min. Unknown keys are errors. Check this file with
#     versus scenarios validate NAME.yaml
name: NAME
title: What happens, in one line
description: What to look for in the result.
seed: 1                # repeat i, counted from 0, uses seed + i
repeat: 1              # 5 or more give an interval
time_limit: 30m        # of one trial; what is unfinished then counts as incomplete

workload:
  files:               # generated from the seed, or {path: ./real.iso}; count: 200 makes numbered copies
    - {name: lecture.bin, size: 16MiB}
  piece_size: 256KiB
  requests: {pattern: all-at-once}
  # requests: {pattern: uniform, over: 60s}            every peer once, at a random instant
  # requests: {pattern: poisson, rate: 2/s, for: 5m}   each arrival is a random peer
  # requests: {pattern: trace, path: trace.csv}        rows t_s,node,file
  # Each arrival a new node, that gives up after its patience and leaves once it
  # has been a seeder for its seed_time. Both are forever if left out, a duration,
  # or one of {exponential: {mean: 10m}}, {uniform: {min: 1m, max: 5m}},
  # {weibull: {scale: 40m, shape: 0.6}}, {lognormal: {median: 5m, sigma: 1}},
  # {pareto: {min: 1m, shape: 1.5}}. The count of a group of peers is its weight.
  # requests: {pattern: poisson, rate: 0.5/s, for: 30m, arrivals: new-nodes,
  #            patience: {exponential: {mean: 10m}}, seed_time: {exponential: {mean: 5m}}}
  popularity: {pattern: uniform}
  # popularity: {pattern: zipf, exponent: 0.9}         with several files

network:
  # The origin holds every file: the central server in one architecture, the
  # first seeder in the other. delay is one way and counts at both ends of a path.
  origin: {uplink: 50Mbit/s, downlink: 50Mbit/s, delay: 10ms}
  peers:
    - {name: home, count: 20, uplink: 10Mbit/s, downlink: 50Mbit/s, delay: 20ms}
    - {name: office, count: 10, uplink: 50Mbit/s, downlink: 100Mbit/s, delay: 5ms, jitter: 0s, loss: 0}
  # More keys of a link, the origin's too; loss, jitter and queue act in each direction:
  #   loss: 0.001                                      # probability per packet
  #   burst_loss: {good_to_bad: 0.001, bad_to_good: 0.1, loss_good: 0, loss_bad: 0.3}   # Gilbert-Elliott
  #   queue: fair                                      # or drop-tail: first come, first served
  #   queue_limit: 125kB                               # left out: max(64kB, rate x 100 ms)
  #   behind: campus                                   # a link of network.shared
  #   region: eu-de                                    # with network.regions
  # and of a group, for peers that accept no connections (behind a NAT):
  #   inbound: false                                   # all of it; a share of it: unreachable: 0.4
  tcp: cubic                                           # or reno: congestion control of every sender
  # shared:                                            # links that several nodes lie behind
  #   campus: {uplink: 100Mbit/s, downlink: 100Mbit/s, delay: 2ms, queue: fair, queue_limit: 1MB}
  # regions: ibm-cloud-2024-08                         # published delays between regions, on top of delay

# architectures:       # left out: all of them with defaults; listed: only these
#   client-server: {}
#   p2p: {upload_slots: 4}

faults: []
# faults:                # what breaks and when; docs/faults.md has all of it
#   - {at: 10s, kill: 30% of peers}                       # the same ones in each architecture
#   - {at: 15s, poweroff: origin, for: 20s}               # and back: each action has an inverse
#   - {at: 5s, partition: [home, office], for: 60s}
#   - {every: 10s, degrade: {nodes: 3 of home, uplink: 1Mbit/s, loss: 0.02}, for: 5s}
#   - {when: progress >= 50%, leave: fastest}
#   - {churn: {nodes: peers, session: {exponential: {mean: 5m}}, downtime: {exponential: {mean: 1m}}}}
#   - {script: faults.star}

# What the origin's machine costs; peers' links cost the publisher nothing. A
# published list (dedicated, vps, cloud), or one's own:
# prices: cloud
# prices: {egress_per_gb: 0.09, server_per_hour: 0.10, currency: USD}

# Each key is a dotted path or an alias (peers, unreachable, piece_size, p2p.upload_slots);
# every combination of values is run.
sweep: {}
# sweep: {peers: [10, 20, 40]}

expect:                # ARCHITECTURE.FIELD OP (number | ARCHITECTURE.FIELD)
  - client-server.success_rate >= 1
  - p2p.success_rate >= 1
`
