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

# unpack NAME FILE PACKAGE...: put the program FILE of Debian packages into
# .tools/NAME without installing anything: their scripts would make users and
# start services, and a test wants neither.
unpack() {
	name=$1 file=$2
	shift 2
	tools=$(cd "$(dirname "$0")/.." && pwd)/.tools
	[ ! -x "$tools/$name" ] || return 0
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || die "$name is missing and this is no Debian; put one at .tools/$name."
	say "fetching $name"
	into=$tools/debian/$name
	rm -rf "$into"
	mkdir -p "$into"
	(cd "$into" && { apt-get download -qq "$@" >/dev/null 2>&1 ||
		{ as_root apt-get update -qq >/dev/null && apt-get download -qq "$@" >/dev/null 2>&1; }; }) ||
		die "apt-get could not download $*; run this once as root: apt-get update"
	for package in "$into"/*.deb; do
		dpkg-deb -x "$package" "$into"
		rm "$package"
	done
	# Its libraries lie beside it.
	printf '#!/bin/sh\nLD_LIBRARY_PATH=%s/usr/lib/%s exec %s/%s "$@"\n' \
		"$into" "$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || echo "$(uname -m)-linux-gnu")" "$into" "$file" >"$tools/$name.new"
	chmod +x "$tools/$name.new"
	mv "$tools/$name.new" "$tools/$name"
}

# at_least NAME HAVE WANT: compare "major.minor" versions.
at_least() {
	have_major=${2%%.*} have_rest=${2#*.} have_minor=${have_rest%%.*}
	want_major=${3%%.*} want_minor=${3#*.}
	[ "$have_major" -gt "$want_major" ] ||
		{ [ "$have_major" -eq "$want_major" ] && [ "$have_minor" -ge "$want_minor" ]; } ||
		die "$1 $3 or newer is needed, this machine has $2."
}

# program FOLDER NAME PACKAGE: build a program into .tools from the module
# FOLDER/tools, which is one of its own so that none of its many dependencies
# gets into ours.
program() {
	root=$(cd "$(dirname "$0")/.." && pwd)
	if [ ! -x "$root/.tools/$2" ] || [ "$root/$1/tools/go.mod" -nt "$root/.tools/$2" ]; then
		say "building $2"
		mkdir -p "$root/.tools"
		env -u GOOS -u GOARCH CGO_ENABLED=0 "${GO:-go}" -C "$root/$1/tools" build -trimpath -ldflags "-s -w" -o "$root/.tools/$2" "$3"
		touch "$root/.tools/$2"
	fi
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
	s3) # the tests' S3 server
		program e2e versitygw github.com/versity/versitygw/cmd/versitygw
		;;
	acme) # an authority that gives certificates, and the names it asks for
		program e2e pebble github.com/letsencrypt/pebble/v2/cmd/pebble
		program e2e pebble-challtestsrv github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv
		;;
	laboratory)
		# What makes a program's disk slow; the rest of the laboratory is the kernel's.
		command -v strace >/dev/null || apt strace
		;;
	promtool)
		unpack promtool usr/bin/promtool prometheus
		;;
	nginx)
		unpack nginx usr/sbin/nginx nginx
		;;
	haproxy)
		unpack haproxy usr/sbin/haproxy haproxy liblua5.3-0 libopentracing-c-wrapper0 libopentracing1
		;;
	caddy) # Debian's is too old for deploy/caddy, and this one takes minutes
		program deploy caddy github.com/caddyserver/caddy/v2/cmd/caddy
		;;
	*)
		die "need.sh does not know \"$thing\"."
		;;
	esac
done
