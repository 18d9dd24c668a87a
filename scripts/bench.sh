#!/bin/sh
# bench.sh ARGS...: measure this machine on both engines, one after the other.
set -eu
cd "$(dirname "$0")/.."
case " $* " in *" --url "*) exec bin/verbale bench --json "$@" ;; esac
bin/verbale bench --json "$@"
scripts/postgres.sh sh -c 'exec bin/verbale bench --json --database "$VERBALE_DATABASE" --database-owner "$VERBALE_DATABASE_OWNER" "$@"' bench "$@"
