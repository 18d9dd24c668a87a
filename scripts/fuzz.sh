#!/bin/sh
# fuzz.sh: run each fuzz target for FUZZTIME, one after the other, since Go
# fuzzes one target of one package at a time.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}

git grep -hn --untracked -o 'func Fuzz[A-Za-z0-9_]*' -- '*_test.go' >/dev/null || { echo "there is no fuzz target." >&2; exit 1; }
git grep -l --untracked '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u | while read -r folder; do
	for target in $(grep -ho '^func Fuzz[A-Za-z0-9_]*' "$folder"/*_test.go | sed 's/^func //'); do
		echo "== $folder $target (${FUZZTIME:-10s})"
		"$go" test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-10s}" "./$folder" </dev/null
	done
done
