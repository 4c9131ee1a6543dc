#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What a user of any command of "openevse" gets when something is wrong: no board,
# two boards, no rights, a board that does not answer or is unplugged, an output
# that cannot be written, ^C, what no firmware should send. All in loops over one
# table of all commands. Needs udev rules that enrol cables with serial numbers
# OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"
# shellcheck source=schema.sh
. "$here/schema.sh"

# Firmware that has all there is.
everything=(9.2.0 --with lcd --with rgb --with rtc --with timer --with limits --with auth)

# Marks, the exit status on a board that is well and has a vehicle, and the words:
#	a	asks or tells the board something
#	f	does without a board: what it does then has a line of its own
#	k	keeps order before it leaves: cli_control.sh tells it to stop
#	p	prints
#	r	takes root
#	s	stays until it is told, or something happens
# What one changes the next ones find: pause is followed by start.
table=(
	"fp 0 list"
	"ap 0 status"
	"ap 0 get state"
	"a 0 set current 10"
	"a 0 set enabled true"
	"a 0 pause"
	"a 0 start"
	"ak 0 wake"
	"ap 0 bootlock"
	"a 0 bootlock clear"
	"a 0 lock"
	"a 0 unlock"
	"aks 0 unlock --until-unplug"
	"ak 0 hold 10 true"
	"aks 0 hold 10"
	"ap 0 heartbeat"
	"a 0 heartbeat set 30 6"
	"a 0 heartbeat pulse"
	"a 0 heartbeat acknowledge 10"
	"a 0 heartbeat off"
	"ap 0 button"
	"a 0 button on"
	"a 0 button press --yes"
	"a 0 disable"
	"a 0 start"
	"ap 0 socket"
	"a 0 socket manual"
	"a 0 socket auto"
	"ap 0 relay"
	"ar 0 relay use dc2 off --yes"
	"ar 0 relay replaced --yes"
	"ar 3 relay recover --yes"
	"p 0 monitor --idle-timeout 100ms"
	"s 0 monitor"
	"f 2 watch"
	"s 0 wait --unplugged"
	"fp 0 log --dir $work/sessions"
	"s 0 log --record --dir $work/sessions"
	"ap 0 features"
	"ar 0 features --set ground-check=off --yes"
	"a 0 features --set ground-check=on"
	"ap 0 faults"
	"ar 0 faults clear --yes"
	"p 0 stats"
	"p 0 who"
	"fp 0 doctor"
	"ap 0 limit"
	"a 0 limit energy 10"
	"aks 0 limit time 60 --host"
	"ap 0 timer"
	"a 0 timer 22:30 6:15"
	"a 0 timer off"
	"ap 0 clock"
	"ap 0 clock sync"
	"a 0 lcd print hello"
	"a 0 lcd colour red"
	"ap 0 calibrate energy-total"
	"ar 0 calibrate --yes energy-total 5000"
	"a 0 calibrate --yes voltage 230"
	"apr 0 raw GP"
	"f 5 adopt nothing"
	"f 5 release nothing"
	"a 0 reset"
)

# The rows with a mark, or without one of several, as status and words.
with() {
	printf '%s\n' "${table[@]}" | sed -n "s/^[a-z]*$1[a-z]* //p"
}

without() {
	printf '%s\n' "${table[@]}" | sed "/^[a-z]*[$1]/d; s/^[a-z]* //"
}

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
}

as_member() {
	setpriv --reuid=65534 --regid=65534 --groups openevse -- "$@"
}

make_sessions() {
	mkdir "$work/sessions"
	printf '{"device":"%s","start":"%s","end":"%s"}\n' garage \
		2026-11-24T14:02:00.000+01:00 2026-11-24T15:02:00.000+01:00 \
		>"$work/sessions/garage.jsonl"
}

# ends STATUS EXPRESSION COMMAND...: with one sentence like that, and nothing else. As
# expect_sentence, without other programs: there are hundreds of calls.
ends() {
	local status=$1 like=$2 lines out

	shift 2
	expect "$status" "$@" || return
	mapfile -t lines <"$work/err"
	mapfile -t out <"$work/out"
	[ "${#lines[@]} ${#out[@]}" = "1 0" ] && [[ ${lines[0]} =~ ^openevse:\ .*$like ]] && return
	fail "not one sentence with '$like': $*"
	note "$work/out" "$work/err"
	return 1
}

# A board for a test: swap FIRMWARE [OPTION...]
swap() {
	[ ! "$failed" ] || return 1
	unplug_all
	plug_in one "$@" && board one 'wait boot done'
}

# --- the table and the help --------------------------------------------------

commands() {
	openevse --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p' | sort
}

test_table_has_every_command() {
	commands >"$work/commands"
	[ -s "$work/commands" ] || fail "no commands in the help"
	printf '%s\n' "${table[@]}" | cut -d' ' -f3 | sort -u | diff "$work/commands" - \
		>"$work/diff" || { fail "the table has others:"; note "$work/diff"; }
	openevse complete -- '' | sort | diff "$work/commands" - >"$work/diff" ||
		{ fail "the completion has others:"; note "$work/diff"; }
}

# Of text that is for a screen.
fits_the_width() {
	local width

	width=$(LC_ALL=C.UTF-8 wc -L <"$work/out")
	[ "$width" -le 80 ] || fail "$1 --help: $width columns"
	[ ! -s "$work/err" ] || fail "$1 --help complains"
}

test_help() {
	local word

	expect 0 openevse --help
	fits_the_width ''
	for word in $(commands); do
		expect 0 openevse "$word" --help || return
		fits_the_width "$word"
		[ "$(wc -l <"$work/out")" -le 24 ] || fail "$word --help: more than 24 lines"
		said out "^Usage: openevse \[OPTIONS\] $word\b"
	done
}

# --- no board ----------------------------------------------------------------

test_no_board() {
	local words

	while read -r -u 3 _ words; do
		# shellcheck disable=SC2086	# a command line
		ends 5 '"openevse adopt"' openevse $words || return
	done 3< <(without f)
	for words in status 'set current 10' 'unlock --until-unplug' 'log --record'; do
		# shellcheck disable=SC2086	# a command line
		ends 5 '"garage"' openevse -d garage $words || return
	done
	expect_sentence 0 openevse list
	expect 1 openevse doctor
	said out '^FAIL'
	expect_sentence_after 5 openevse -d garage doctor
	expect_sentence 2 openevse watch
	expect 0 openevse log --dir "$work/sessions"
	expect_sentence 5 openevse -d other log --dir "$work/sessions"
	expect_sentence 5 openevse adopt nothing
	expect_sentence 5 openevse release nothing
}

# --- rights ------------------------------------------------------------------

test_nobody() {
	local words

	swap "${everything[@]}" || return
	while read -r -u 3 _ words; do
		# shellcheck disable=SC2086	# a command line
		ends 6 'group openevse' as_nobody openevse $words || return
	done 3< <(without f)
	expect 0 as_nobody openevse list
	said out "^$index .* up "
	expect 1 as_nobody openevse doctor
	said out '^FAIL +rights '
	expect_sentence 2 as_nobody openevse watch
	# Another's directory.
	expect_sentence 6 as_nobody openevse log --dir "$work/sessions"
	expect_sentence 5 as_nobody openevse adopt nothing
	expect_sentence 5 as_nobody openevse release nothing
}

# The table's own status says that its words are right.
test_member() {
	local status words

	board one 'pilot B'
	expect 0 openevse bootlock clear
	board one 'wait state connected 5000'
	chmod 755 "$work"
	while read -r -u 3 status words; do
		# shellcheck disable=SC2086	# a command line
		expect "$status" as_member openevse $words || return
	done 3< <(without rs)
	await link_is "$index" up
}

test_root() {
	local status words

	expect 0 openevse bootlock clear
	board one 'wait state connected 5000'
	while read -r -u 3 _ words; do
		# shellcheck disable=SC2086	# a command line
		expect_sentence_after 6 as_member openevse $words || return
	done 3< <(with r)
	while read -r -u 3 status words; do
		# shellcheck disable=SC2086	# a command line
		expect "$status" openevse $words || return
	done 3< <(with r)
}

# --- outputs that cannot be written ------------------------------------------

# As a full disk is.
test_full() {
	local words

	# shellcheck disable=SC2016	# for the other shell
	while read -r -u 3 words; do
		# shellcheck disable=SC2086	# a command line
		ends 1 'write the output' sh -c 'exec openevse "$@" >/dev/full' sh $words || return
	done 3< <(with p | cut -d' ' -f2-; echo --help; echo --version; echo list --help)
}

# A pipe that nobody reads any more, for sure.
test_closed_pipe() {
	local words status=0

	mkfifo "$work/pipe"
	# shellcheck disable=SC2094	# the two ends of one
	exec 9<>"$work/pipe" 8>"$work/pipe" 9>&-
	while read -r -u 3 words; do
		status=0
		# shellcheck disable=SC2086	# a command line
		env --default-signal=PIPE openevse $words >&8 2>"$work/err" </dev/null 3<&- ||
			status=$?
		# monitor looks whether it has a reader, before it writes.
		case $words$status in *141 | monitor*0) ;; *) fail "$words: status $status" ;; esac
		[ ! -s "$work/err" ] || { fail "$words complains:"; note "$work/err"; }
		# shellcheck disable=SC2086	# a command line
		env --ignore-signal=PIPE openevse $words >&8 2>"$work/err" </dev/null 3<&-
		[ ! -s "$work/err" ] || { fail "SIGPIPE ignored, $words:"; note "$work/err"; }
	done 3< <(with p | cut -d' ' -f2-; echo --help; echo list --help)
	exec 8>&-
}

# --- a board that does not answer --------------------------------------------

test_mute() {
	local words

	board one 'mute on'
	while read -r -u 3 _ words; do
		# shellcheck disable=SC2086	# a command line
		ends 4 'did not answer in time' openevse --timeout 0.3 $words || return
	done 3< <(with a | grep -v -e ' status' -e ' calibrate --yes voltage')
	# What is known, and what was, is told before.
	expect_sentence_after 4 openevse --timeout 0.3 calibrate --yes voltage 230
	expect_sentence_after 4 openevse --timeout 0.3 status
	said out '^State +no answer'
	expect_sentence_after 4 openevse --timeout 0.3 status --json
	document status "$work/out"
	documents_are_valid
	# Nothing of these goes over the wire; doctor and wait have a word of their own.
	for words in list stats who 'monitor --idle-timeout 100ms'; do
		# shellcheck disable=SC2086	# a command line
		expect 0 openevse $words || return
	done
	expect 1 openevse --timeout 0.3 doctor
	said out '^FAIL +link '
	expect_sentence 4 openevse wait --unplugged --timeout 100ms
	board one 'mute off'
	await link_is "$index" up
}

sleeps() {
	grep -q '^State:.S' "/proc/$(follower_pid)/status"
}

# ^C in the middle of a question.
test_interrupted() {
	local words

	board one 'mute on'
	await link_is "$index" down
	while read -r -u 3 _ words; do
		# shellcheck disable=SC2086	# a command line
		follow openevse --timeout 300 $words
		await sleeps || break
		kill -INT "$(follower_pid)"
		followed 130 || { note <<<"$words"; break; }
		[ ! -s "$work/err" ] || { fail "$words: it complains:"; note "$work/err"; }
	done 3< <(without fks | grep -v -e monitor -e stats -e who)
	board one 'mute off'
	await link_is "$index" up
}

more_frames() {
	[ "$(counter "$1" frames)" -gt "$2" ]
}

test_unplugged_in_mid_command() {
	local words before

	for words in 'get state' 'get firmware state pilot' 'set current 10' pause features; do
		board one 'mute on' || return
		before=$(counter one frames)
		# shellcheck disable=SC2086	# a command line
		follow openevse --timeout 300 $words
		await more_frames one "$before"
		board one unplug
		followed 5 || { note <<<"$words"; return; }
		if ! lines "$work/err" 1 || ! grep -q '^openevse: ..' "$work/err"; then
			fail "not one sentence: $words"
			note "$work/err"
		fi
		[ ! -s "$work/out" ] || { fail "$words printed:"; note "$work/out"; }
		board one 'mute off' plug
		find_board "$(link_of one)"
	done
	board one 'mute on'
	follow openevse --timeout 300 status
	board one unplug
	followed 5
	lines "$work/err" 1 || { fail "not one sentence: status"; note "$work/err"; }
	board one 'mute off' plug
	find_board "$(link_of one)"
}

# --- two boards --------------------------------------------------------------

# What changes something in a board, and how often it has been told.
setters() {
	"$board_program" --send "$work/$1.ctl" stats | tr ' ' '\n' | grep -E '^[FS].='
}

test_two_boards() {
	local words before

	unplug_all
	plug_in one "${everything[@]}"
	name_board garage
	plug_in two 8.2.3
	board two 'wait boot done'
	expect 0 openevse -d garage set current 11
	before=$(setters one; setters two)
	[ "$before" ] || fail "no setter has been counted"
	while read -r -u 3 _ words; do
		# shellcheck disable=SC2086	# a command line
		ends 2 '2 boards.*"-d garage"' openevse $words || return
	done 3< <(without f)
	expect 0 openevse list
	[ "$(grep -c ' up ' "$work/out")" -eq 2 ] || fail "list does not show both"
	openevse doctor >"$work/out"
	said out ' garage: .*9\.2\.0'
	said out " openevse$index: .*8\.2\.3"
	expect_sentence 2 openevse watch
	expect 0 openevse log --dir "$work/sessions"
	expect_sentence 5 openevse adopt nothing
	expect_sentence 5 openevse release nothing
	[ "$(setters one; setters two)" = "$before" ] || fail "a board has been told something"
	expect 0 openevse -d garage set current 12
	[ "$(setters one; setters two)" != "$before" ] || fail "that was not counted"
}

# --- what a board sends ------------------------------------------------------

# say TEXT: the board sends this message.
say() {
	board one "send ${1//\\/\\\\}^$(checksum "$1")\\r"
}

# What is printed of it stays JSON.
test_odd_firmware() {
	local odd='8.2."\x%s'"'" words

	swap "$odd" || return
	expect 0 openevse get firmware
	[ "$(cat "$work/out")" = "$odd" ] || { fail "another one:"; note "$work/out"; }
	prints list list --json
	prints status status --json
	prints get get firmware --json
	prints stats stats --json
	prints who who --json
	openevse doctor --json >"$work/doctor"
	document doctor "$work/doctor"
	documents_are_valid
	for words in list status stats doctor; do
		openevse "$words" >"$work/out"
		grep -q -F -e "$odd" "$work/out" || { fail "not in $words:"; note "$work/out"; }
	done
}

# plain FILE: text in UTF-8, and no control characters.
plain() {
	! LC_ALL=C.UTF-8 grep -q -a -v -x '[[:print:]]*' "$1" ||
		{ fail "$1 is not plain:"; note "$1"; }
}

# Control characters and what is no UTF-8: neither in JSON nor on a terminal.
test_bytes() {
	local monitor words

	swap 8.2.3 || return
	launch events openevse monitor --json
	monitor=$pid
	await test -s "$work/events"
	launch lines openevse monitor
	monitor+=" $pid"
	await test -s "$work/lines"
	# shellcheck disable=SC2016	# messages; the checksums are right
	board one 'send $AB 00 8.2.\x1b[31m\xff\xc3^3E\r' \
		'send $AB 00 8.2.\x01\x7f\xe9\xe9^53\r'
	# This one it may say; then all others have come.
	# shellcheck disable=SC2016	# a message
	say '$AB 00 8.2."\x'
	await grep -q '"boot"' "$work/events"
	await grep -q boot "$work/lines"
	# shellcheck disable=SC2086	# two of them
	kill $monitor && wait $monitor
	document monitor "$work/events"
	await link_is "$index" up
	prints list list --json
	prints status status --json
	prints stats stats --json
	documents_are_valid
	plain "$work/events"
	plain "$work/lines"
	for words in list status stats; do
		expect 0 openevse "$words"
		plain "$work/out"
	done
}

# A firmware with such a name gets no further than "probing".
test_bytes_in_the_version() {
	local words

	unplug_all
	plug_cable one OEVSIM-one $'8.2.\x1b\xff\xc3"\x01'
	find_board "$(link_of one)" probing || return
	prints list list --json
	openevse --timeout 0.5 status --json >"$work/status" 2>"$work/err"
	document status "$work/status"
	prints stats stats --json
	prints who who --json
	openevse --timeout 0.5 doctor --json >"$work/doctor"
	document doctor "$work/doctor"
	documents_are_valid
	for words in list stats who; do
		expect 0 openevse "$words"
		plain "$work/out"
	done
	openevse --timeout 0.5 doctor >"$work/out"
	plain "$work/out"
}

# A program may call itself anything.
test_odd_program() {
	local program

	swap 8.2.3 || return
	launch program python3 -c '
import ctypes, fcntl, os, signal, struct, sys

ctypes.CDLL(None).prctl(15, b"\"\\\x1b\xff\xc3\x01", 0, 0, 0)
fd = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(fd, 0xc010eb34, struct.pack("4I", 9000, 0, 0, 0))
print("ready", flush=True)
signal.pause()' "/dev/openevse$index"
	program=$pid
	launch events openevse monitor --json
	program+=" $pid"
	await grep -q ready "$work/program"
	await grep -q initial "$work/events"
	prints who who --json
	# shellcheck disable=SC1003	# a quote and a backslash
	said out '"program":"\\"\\\\'
	expect 0 openevse who
	plain "$work/out"
	openevse doctor --json >"$work/doctor"
	document doctor "$work/doctor"
	# shellcheck disable=SC2086	# two of them
	kill $program && wait $program
	document monitor "$work/events"
	documents_are_valid
	plain "$work/events"
}

# --- a state that nobody knows -----------------------------------------------

state_is() {
	[ "$(openevse get state)" = "$1" ]
}

test_unknown_state() {
	local line='{"monotonic_ns":%s,"device":"a","event":"state","to":"%s"}\n' firmware

	# shellcheck disable=SC2059	# that is the format
	printf "$line" 0 connected 1000 'unknown(19)' >"$work/state.log"
	for firmware in 8.2.3 D3.8.0; do
		swap "$firmware" || return
		follow openevse monitor --only state
		await test -s "$work/follow"
		board one "replay $work/state.log 0"
		await state_is 'unknown(19)'
		await grep -q -F 'unknown(19)' "$work/follow"
		kill -INT "$(follower_pid)"
		followed 130
		expect 0 openevse status
		said out '^State +unknown\(19\)'
		expect 0 openevse list
		said out 'unknown\(19\)$'
		expect 0 openevse get state iec-state
		said out '^unknown\(19\)$'
		openevse doctor >"$work/out"
		said out 'unknown\(19\)'
		expect 0 openevse monitor --idle-timeout 100ms
		said out 'unknown\(19\)'
		expect 0 openevse wait --state 'unknown(19)'
		prints status status --json
		said out '"state":"unknown\(19\)"'
		prints get get state --json
		said out '"state":"unknown\(19\)"'
		prints list list --json
		said out '"state":"unknown\(19\)"'
		prints faults faults --json
		expect 0 openevse monitor --json --idle-timeout 100ms
		said out '"to":"unknown\(19\)"'
		document monitor "$work/out"
		openevse doctor --json >"$work/out"
		said out 'unknown\(19\)'
		document doctor "$work/out"
		documents_are_valid || return
	done
}

require_machine
require_schema
index='' tty=''
make_sessions
run_tests table_has_every_command help no_board nobody member root full closed_pipe mute \
	interrupted unplugged_in_mid_command two_boards odd_firmware bytes \
	bytes_in_the_version odd_program unknown_state
