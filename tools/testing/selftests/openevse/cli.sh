#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The command "openevse": its exit codes and what it says, without a board,
# without rights, with one board and with two. Needs udev rules that enrol
# cables with serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
}

# --- no board ----------------------------------------------------------------

test_no_board() {
	local words

	for words in status 'get state' 'set current 10' start pause disable monitor reset stats; do
		# shellcheck disable=SC2086	# a command line
		expect_sentence 5 openevse $words || return
	done
	expect_sentence 5 openevse -d 0 status
	expect_sentence 5 openevse -d garage status
	expect_sentence 5 openevse -d /dev/openevse7 status
	expect_sentence 5 openevse -d /dev/null status
	expect 0 openevse list
}

test_usage() {
	local words

	for words in 'fly' 'status now' 'get nonsense' 'set' 'set current' 'set current abc' \
		'set current 17V' 'set current -1' 'set current 1.5' 'set colour 3' \
		'set enabled maybe' 'set enabled true --save' 'monitor -n 0' 'monitor -n x' \
		'monitor --idle-timeout soon' 'monitor --only nothing' 'status --xml' '--colour' '-d' \
		'stats now' 'stats --xml' '--timeout' '--timeout soon status' '--timeout 0 status' \
		'--timeout 600.001 status' '--timeout 0.0005 status' '--timeout -1 status' \
		'--timeout 1s status' 'status --timeout soon' '--max-age' '--max-age -1 status' \
		'--max-age old status' '--max-age 3601 status' 'status --max-age 1.' \
		'--wear-eeprom=no status'; do
		# shellcheck disable=SC2086	# a command line
		expect 2 openevse $words || return
		[ -s "$work/out" ] && fail "usage error on standard output: $words"
	done
	expect 2 openevse
	expect 0 openevse --help
	said out '[-]-timeout SECONDS'
	expect 0 openevse status --help
	said out '[-]-json'
	expect 0 openevse --version
}

# --- one board ---------------------------------------------------------------

test_one_board() {
	plug_in one 8.2.3 || return
	expect 0 openevse status
	said out '8\.2\.3'
	said out 'not.connected'
	expect 0 openevse status --json
	said out '"firmware": *"8\.2\.3"'
	expect 0 openevse list
	said out "^$index .* up "
	expect 0 openevse -d "$index" get firmware protocol
	said out '^8\.2\.3$'
	said out '^5\.2\.1$'
	expect 0 env OPENEVSE_DEVICE="/dev/openevse$index" openevse get iec-state
	said out '^A$'
	expect 0 openevse -d "$(link_of one)" get pilot
	said out '^[0-9]+$'
	expect_sentence 5 openevse -d 63 status
}

test_every_name() {
	local name

	expect 0 openevse get --list || return
	for name in state iec-state enabled current voltage pilot energy.session energy.total \
		elapsed firmware protocol; do
		expect 0 openevse get "$name" || return
		[ "$(wc -l <"$work/out")" -eq 1 ] || fail "get $name: not one line"
	done
}

test_set() {
	board one 'wait boot done' || return
	expect 0 openevse set current 10
	board one 'wait offered 10 2000'
	expect 0 openevse get pilot
	said out '^10$'
	expect 0 openevse set current 24 --save
	board one 'wait saved 24 2000'
	# More than is saved: the board says no and what it does instead.
	expect_sentence 3 openevse set current 40
	said err 'asked for 40 A, board allows 24 A and now offers 24 A'
	expect_sentence 3 openevse set current 3
	expect_sentence 3 openevse set current 300
	board one 'wait offered 24 2000'
}

test_start_pause_disable() {
	expect 0 openevse pause
	board one 'wait state sleeping 2000'
	expect 0 openevse get enabled
	said out false
	expect 0 openevse start
	board one 'wait state not-connected 5000'
	expect 0 openevse disable
	board one 'wait state disabled 2000'
	expect 0 openevse set enabled true
	board one 'wait state not-connected 5000'
	expect 0 openevse get enabled
	said out true
}

test_monitor() {
	local monitor status=0

	launch events timeout "$patience" openevse monitor --json -n 1 --only state
	monitor=$pid
	await test -s "$work/events"
	board one 'pilot B'
	wait "$monitor" || status=$?
	[ "$status" -eq 0 ] || fail "monitor ended with status $status"
	grep -q '"to": *"connected"' "$work/events" || {
		fail "no such event:"
		note "$work/events"
	}
	board one 'pilot A' 'wait state not-connected 5000'
	expect 4 openevse monitor -n 100 --idle-timeout 100ms
	expect 0 openevse monitor --idle-timeout 100ms
}

# driver_counter NAME: one of "openevse stats".
driver_counter() {
	openevse stats --json | sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p"
}

test_stats() {
	local words before

	expect 0 openevse stats || return
	said out '8\.2\.3'
	said out '^Link +up'
	said out '^Replies +carry a checksum'
	said out '^Echo +off$'
	for words in Commands Answers Line Events; do
		said out "^$words +[0-9]+ [a-z]"
	done
	said out '^EEPROM +[0-9]+ writes? since attach, [0-9]+ refused$'
	expect 0 openevse stats --json
	said out '"link": *"up"'
	said out '"echo": *false'
	said out '"reply_checksum": *true'
	said out '"sequence_ids": *true'
	for words in frames bad_checksum bad_frames junk_bytes foreign unknown echoes exchanges \
		retries timeouts refused resyncs resets events dropped shared remembered noticed \
		eeprom_writes eeprom_refused; do
		said out "\"$words\": *[0-9]+[,}]"
	done
	before=$(driver_counter exchanges)
	expect 0 openevse get state
	[ "$(driver_counter exchanges)" -gt "$before" ] || fail "a question was not counted"
	before=$(driver_counter eeprom_writes)
	expect 0 openevse set current 20 --save
	[ "$(driver_counter eeprom_writes)" -gt "$before" ] || fail "a write was not counted"
}

test_options() {
	local before

	expect 0 openevse --timeout 30 --wear-eeprom get state
	expect 0 openevse get state --timeout 2.5 --max-age 0
	expect 0 openevse --max-age 60 get pilot
	before=$(driver_counter remembered)
	expect 0 openevse --max-age 60 get pilot
	said out '^20$'
	[ "$(driver_counter remembered)" -gt "$before" ] || fail "the board was asked once more"
}

echo_is() {
	openevse stats --json | grep -q "\"echo\": *$1"
}

# Another program has switched it on, and a restart ends it.
test_echo() {
	local monitor status=0

	launch events timeout "$patience" openevse monitor --json -n 1 --only state,echo
	monitor=$pid
	await test -s "$work/events"
	board one 'echo on'
	expect 0 openevse get state
	wait "$monitor" || status=$?
	[ "$status" -eq 0 ] || fail "monitor ended with status $status"
	grep -q '"event": *"echo", *"echo": *true' "$work/events" || {
		fail "no such event:"
		note "$work/events"
	}
	expect 0 openevse stats
	said out '^Echo +on .*restart'
	board one 'echo off'
	await echo_is false
}

# Each round raises the current once, which is refused when it is too often.
test_worn_eeprom() {
	local round

	for ((round = 0; round < 110; round++)); do
		expect 0 openevse set current 10 --save || return
		openevse set current 24 --save 2>/dev/null || break
	done
	expect_sentence 3 openevse set current 24 --save
	said err 'EEPROM.*--wear-eeprom'
	board one 'wait saved 10 2000'
	[ "$(driver_counter eeprom_refused)" -gt 0 ] || fail "the refusal was not counted"
	dmesg | grep -q 'EEPROM is written so often.* openevse\[' ||
		fail "the kernel's log does not say who it was"
	expect 0 openevse --wear-eeprom set current 24 --save
	board one 'wait saved 24 2000'
}

test_a_charging_vehicle() {
	board one 'pilot C' 'amps 10' 'wait state charging 20000' 'wait ma >5000'
	expect 0 openevse status
	said out 'charging'
	expect 0 openevse get current
	said out '^[0-9]+(\.[0-9]+)?$'
	expect 0 openevse get iec-state
	said out '^C$'
	board one 'amps 0' 'pilot A' 'wait state not-connected 10000'
}

# A board that does not answer any more.
test_mute() {
	local began

	board one 'mute on'
	began=$SECONDS
	expect_sentence 4 openevse --timeout 0.3 get current
	[ $((SECONDS - began)) -lt 8 ] || fail "--timeout 0.3 took $((SECONDS - began)) s"
	expect_sentence 4 openevse get current
	board one 'mute off'
	await link_is "$index" up
	expect 0 openevse get state
}

# --- no rights ---------------------------------------------------------------

test_nobody() {
	expect_sentence 6 as_nobody openevse status
	said err 'permission'
	expect_sentence 6 as_nobody openevse set current 6
	expect_sentence 6 as_nobody openevse monitor
	board one 'wait offered !6 10'
}

test_group_member() {
	expect 0 setpriv --reuid=65534 --regid=65534 --groups openevse -- openevse get state
	expect 0 setpriv --reuid=65534 --regid=65534 --groups openevse -- openevse set current 12
	board one 'wait offered 12 2000'
}

# --- two boards --------------------------------------------------------------

test_two_boards() {
	local first=$index

	plug_in two 3.11.3 || return
	expect_sentence 2 openevse status
	said err '2 boards.*-d'
	expect_sentence 2 openevse set current 6
	expect 0 openevse -d "$first" get firmware
	said out '^8\.2\.3$'
	expect 0 openevse -d "$index" get firmware
	said out '^3\.11\.3$'
	expect 0 openevse list
	[ "$(grep -c ' up ' "$work/out")" -eq 2 ] || fail "list does not show both"
}

# It would be saved without being asked for.
test_old_firmware() {
	expect_sentence 7 openevse -d "$index" set current 12
	said err '[-]-save'
	expect 0 openevse -d "$index" set current 12 --save
	board two 'wait saved 12 2000'
	expect 0 openevse -d "$index" status
	said out '3\.11\.3'
}

require_machine
index=''
run_tests no_board usage one_board every_name set start_pause_disable monitor stats \
	options echo worn_eeprom a_charging_vehicle mute nobody group_member two_boards \
	old_firmware
