# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034	# used by those who source it
#
# What the programs of this directory share: where things are, locks, Debian
# packages.  Sourced, never run.
#
# Everything that takes long is made once and kept in the cache, one directory
# or file for each thing, named by what it was made from (package version and a
# hash of its recipe).  It is made under another name and renamed when it is
# whole, under a lock: an interrupted or a second run never sees half of it.

vm=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
tree=$(readlink -f "$vm/../../..")
cache=${XDG_CACHE_HOME:-$HOME/.cache}/openevse
# Exit statuses of ours, beside the command's own.
EX_USAGE=64 EX_UNAVAILABLE=69 EX_COMPLAINT=70 EX_TIMEOUT=124
readonly vm tree cache EX_USAGE EX_UNAVAILABLE EX_COMPLAINT EX_TIMEOUT

mkdir -p "$cache"

say() {
	echo "$(basename "$0"): $*" >&2
}

die() {
	say "$@"
	exit $EX_UNAVAILABLE
}

# Ten hexadecimal digits that change with the contents of these files.
hash_of() {
	cat "$@" | sha256sum | cut -c1-10
}

# Holds the named lock until this process, and nobody it started, is left.
lock() {
	mkdir -p "$cache/lock"
	exec 9>"$cache/lock/$1"
	flock -n 9 && return
	say "waiting for another run that makes $1"
	flock 9
}

# Removes what earlier recipes or versions of a thing left: lock held.
# $1 the names' common start, $2 the one to keep
prune() {
	local old

	for old in "$1"*; do
		[ "$old" = "$2" ] || rm -rf "$old"
	done
}

# --- Debian packages ---------------------------------------------------------

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# Fetches the package lists anew.  A foreign repository that cannot be reached
# makes this fail as a whole; what counts is whether the package is found then.
apt_update() {
	as_root apt-get -qq -o DPkg::Lock::Timeout=300 -o Acquire::Retries=0 \
		-o Acquire::http::Timeout=20 update >/dev/null 2>&1 || :
}

# Prints one field of the packages' newest version; fails if one is unknown.
# $1 field, $2... packages
apt_field() {
	local field=$1

	shift
	apt-cache show --no-all-versions "$@" 2>/dev/null |
		sed -n "s/^$field: //p" | grep .
}

# The packages that $1 depends on whose names match the expression $2.
apt_depends() {
	apt_field Depends "$1" | tr -s ',|' '\n' |
		sed 's/^ *\([^ ]*\).*/\1/' | grep -x -e "$2" | sort -u
}

# Downloads packages into the directory $1 and unpacks them there.
apt_unpack() {
	local dir=$1 deb

	shift
	mkdir -p "$dir/deb"
	(cd "$dir/deb" && apt-get -qq -o APT::Sandbox::User= download "$@") >&2 || return
	for deb in "$dir"/deb/*.deb; do
		dpkg-deb -x "$deb" "$dir" || return
	done
	rm -rf "$dir/deb"
}
