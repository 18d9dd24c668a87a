#!/bin/sh
# check.sh: what a reviewer should not have to say.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
unset GOOS GOARCH

step() { printf '== %s\n' "$*"; }

step "formatting (gofmt)"
unformatted=$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 gofmt -l)
[ -z "$unformatted" ] || { printf 'error: not formatted, run gofmt -w on:\n%s\n' "$unformatted" >&2; exit 1; }

step "vet"
"$go" vet ./...

step "staticcheck"
"$go" tool staticcheck ./...

step "the rules of the house (import directions, package comments, names)"
"$go" test -count=1 ./internal/house

step "the client: types"
(cd web && npm run --silent check)

step "the client: lint"
(cd web && npm run --silent lint)
