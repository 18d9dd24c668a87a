#!/bin/sh
# test.sh: every test there is, in one go; the first failure ends it.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
unset GOOS GOARCH

began=$(date +%s)
step() { printf '\n== %s (%d s so far)\n' "$*" $(($(date +%s) - began)); }

scripts/build.sh
# The tests from outside drive this very program.
VERBALE_BIN=$PWD/bin/verbale
export VERBALE_BIN
scripts/need.sh s3
VERBALE_TEST_S3=$PWD/.tools/versitygw
export VERBALE_TEST_S3

# Before which nodes are put, what checks the alerts, and who gives certificates.
scripts/need.sh nginx haproxy promtool acme

# Many tests wait for what a clock, a lease or another process does, so there
# are more of them at a time than cores. Vet is of make check.
cores=$(nproc 2>/dev/null || echo 2)
flags="-vet=off -timeout 30m -p $((cores + 1)) -parallel $((cores * 2))"

step "Go, with the race detector"
# Not what drives bin/verbale from outside, where it would see only the tests,
# nor what reads the sources. SQLite was translated from C and has all its data
# where the detector does not look: asking it each time would only take long.
CGO_ENABLED=1 "$go" test -race -gcflags="modernc.org/sqlite/lib=-dwarf=false -race=false" $flags $("$go" list ./... | grep -vE '/e2e(/lab|/sim)?$|/internal/house$')

step "without it: the laboratory, the program from outside, what asks of many, and simulated schedules"
"$go" test $flags ./e2e/lab ./cmd/verbale ./e2e ./internal/search ./e2e/sim ./internal/house

step "Go again, on PostgreSQL, and without the race detector: what has an engine under it"
engine=$("$go" list -f '{{.ImportPath}} {{join .TestImports " "}} {{join .XTestImports " "}}' ./internal/... | grep -E 'store/(storetest|pgtest)' | cut -d ' ' -f 1)
VERBALE_TEST_ENGINE=postgres "$go" test $flags ./e2e $engine

step "the client's unit tests"
(cd web && npm test --silent)

step "the browser tests"
scripts/packages.sh e2e/browser
(cd e2e/browser && npm test --silent)

printf '\nall tests passed, in %d s\n' $(($(date +%s) - began))
