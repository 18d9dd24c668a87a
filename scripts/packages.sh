#!/bin/sh
# packages.sh FOLDER: install FOLDER's npm packages exactly as its lockfile
# says, if the lockfile is newer than the last time.
set -eu
cd "$(dirname "$0")/../$1"

stamp=node_modules/.package-lock.json
if [ -f "$stamp" ] && [ -z "$(find package-lock.json package.json -newer "$stamp" -print -quit)" ]; then
	exit 0
fi
echo "installing the npm packages of $1/"
npm ci --no-audit --no-fund --loglevel=error
touch "$stamp"
