# `make` alone lists what there is. Each target installs by itself what it
# needs, says what it does, and does nothing where nothing is to be done.
.DEFAULT_GOAL := help
.PHONY: help run build test check fuzz simulate faults bench budgets demo clean go-tools client browser compiler postgres s3 laboratory

# GOOS and GOARCH are honoured: make build GOARCH=arm64
export GOOS GOARCH
# The program, its checks and its tests are compiled alike, so that it is done
# once, and without what is for debuggers, which nothing here keeps.
export CGO_ENABLED ?= 0
export GOFLAGS := -trimpath -gcflags=all=-dwarf=false $(GOFLAGS)
GO      ?= go
ARGS    ?=
FUZZTIME ?= 10s
SCHEDULES ?= 10000
SEED ?= 1

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## build and start the server; make run ARGS="--listen 127.0.0.1:9000 --data ./elsewhere"
	bin/verbale serve $(ARGS)

build: go-tools client ## make bin/verbale, one static binary with the client inside
	@scripts/build.sh

test: go-tools client compiler browser postgres laboratory ## every test: Go with the race detector, the client, the browser
	@scripts/test.sh

check: go-tools client ## formatting, vet, staticcheck, the client's lint and types, import directions
	@scripts/check.sh

fuzz: go-tools client ## each fuzz target for FUZZTIME (10s)
	@FUZZTIME=$(FUZZTIME) scripts/fuzz.sh

faults: go-tools client postgres s3 laboratory ## every fault on many machines, as root; make faults ARGS="-run ManyNodes"
	VERBALE_TEST_S3=$(CURDIR)/.tools/versitygw VERBALE_FAULTS=long $(GO) test -count=1 -timeout 90m -v ./e2e/lab $(ARGS)

simulate: go-tools ## simulated schedules of the whole; make simulate SCHEDULES=10000 SEED=1
	@SCHEDULES=$(SCHEDULES) SEED=$(SEED) scripts/simulate.sh

bench: build postgres ## measure this machine, on both engines; make bench ARGS="--short"
	scripts/bench.sh $(ARGS)

budgets: build browser ## measure the client in the browser against what it may take
	@scripts/packages.sh e2e/browser
	cd e2e/browser && VERBALE_BIN=$(CURDIR)/bin/verbale npm run --silent budgets

demo: build ## start a made-up company of 60 people with a year of chats
	bin/verbale demo --serve $(ARGS)

clean: ## remove what was built (never data)
	rm -rf bin web/.svelte-kit web/node_modules e2e/browser/node_modules test-results
	find web/dist -mindepth 1 ! -name .keep -delete

# What the targets above stand on.
go-tools:
	@scripts/need.sh go

client:
	@scripts/need.sh node
	@scripts/client.sh

compiler:
	@scripts/need.sh compiler

browser:
	@scripts/need.sh browser

postgres:
	@scripts/need.sh postgres

s3:
	@scripts/need.sh s3

laboratory:
	@scripts/need.sh laboratory
