#!/bin/sh
# test.sh: every test there is, in one go; the first failure ends it.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
unset GOOS GOARCH

step() { printf '\n== %s\n' "$*"; }

step "Go, with the race detector"
CGO_ENABLED=1 "$go" test -race ./...

step "the client's unit tests"
(cd web && npm test --silent)

if [ -f e2e/package.json ]; then
	step "the browser tests"
	[ ! -f e2e/package-lock.json ] || scripts/packages.sh e2e
	scripts/build.sh
	(cd e2e && npm test --silent)
fi
printf '\nall tests passed\n'
