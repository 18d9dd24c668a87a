#!/bin/sh
# postgres.sh COMMAND...: run a command with a PostgreSQL of its own, empty,
# durable, reachable through a socket alone and gone afterwards. The command
# finds it in VERBALE_DATABASE and VERBALE_DATABASE_OWNER. BUFFERS is how much
# memory it has for pages.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb)")
dir=$(mktemp -d /tmp/verbale-pg-XXXXXX)
as=
if [ "$(id -u)" = 0 ]; then # PostgreSQL does not run as root
	chown nobody "$dir"
	as="setpriv --reuid=nobody --regid=nogroup --clear-groups"
fi
end() {
	$as "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || true
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 1' INT TERM
$as "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C >/dev/null
$as "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-c listen_addresses='' -c unix_socket_directories=$dir -c shared_buffers=${BUFFERS:-256MB}" start >/dev/null
for statement in "CREATE ROLE verbale_owner LOGIN" "CREATE ROLE verbale_app LOGIN" "CREATE DATABASE verbale OWNER verbale_owner"; do
	"$bin/psql" -q -h "$dir" -U postgres -c "$statement" postgres
done
export VERBALE_DATABASE="postgres://verbale_app@/verbale?host=$dir"
export VERBALE_DATABASE_OWNER="postgres://verbale_owner@/verbale?host=$dir"
"$@"
