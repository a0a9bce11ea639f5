# Everything here works on a machine that has only Go and make.
GO      ?= go
VERSUS  ?= bin/versus
FUZZ    ?= 20s
N       ?= 300
SEED    ?= 1

.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

.PHONY: build
build: ## build bin/versus
	$(GO) build -trimpath -o $(VERSUS) ./cmd/versus

# The race detector needs a C compiler.
.PHONY: cc
cc:
	@command -v $${CC:-gcc} >/dev/null 2>&1 || command -v cc >/dev/null 2>&1 || { \
	  echo "no C compiler, which the race detector needs: installing gcc" >&2; \
	  if command -v apt-get >/dev/null 2>&1; then \
	    SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; \
	    $$SUDO apt-get update -q && $$SUDO apt-get install -y -q gcc libc6-dev; \
	  else echo "install a C compiler, or run: go test ./..." >&2; exit 1; fi; }

# The page is tested in a browser. Where none can be installed its tests are
# skipped, unless VERSUS_NEEDS_BROWSER is set.
.PHONY: browser
browser:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || { \
	  echo "no Chromium, in which the page is tested: installing it" >&2; \
	  if command -v apt-get >/dev/null 2>&1; then \
	    SUDO=; [ "$$(id -u)" = 0 ] || SUDO=sudo; \
	    $$SUDO apt-get update -q && $$SUDO apt-get install -y -q --no-install-recommends chromium fonts-liberation; \
	  else echo "not without apt-get: the page's tests are skipped" >&2; fi; }

# Whole swarms and many whole runs are too much for the race detector, so they
# run without it.
LARGE = ./p2p ./cmd/versus ./cmd/experiments ./cmd/mutation ./cmd/resilience ./sim/fidelity

.PHONY: test
test: cc browser ## run every test: all under the race detector, then those with whole swarms
	GO=$(GO) .ci/race -short -timeout 15m ./...
	$(GO) test -timeout 15m $(LARGE)

.PHONY: quick
quick: ## run every test without the race detector
	$(GO) test -timeout 10m ./...

.PHONY: fuzz
fuzz: ## run every fuzz test for FUZZ (default 20s) each
	@set -e; for pkg in $$($(GO) list ./...); do \
	  for f in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZ) -fuzzminimizetime 10x $$pkg; \
	  done; done

.PHONY: lint
lint: ## check formatting, go vet and staticcheck
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	  if [ -n "$$unformatted" ]; then echo "not formatted: $$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(GO) tool staticcheck ./...

.PHONY: golden
golden: ## rewrite the golden files; read the diff before you commit it
	$(GO) test ./reports ./sim/fidelity -run Golden -update
	$(GO) test ./sim/scenario -run TestBadFiles -update

.PHONY: scenarios
scenarios: build ## check every scenario of the library
	$(VERSUS) scenarios validate $(wildcard scenarios/*.yaml)

.PHONY: demo
demo: build ## run the default scenario
	$(VERSUS) run flash-crowd

.PHONY: bench
bench: ## measure what docs/benchmarks.md records
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 1x -timeout 60m ./sim ./p2p
	$(GO) test -run '^$$' -bench . -benchtime 5x -timeout 60m ./cmd/versus
	GOMAXPROCS=1 $(GO) test -run '^$$' -bench 'Cost/.*/peers=125' -benchtime 1x ./cmd/experiments

.PHONY: growth
growth: ## measure wall time per peer from 125 to 1,000 peers into docs/benchmarks.md (ten minutes, idle machine)
	$(GO) test ./cmd/versus -run '^TestGrowth$$' -growth ../../docs -v -timeout 60m

.PHONY: fidelity
fidelity: build ## check the simulated TCP against models and the kernel (root on Linux for the latter)
	$(VERSUS) fidelity

.PHONY: fidelity-full
fidelity-full: build ## measure the whole grid and publish it in docs/fidelity.md (20 minutes on an idle machine, root on Linux)
	@status=0; $(VERSUS) fidelity --full --kernel required --out docs/fidelity || status=$$?; \
	  $(GO) test ./sim/fidelity -run GoldenPublished -update; exit $$status

.PHONY: soak
soak: build ## play N (default 300) random schedules of faults, drawn from SEED (docs/soak.md)
	$(VERSUS) soak --schedules $(N) --seed $(SEED)

.PHONY: mutation
mutation: ## let the soak find bugs put in on purpose, and record the schedules that did
	$(GO) test ./cmd/mutation -run TestFind -find 500 -v -timeout 60m

.PHONY: kill
kill: ## kill a run without warning, 20 times, and resume it
	$(GO) test ./cmd/versus -run TestKilledInTheMiddle -kills 20 -v -timeout 30m

.PHONY: theory
theory: ## compare swarms of real peers with published models (docs/theory.md)
	$(GO) test ./cmd/experiments -run '^$$' -bench OpenSwarm -benchtime 3x -timeout 60m
	$(GO) test ./cmd/experiments -run '^$$' -bench Makespan -benchtime 1x -timeout 60m

.PHONY: generate
generate: ## regenerate the protobuf code (needs protoc: Debian package protobuf-compiler)
	$(GO) generate ./p2p/...

.PHONY: check
check: ## what a reviewer runs: lint, tests, scenarios
	$(MAKE) lint test scenarios
