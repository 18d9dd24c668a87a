#!/bin/sh
# simulate.sh: run SCHEDULES simulated schedules from SEED on, a process for
# each core, since what is random belongs to one schedule at a time.
set -eu
cd "$(dirname "$0")/.."
go=${GO:-go}
unset GOOS GOARCH

schedules=${SCHEDULES:-10000}
seed=${SEED:-1}
cores=$(nproc)
[ "$cores" -le "$schedules" ] || cores=$schedules
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$go" test -c -o "$work/sim" ./e2e/sim
share=$(((schedules + cores - 1) / cores))
failed=0
running=
while [ "$schedules" -gt 0 ]; do
	[ "$share" -le "$schedules" ] || share=$schedules
	"$work/sim" -test.run '^TestNoSchedule' -test.timeout 0 -test.v -budget 0 -schedules "$share" -seed "$seed" >"$work/$seed.log" 2>&1 &
	running="$running $!:$seed"
	seed=$((seed + share))
	schedules=$((schedules - share))
done
for one in $running; do
	wait "${one%%:*}" || failed=1
	grep -v -e '^=== ' -e '--- PASS' "$work/${one##*:}.log"
done
exit "$failed"
