#!/bin/sh
# need.sh THING...: see to it that THING is on this machine: install it with
# apt where it is missing and the user may, otherwise say what to do.
set -eu

say() { printf '%s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# as_root runs a command as root, or fails if this user may not.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 1
	fi
}

# apt PACKAGE...: install Debian packages.
apt() {
	hint="run this once as root: apt-get install -y $*"
	command -v apt-get >/dev/null || die "$* is missing and there is no apt-get here; install it by hand."
	say "installing $* with apt-get"
	as_root true || die "$* is missing and you may not install it; $hint"
	# The package list of a fresh machine is empty, so a first failure is
	# answered with an update and a second try.
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 ||
		{ as_root apt-get update -qq >/dev/null &&
			as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null; } ||
		die "apt-get could not install $*; $hint and read what it says."
}

# at_least NAME HAVE WANT: compare "major.minor" versions.
at_least() {
	have_major=${2%%.*} have_rest=${2#*.} have_minor=${have_rest%%.*}
	want_major=${3%%.*} want_minor=${3#*.}
	[ "$have_major" -gt "$want_major" ] ||
		{ [ "$have_major" -eq "$want_major" ] && [ "$have_minor" -ge "$want_minor" ]; } ||
		die "$1 $3 or newer is needed, this machine has $2."
}

for thing in "$@"; do
	case $thing in
	go)
		command -v "${GO:-go}" >/dev/null || die "Go 1.26 is missing; see https://go.dev/doc/install."
		# Older Go prints "go1.22", newer "go1.26.8"; development builds say "devel".
		version=$("${GO:-go}" env GOVERSION)
		case $version in go[0-9]*) at_least Go "${version#go}.0" 1.26 ;; esac
		command -v git >/dev/null || apt git
		;;
	node)
		command -v node >/dev/null || die "Node 20 is missing; see https://nodejs.org/en/download."
		command -v npm >/dev/null || die "npm is missing; it comes with Node 20."
		version=$(node --version)
		at_least Node "${version#v}" 20.0
		;;
	compiler)
		# Only the race detector needs it; the binary itself is pure Go.
		command -v "${CC:-gcc}" >/dev/null || command -v cc >/dev/null || apt gcc libc6-dev
		;;
	browser)
		command -v chromium >/dev/null || [ -n "${CHROMIUM:-}" ] || apt chromium fonts-noto-color-emoji
		;;
	postgres)
		# Its programs suffice: each test process starts a server of its own.
		[ -n "${VERBALE_TEST_DATABASE:-}" ] || command -v postgres >/dev/null ||
			ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || apt postgresql
		;;
	s3)
		# The tests' S3 server. Its many dependencies are a module of their own,
		# so that none of them gets into the program.
		root=$(cd "$(dirname "$0")/.." && pwd)
		if [ ! -x "$root/.tools/versitygw" ] || [ "$root/e2e/tools/go.mod" -nt "$root/.tools/versitygw" ]; then
			say "building the tests' S3 server"
			mkdir -p "$root/.tools"
			env -u GOOS -u GOARCH CGO_ENABLED=0 "${GO:-go}" -C "$root/e2e/tools" build -trimpath -ldflags "-s -w" \
				-o "$root/.tools/versitygw" github.com/versity/versitygw/cmd/versitygw
			touch "$root/.tools/versitygw"
		fi
		;;
	laboratory)
		# What makes a program's disk slow; the rest of the laboratory is the kernel's.
		command -v strace >/dev/null || apt strace
		;;
	*)
		die "need.sh does not know \"$thing\"."
		;;
	esac
done
