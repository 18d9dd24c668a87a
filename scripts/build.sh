#!/bin/sh
# build.sh: bin/verbale for this machine, or for GOOS and GOARCH.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}

version=$(git describe --tags --always --dirty 2>/dev/null || echo unknown)
# Empty is not the same as unset for Go's own GOOS and GOARCH.
[ -n "${GOOS:-}" ] || unset GOOS
[ -n "${GOARCH:-}" ] || unset GOARCH
CGO_ENABLED=0 "$go" build -trimpath -ldflags "-s -w -X main.version=$version" -o bin/verbale ./cmd/verbale
echo "built bin/verbale $version ($("$go" env GOOS)/$("$go" env GOARCH), $(($(wc -c <bin/verbale) / 1048576)) MiB)"
