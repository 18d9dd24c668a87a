#!/bin/sh
# bench.sh ARGS...: measure this machine on both engines, one after the other.
set -eu
cd "$(dirname "$0")/.."
case " $* " in *" --url "*) exec bin/verbale bench --json "$@" ;; esac
bin/verbale bench --json "$@"
# A quarter of the machine's memory, as PostgreSQL's manual has it.
BUFFERS=$(awk '/^MemTotal/ { print int($2 / 4096) "MB" }' /proc/meminfo 2>/dev/null) || BUFFERS=
export BUFFERS
scripts/postgres.sh sh -c 'exec bin/verbale bench --json --database "$VERBALE_DATABASE" --database-owner "$VERBALE_DATABASE_OWNER" "$@"' bench "$@"
