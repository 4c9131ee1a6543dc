# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# KTAP for tests in shell, and boards behind emulated cables. Sourced.
#
# A test is a function "test_NAME"; run_tests runs them in the order given. It
# has failed when it called fail, which one of the helpers below does; it goes
# on then, but the helpers after that one are idle.

work=$(mktemp -d)
boards=()
names=()
journal_lines=0
failed=''
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
board_program=${OPENEVSE_BOARD:-$here/../../board/openevse-board}
# Longest wait for what must happen, and time between two looks, in seconds. On an
# emulated debug kernel who looks too often takes the time of what it waits for.
patience=60 pause=0.05
case ${OPENEVSE_KERNEL-} in debug | kcsan) patience=300 pause=0.5 ;; esac

fail() {
	printf '# %s\n' "$@"
	failed=y
}

note() {
	sed 's/^/#   /' "$@"
}

skip_all() {
	echo "TAP version 13"
	echo "1..0 # SKIP $1"
	exit 4
}

run_tests() {
	local name number=0 any=0

	echo "TAP version 13"
	echo "1..$#"
	for name; do
		number=$((number + 1))
		failed=''
		"test_$name"
		if [ "$failed" ]; then
			echo "not ok $number $name"
			any=1
		else
			echo "ok $number $name"
		fi
	done
	exit "$any"
}

# await COMMAND...: until it succeeds.
await() {
	local end=$((SECONDS + patience))

	[ ! "$failed" ] || return 1
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $end ]; then
			fail "waited $patience s for: $*"
			[ "$1" != journal_said ] || helper_journal | tail -n 10 | note
			return 1
		fi
		read -r -t "$pause" <> <(:) || :
	done
}

not() {
	! "$@"
}

# expect STATUS COMMAND...: runs it; its words are in $work/out and $work/err.
expect() {
	local wanted=$1 status=0

	shift
	[ ! "$failed" ] || return 1
	"$@" >"$work/out" 2>"$work/err" </dev/null || status=$?
	[ "$status" -eq "$wanted" ] && return
	fail "status $status instead of $wanted: $*"
	note "$work/out" "$work/err"
	return 1
}

# One clear sentence: one line, on standard error only, that says who speaks.
expect_sentence() {
	expect "$@" || return
	[ "$(wc -l <"$work/err")" -eq 1 ] && [ ! -s "$work/out" ] &&
		grep -q '^openevse: ..' "$work/err" && return
	shift
	fail "not one sentence: $*"
	note "$work/out" "$work/err"
	return 1
}

# The same behind what it has shown before.
expect_sentence_after() {
	expect "$@" || return
	[ "$(wc -l <"$work/err")" -eq 1 ] && grep -q '^openevse: ..' "$work/err" && return
	shift
	fail "not one sentence: $*"
	note "$work/out" "$work/err"
	return 1
}

# said out|err EXPRESSION
said() {
	[ ! "$failed" ] || return 1
	grep -q -E -e "$2" "$work/$1" && return
	fail "said nothing like '$2':"
	note "$work/$1"
	return 1
}

# --- programs in the background -----------------------------------------------

# launch NAME COMMAND...: its words are in $work/NAME and $work/NAME.err, its number
# in $pid. The files are empty from now on: a background program's shell would empty
# them only once it runs, and who awaits a word would find that of the one before.
launch() {
	local words=$work/$1

	shift
	: >"$words" >"$words.err"
	"$@" >>"$words" 2>>"$words.err" </dev/null &
	pid=$!
}


follower=''
follow_seconds=$patience

# follow COMMAND...: in the background, until it has the board open. Its words are
# in $work/follow and $work/follow.err, and when it has ended in out and err.
follow() {
	[ ! "$failed" ] || return 1
	launch follow env --default-signal=INT timeout --foreground -k 5 "$follow_seconds" "$@"
	follower=$pid
	await has_board_open
}

follower_pid() {
	pgrep -P "$follower" -x openevse
}

has_board_open() {
	local pid

	pid=$(follower_pid) && readlink "/proc/$pid"/fd/* | grep -q '^/dev/openevse[0-9]'
}

# followed STATUS: that is how it ended.
followed() {
	local status=0

	[ "$follower" ] || return
	[ ! "$failed" ] || kill "$follower" 2>/dev/null
	wait "$follower" || status=$?
	follower=''
	cp "$work/follow" "$work/out"
	cp "$work/follow.err" "$work/err"
	[ ! "$failed" ] || return 1
	[ "$status" -eq "$1" ] && return
	fail "it ended with status $status instead of $1:"
	note "$work/out" "$work/err"
	return 1
}

runs() {
	kill -0 "$follower" 2>/dev/null
}

# lines FILE N: has it so many?
lines() {
	[ "$(wc -l <"$1")" -eq "$2" ]
}

# --- boards ------------------------------------------------------------------

# plug_cable NAME SERIAL FIRMWARE [OPTION...]: starts a board behind an FT232R with
# that serial number, and waits until udev knows its tty: $tty.
plug_cable() {
	local name=$1 serial=$2 firmware=$3

	shift 3
	[ ! "$failed" ] || return 1
	"$board_program" --usb --firmware "$firmware" --serial "$serial" --boot-time 0 \
		--control "$work/$name.ctl" "$@" >"$work/$name.log" 2>&1 &
	boards+=($!)
	await test -S "$work/$name.ctl" || return
	find_tty "$name"
}

# The tty of a board that is plugged in; as soon as udev has looked at it.
find_tty() {
	local port

	port=$(sed -n 's/^usb //p' "$work/$1.log" | tail -n 1)
	await compgen -G "/sys/devices/platform/vhci_hcd.0/usb*/*-$((port + 1))/*:1.0/ttyUSB*" || return
	tty=$(compgen -G "/sys/devices/platform/vhci_hcd.0/usb*/*-$((port + 1))/*:1.0/ttyUSB*")
	tty=${tty##*/}
	await udev_knows "$tty"
}

udev_knows() {
	udevadm info -q property "/sys/class/tty/$1" | grep -q '^DEVLINKS='
}

# plug_in NAME FIRMWARE [OPTION...]: the same with serial number OEVSIM-NAME, which
# is enrolled; waits until the driver is on it. Its index is in $index.
plug_in() {
	local name=$1 firmware=$2

	shift 2
	plug_cable "$name" "OEVSIM-$name" "$firmware" "$@" || return
	find_board "$(link_of "$name")"
}

# name_board NAME: as adoption would have named the board with $index, until the end.
name_board() {
	[ ! "$failed" ] || return 1
	names+=("/dev/openevse/$1")
	ln -sfn "../openevse$index" "/dev/openevse/$1"
}

# find_board LINK [probing|up]: waits for the board of that name; its index is in
# $index.
find_board() {
	await is_board "$1" "${2-up}"
}

# The link of a board that was unplugged serves the next with its number, until udev
# gets to take it away.
is_board() {
	udevadm settle -t 0 && index=$(readlink -e "$1") || return
	index=${index##*openevse}
	link_is "$index" "$2"
}

# In an exchange, or behind another's.
waits_for_board() {
	grep -q 'wait_done\|exchange' "/proc/$1/wchan"
}

link_of() {
	echo "/dev/openevse/by-id/usb-FTDI_FT232R_USB_UART_OEVSIM-$1-if00-port0"
}

link_is() {
	[ "$(cat "/sys/class/openevse/openevse$1/link")" = "$2" ]
}

# board NAME COMMAND...
board() {
	local name=$1

	shift
	[ ! "$failed" ] || return 1
	"$board_program" --send "$work/$name.ctl" "$@" >"$work/answer" 2>&1 && return
	fail "board $name: $*:"
	note "$work/answer"
	return 1
}

# counter NAME KEY: of the board's stats.
counter() {
	"$board_program" --send "$work/$1.ctl" stats | tr ' ' '\n' | sed -n "s/^$2=//p"
}

unplug_all() {
	local pid

	for pid in "${boards[@]}"; do
		kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	boards=()
	await not compgen -G '/dev/openevse[0-9]*'
}

clean_up() {
	unplug_all >/dev/null
	[ ${#names[@]} -eq 0 ] || rm -f "${names[@]}"
	rm -rf "$work"
}
trap clean_up EXIT

helper_journal() {
	journalctl -q -o cat -u openevse-attach.service
}

# journal_said EXPRESSION: has the helper, since the last forget_journal? By lines:
# a cursor of another unit's entry makes journalctl skip the first of this one.
journal_said() {
	helper_journal | tail -n "+$((journal_lines + 1))" | grep -E -q -e "$1"
}

forget_journal() {
	journal_lines=$(helper_journal | wc -l)
}

# The helper stays away, whatever udev says: whoever opens a tty is somebody else.
without_helper() {
	systemctl mask --runtime -q openevse-attach.service
	expect 0 systemctl stop openevse-attach.service
	await not compgen -G '/dev/openevse[0-9]*'
}

with_helper() {
	systemctl unmask --runtime -q openevse-attach.service
	expect 0 systemctl start openevse-attach.service
}

# Everything these tests need, or a reason why not.
require_machine() {
	[ "$(id -u)" -eq 0 ] || skip_all "not root"
	[ -x "$board_program" ] || skip_all "no simulated board, see OPENEVSE_BOARD"
	command -v openevse >/dev/null || skip_all "the project is not installed"
	modprobe -a vhci-hcd ftdi_sio 2>/dev/null || skip_all "no vhci-hcd or ftdi_sio"
	! compgen -G '/dev/openevse[0-9]*' >/dev/null ||
		skip_all "there are boards already"
	# Numbers begin at 0 again: one that was just given back would rest.
	modprobe -r openevse 2>/dev/null
	modprobe openevse || skip_all "no module openevse"
}
