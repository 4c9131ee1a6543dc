#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What follows a board over time: "openevse wait", and "openevse monitor" that
# runs a command and writes a log. Needs udev rules that enrol cables with serial
# numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

ms_now() {
	echo $((${EPOCHREALTIME/[.,]/} / 1000))
}

# --- no board, and nonsense ----------------------------------------------------

test_no_board() {
	expect_sentence 5 openevse wait --plugged
	expect_sentence 5 openevse -d garage wait --link up
	expect_sentence 5 openevse monitor --exec true --log "$work/log"
	[ ! -e "$work/log" ] || fail "a log without a board"
}

test_usage() {
	local words

	for words in 'wait' 'wait now' 'wait --for 5s' 'wait --state' 'wait --state flying' \
		'wait --state charging,' 'wait --below' 'wait --below lots' 'wait --below 8AA' \
		'wait --below -1' 'wait --below 8 --above 8' 'wait --plugged --unplugged' \
		'wait --link sideways' 'wait --link down --plugged' 'wait --plugged --for soon' \
		'wait --plugged --for 1d' 'wait --plugged --timeout' \
		'wait --plugged --timeout 0x1' \
		'wait --plugged --for 1e3' 'wait --plugged --for .5s' 'wait --plugged --json' \
		'monitor --exec' 'monitor --log' 'monitor --idle-timeout 1e9h'; do
		# shellcheck disable=SC2086	# a command line
		expect 2 openevse $words || return
		[ ! -s "$work/out" ] || fail "usage error on standard output: $words"
	done
	for words in wait monitor; do
		expect 0 openevse "$words" --help
		[ "$(wc -l <"$work/out")" -lt 24 ] || fail "$words --help is longer than a screen"
		! grep -q '.\{81\}' "$work/out" || fail "$words --help is wider than a screen"
	done
}

# --- wait ------------------------------------------------------------------------

test_wait_at_once() {
	plug_in one 8.2.3 || return
	expect 0 openevse wait --state not-connected
	expect 0 openevse wait --state charging,not-connected --timeout 10s
	expect 0 openevse wait --unplugged --link up
	expect 0 openevse wait --below 6A --timeout 20
	[ ! -s "$work/out" ] || fail "wait has something to say"
}

test_wait_in_vain() {
	expect_sentence 4 openevse wait --plugged --timeout 200ms
	said err 'in time'
	expect_sentence 4 openevse wait --state charging,sleeping --timeout 0
	expect_sentence 4 openevse wait --above 6 --timeout 3s
	expect_sentence 4 openevse wait --unplugged --below 6 --above 3 --timeout 3s
	expect_sentence 4 openevse wait --state not-connected --plugged --timeout 200ms
	expect_sentence 4 openevse wait --state not-connected --for 1h --timeout 200ms
}

test_wait_until() {
	follow openevse wait --plugged || return
	board one 'pilot B'
	followed 0
	follow openevse wait --state charging --above 7.5A
	board one 'amps 10' 'pilot C' 'wait state charging 20000'
	followed 0
	expect 0 openevse get state
	said out charging
}

# How "stop at taper" is written.
test_taper() {
	follow openevse wait --state charging --below 8A --for 3s || return
	expect_sentence 4 openevse wait --state charging --below 8A --timeout 3s
	runs || fail "10 A are not below 8 A"
	board one 'amps 5'
	followed 0
	expect 0 openevse pause
	board one 'wait state sleeping 5000'
	# Nothing flows; the vehicle is there.
	expect 0 openevse wait --state sleeping --below 1 --plugged --timeout 20
	expect 0 openevse start
	expect 0 openevse wait --state charging --timeout 60
	board one 'pilot A' 'amps 0'
	expect 0 openevse wait --unplugged --timeout 60
}

# interrupted_by COMMAND...: to the board, while "--for" runs. Unnoticed, it would end a
# second too early.
interrupted_by() {
	local began

	follow openevse wait --unplugged --for 10s || return
	sleep 1
	began=$(ms_now)
	board one "$@"
	followed 0
	[ $(($(ms_now) - began)) -ge 10000 ] || fail "an interruption was not noticed: $*"
}

test_interruptions() {
	interrupted_by 'pilot B' 'wait state connected' 'pilot A' 'wait state not-connected'
	interrupted_by 'reset' 'wait boot done'
}

test_wait_mute() {
	board one 'mute on'
	expect 0 openevse wait --link down
	expect_sentence 4 openevse wait --unplugged --timeout 200ms
	expect_sentence 4 openevse wait --below 6 --timeout 200ms
	follow openevse wait --unplugged --below 6 --link up
	board one 'mute off'
	followed 0
}

test_wait_signals() {
	follow openevse wait --plugged || return
	kill -INT "$(follower_pid)"
	followed 130
	[ ! -s "$work/err" ] || fail "it complains about a signal"
	follow openevse monitor --log "$work/signal.log"
	await grep -q initial "$work/signal.log"
	kill -INT "$(follower_pid)"
	followed 130
}

# --- monitor --exec ---------------------------------------------------------------

# shellcheck disable=SC2016	# the shell that monitor starts expands them
hook='echo "$OPENEVSE_EVENT ${OPENEVSE_FROM-none} $OPENEVSE_TO $OPENEVSE_DEVICE"'

test_exec() {
	follow openevse monitor --only state -n 2 --exec "$hook >>$work/calls" || return
	await grep -q . "$work/calls"
	board one 'pilot B' 'wait state connected 5000'
	board one 'pilot A' 'wait state not-connected 5000'
	followed 0
	printf '%s\n' "state none not-connected openevse$index" \
		"state not-connected connected openevse$index" \
		"state connected not-connected openevse$index" >"$work/wanted"
	cmp -s "$work/wanted" "$work/calls" || { fail "other calls:"; note "$work/calls"; }
	lines "$work/out" 3 || fail "the events were not printed"
}

# The first call lasts until all has happened; the others run after it, in order.
test_exec_slow() {
	mkfifo "$work/gate"
	# shellcheck disable=SC2016	# not for this shell
	follow openevse monitor --only button,boot,state -n 9 --exec \
		"read -r input; echo \"\$OPENEVSE_SEQ \$input\" >>$work/slow
		read -r go <$work/gate" || return
	await test -s "$work/slow"
	for _ in 1 2 3 4; do
		board one 'pilot B' 'wait state connected 5000'
		board one 'pilot A' 'wait state not-connected 5000'
	done
	board one 'pilot B' 'wait state connected 5000'
	await lines "$work/follow" 10
	lines "$work/slow" 1 || fail "two calls at a time"
	for _ in {1..10}; do
		[ "$failed" ] || timeout "$patience" sh -c "echo go >$work/gate"
	done
	followed 0
	lines "$work/slow" 10 || fail "not a call for each event"
	sort -c -n "$work/slow" || fail "not in order"
	! grep -q '[0-9] .' "$work/slow" || fail "there is something on standard input"
	board one 'pilot A' 'wait state not-connected 5000'
}

test_exec_fails() {
	expect_sentence_after 0 openevse monitor --idle-timeout 100ms --exec 'exit 3'
	said err '[-]-exec: .*status 3'
	follow openevse monitor --only state -n 2 --exec 'kill -9 $$'
	board one 'pilot B' 'wait state connected 5000' 'pilot A' 'wait state not-connected 5000'
	followed 0
	lines "$work/err" 1 || fail "it was not said once"
	said err 'signal 9'
}

no_zombies() {
	! pgrep -P "$(follower_pid)" -r Z
}

test_no_zombies() {
	follow openevse monitor --exec true || return
	board one 'pilot B' 'wait state connected 5000' 'pilot A' 'wait state not-connected 5000'
	await lines "$work/follow" 3
	await no_zombies
	kill "$(follower_pid)"
	followed 143
}

# --- monitor --log -----------------------------------------------------------------

test_log() {
	printf 'cut o' >"$work/log"
	follow openevse monitor --only state -n 1 --log "$work/log" || return
	await grep -q initial "$work/log"
	board one 'pilot B'
	followed 0
	said out ': not-connected -> connected'
	board one 'pilot A' 'wait state not-connected 5000'
	expect 0 openevse monitor --json --idle-timeout 100ms --log "$work/log"
	[ "$(head -n 1 "$work/log")" = 'cut o' ] || fail "what was there has changed"
	lines "$work/log" 4 || fail "not a line for each event"
	[ "$(tail -n +2 "$work/log" | grep -c '^{"time":".*}$')" -eq 3 ] || fail "not JSON"
	cmp -s <(tail -n 1 "$work/log") "$work/out" || fail "the log is not what --json says"
}

test_log_not_possible() {
	expect_sentence 1 openevse monitor --log "$work"
	expect_sentence 1 openevse monitor --log "$work/nowhere/log"
	expect_sentence 6 setpriv --reuid=65534 --regid=65534 --groups openevse -- \
		openevse monitor --log /etc/openevse.log
	[ ! -e /etc/openevse.log ] || fail "it made a file"
}

test_full_disk() {
	mkdir "$work/disk"
	expect 0 mount -t tmpfs -o size=8k openevse-test "$work/disk" || return
	openevse monitor --idle-timeout 100ms --log "$work/disk/log" >/dev/null
	tr '\0' x <"/dev/zero" 2>/dev/null | head -c 4000 >"$work/disk/filler" 2>/dev/null
	head -c 3700 "$work/disk/filler" | tr x '\n' >>"$work/disk/log"
	cp "$work/disk/log" "$work/before"
	expect_sentence_after 1 openevse monitor --idle-timeout 100ms --log "$work/disk/log"
	said err 'cannot write to .*log: No space'
	cmp -s "$work/before" "$work/disk/log" || fail "a part of a line is left"
	umount "$work/disk"
	expect_sentence 1 sh -c 'openevse monitor --idle-timeout 1s >/dev/full'
}

test_closed_pipe() {
	# shellcheck disable=SC2016	# for the shell that is started
	expect 0 timeout "$patience" bash -c 'set -o pipefail
		openevse monitor --log "$1" --exec "echo x >>$1.calls" | head -n 1' \
		- "$work/pipe.log" || return
	lines "$work/out" 1 || fail "head got something else"
	[ ! -s "$work/err" ] || fail "it complains about a reader that has gone"
	await lines "$work/pipe.log.calls" 1
}

# --- two boards, old ones, none any more -----------------------------------------

test_two_boards() {
	plug_in two 3.11.3 || return
	expect_sentence 2 openevse wait --plugged
	said err '2 boards.*-d'
	expect 0 openevse -d "$(link_of two)" wait --unplugged --below 6 --timeout 20s
	follow openevse -d "$index" wait --plugged
	board two 'pilot B'
	followed 0
	follow openevse -d "$index" wait --state charging --above 8
	board two 'amps 10' 'pilot C'
	followed 0
	# Asleep, this firmware does not say whether there is a vehicle.
	expect 0 openevse -d "$index" pause
	expect 0 openevse -d "$index" wait --state sleeping --timeout 20
	expect_sentence 4 openevse -d "$index" wait --plugged --timeout 200ms
	expect_sentence 4 openevse -d "$index" wait --unplugged --timeout 200ms
}

test_no_ammeter() {
	plug_in three D4.6.0 --without ammeter || return
	expect_sentence 7 openevse -d "$index" wait --below 8 --timeout 20s
	follow openevse -d "$index" wait --plugged
	board three 'pilot B'
	followed 0
}

# Events that came before still have their call.
test_unplugged() {
	follow openevse -d "$index" wait --state charging --for 1h || return
	board three unplug
	followed 5
	lines "$work/err" 1 || fail "not one sentence"
	board three plug
	find_board "$(link_of three)" || return
	follow openevse -d "$index" monitor --only detached --exec "$hook >>$work/last" \
		--log "$work/last.log"
	board three unplug
	followed 5
	grep -q '^detached' "$work/last" || fail "no call for the last event"
	grep -q '"event":"detached"' "$work/last.log" || fail "the last event is not in the log"
}

# --- a log is a test -----------------------------------------------------------------

# Kinds and states of a log.
sequence() {
	grep -o -e '"event":"[a-z]*"' -e '"from":"[a-z-]*"' -e '"to":"[a-z-]*"' \
		-e '"press":"[a-z]*"' "$1"
}

sequence_is() {
	cmp -s <(sequence "$1") <(sequence "$2")
}

# record_log FILE NAME: of that board, while it is told what to do.
record_log() {
	follow openevse -d "$index" monitor --only state,boot,button --log "$1" || return
	await grep -q initial "$1"
	shift
	board "$@"
}

test_replay() {
	plug_in four 8.2.3 || return
	record_log "$work/told.log" four 'pilot B' 'wait state connected 5000' 'amps 10' \
		'pilot C' 'wait state charging 20000' 'button short' 'wait state sleeping 5000' \
		'button short' 'wait state charging 20000' 'wait relay closed' 'gfi' \
		'wait state gfci-fault 5000' 'reset' 'wait boot done' \
		'wait state charging 20000' 'pilot A' 'wait state not-connected 10000'
	await eval "tail -n 1 $work/told.log | grep -q '\"to\":\"not-connected\"'"
	kill "$(follower_pid)"
	followed 143
	plug_in five 8.2.3 || return
	record_log "$work/again.log" five "replay $work/told.log 0" 'wait replay done 120000'
	await sequence_is "$work/told.log" "$work/again.log" || {
		diff <(sequence "$work/told.log") <(sequence "$work/again.log") | note
	}
	kill "$(follower_pid)"
	followed 143
	echo '{"event":"state"' >>"$work/told.log"
	expect 1 "$board_program" --send "$work/five.ctl" "replay $work/told.log"
	said out '^error .*: line [0-9]+ is not'
	expect 1 "$board_program" --send "$work/five.ctl" "replay $work/none.log"
}

# A fault that nothing but a recording can make, on firmware that tells no states.
test_replay_by_hand() {
	local line='{"monotonic_ns":%s,"device":"a","event":"state","to":"%s"}\n'

	# shellcheck disable=SC2059	# that is the format
	printf "$line" 0 connected 1000 eeprom-failure 2000 'unknown(19)' >"$work/hand.log"
	plug_in six D3.8.0 || return
	follow openevse -d "$index" wait --state 'unknown(19)'
	board six "replay $work/hand.log 0"
	followed 0
}

require_machine
index=''
run_tests no_board usage wait_at_once wait_in_vain wait_until taper interruptions wait_mute \
	wait_signals exec exec_slow exec_fails no_zombies log log_not_possible full_disk \
	closed_pipe two_boards no_ammeter unplugged replay replay_by_hand
