#!/bin/sh
# client.sh: build the web client into web/dist, from where Go embeds it, if
# anything it is made of is newer than the last build.
set -eu
cd "$(dirname "$0")/.."

[ -f web/package.json ] || { echo "error: web/package.json is missing; this checkout is not complete." >&2; exit 1; }
scripts/packages.sh web

built=web/dist/index.html
inputs="web/src web/static web/package.json web/package-lock.json web/svelte.config.js web/vite.config.ts web/tsconfig.json"
stale=no
[ -f "$built" ] || stale=yes
for input in $inputs; do
	[ "$stale" = no ] && [ -e "$input" ] || continue
	[ -z "$(find "$input" -newer "$built" -print -quit)" ] || stale=yes
done
[ "$stale" = yes ] || exit 0

echo "building the client"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
(cd web && npm run --silent build) >"$log" 2>&1 || { cat "$log" >&2; echo "error: the client does not build." >&2; exit 1; }
[ -f "$built" ] || { echo "error: the client's build left no $built." >&2; exit 1; }
# A build that copied an old file over keeps its old time; the stamp is what is compared.
touch "$built" web/dist/.keep
