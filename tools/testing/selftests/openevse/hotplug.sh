#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Cables that come and go: a virtual FT232R, the kernel's own ftdi_sio, udev,
# the helper, the driver, the command. Needs udev rules that enrol cables with
# serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

no_boards_left() {
	! compgen -G '/dev/openevse[0-9]*' >/dev/null
}

test_appears() {
	plug_in one 8.2.3 || return
	expect 0 stat -c '%a %G %F' "/dev/openevse$index"
	said out '^660 openevse character special file$'
	expect 0 openevse status
	said out '8\.2\.3'
}

# Failure case 40: the line is raw, whoever had it before.
# What the helper has set up on the tty.
test_line() {
	local tty

	tty=$(cat "/sys/class/openevse/openevse$index/tty")
	expect 0 udevadm info -q property "/dev/$tty"
	said out '^ID_MM_PORT_IGNORE=1$'
	expect 0 cat "/sys/bus/usb-serial/devices/$tty/latency_timer"
	said out '^1$'
	[ "$(counter one baud)" = 115200 ] || fail "baud rate $(counter one baud)"
	[ "$(counter one flow)" = none ] || fail "flow control $(counter one flow)"
}

# Nobody else may open it and move its lines.
test_tty_is_exclusive() {
	local tty

	tty=$(cat "/sys/class/openevse/openevse$index/tty")
	# Root may, but can neither read nor write.
	# shellcheck disable=SC2016	# for the other shell
	expect 1 bash -c 'echo "\$FD*AE" >/dev/$1' bash "$tty"
	board one 'wait state !disabled 10'
}

# Failure case 16: an edge of DTR resets some boards.
# One rising edge of DTR resets some boards: that of the first open, no other.
test_dtr_edges() {
	local before

	before=$(counter one dtr_edges)
	[ "$before" -le 1 ] || fail "$before edges of DTR since it was plugged in"
	expect 0 openevse status
	expect 0 openevse set current 10
	expect 0 openevse list
	[ "$(counter one dtr_edges)" = "$before" ] || fail "the command moved DTR"
}

test_events_come_through() {
	local monitor

	launch events openevse monitor
	monitor=$pid
	await test -s "$work/events"
	board one 'pilot B'
	await grep -q connected "$work/events"
	board one 'pilot C'
	await grep -q charging "$work/events"
	board one 'pilot A'
	kill "$monitor"
	wait "$monitor" 2>/dev/null
	board one 'wait state not-connected 5000'
}

test_unplugged_while_watched() {
	local monitor status=0

	launch events openevse monitor
	monitor=$pid
	await test -s "$work/events"
	board one unplug
	wait "$monitor" || status=$?
	[ "$status" -eq 5 ] || fail "the monitor ended with status $status"
	await not test -e "/dev/openevse$index"
	await not test -e "$(link_of one)"
	expect_sentence 5 openevse status
}

test_comes_back() {
	local before=$index

	board one plug
	await test -c "$(link_of one)" || return
	[ "$(readlink -f "$(link_of one)")" = "/dev/openevse$before" ] ||
		fail "it has another number now"
	await link_is "$before" up
	expect 0 openevse get firmware
	said out '^8\.2\.3$'
}

# Failure case 41: the cable is pulled during a command.
test_unplugged_while_asked() {
	local asking status=0

	board one 'mute on' 'stats clear'
	openevse get current >"$work/out" 2>"$work/err" &
	asking=$!
	await board_has_heard one
	board one unplug
	wait "$asking" || status=$?
	[ "$status" -eq 5 ] || fail "ended with status $status"
	board one 'mute off' plug
	await link_is "$index" up
}

board_has_heard() {
	[ "$(counter "$1" frames)" -gt 0 ]
}

# How often the USB core gave up on a device that left while it was looked at; on a
# slow machine that happens, and only the next plug helps.
given_up() {
	dmesg | grep -c -E "usb [0-9.-]+: can't (set config|read configurations)"
}

is_there_or_given_up() {
	test -c "$(link_of one)" || [ "$(given_up)" -gt "$1" ]
}

# In and out, faster than anybody can follow.
test_in_and_out() {
	local i before

	before=$(given_up)
	for i in 1 2 3 4 5 6 7 8; do
		board one unplug plug || fail "round $i"
	done
	await is_there_or_given_up "$before"
	test -c "$(link_of one)" || board one unplug plug
	await test -c "$(link_of one)"
	await link_is "$index" up
	expect 0 openevse get firmware
}

test_two_boards() {
	local first=$index

	plug_in two 3.11.3 || return
	expect 0 openevse -d "$first" get firmware
	said out '^8\.2\.3$'
	expect 0 openevse -d "$index" get firmware
	said out '^3\.11\.3$'
	board one unplug
	await not test -e "/dev/openevse$first"
	expect 0 openevse get firmware
	said out '^3\.11\.3$'
	board one plug
	await link_is "$first" up
	expect 0 openevse -d "$first" get firmware
	said out '^8\.2\.3$'
	index=$first
}

# Whoever has the old board's number by a name that udev has not taken away yet must
# not find the new one there.
test_another_cable_in_its_socket() {
	local first=$index

	board one unplug
	await not test -e "/dev/openevse$first"
	plug_in other 3.11.3
	[ "$(sed -n 's/^usb //p' "$work/other.log")" = \
		"$(sed -n 's/^usb //p' "$work/one.log" | tail -n 1)" ] || fail "another socket"
	[ "$index" != "$first" ] || fail "the number $first has not rested"
	board other quit
	await not test -e "/dev/openevse$index"
	board one plug
	find_board "$(link_of one)"
	[ "$index" = "$first" ] || fail "number $index now, it was $first"
}

# A machine that goes to sleep while a board is being asked: it waits, and is not
# interrupted. The kernel rehearses that, and wakes all programs after two seconds: the
# simulated board is one of them, and would be given up after six.
test_frozen_in_mid_call() {
	local asker setter reader

	[ -w /sys/power/pm_test ] || { fail "this kernel cannot rehearse a suspend"; return; }
	launch events openevse monitor
	reader=$pid
	await test -s "$work/events"
	board one 'delay 1000'
	openevse get energy.total >"$work/asked" 2>&1 &
	asker=$!
	await waits_for_board "$asker"
	openevse set current 10 >"$work/set" 2>&1 &
	setter=$!
	await waits_for_board "$setter"
	echo 2 >/sys/module/suspend/parameters/pm_test_delay
	echo freezer >/sys/power/pm_test
	expect 0 sh -c 'echo freeze >/sys/power/state'
	echo none >/sys/power/pm_test
	board one 'delay 0'
	wait "$asker" || { fail "asked: status $?"; note "$work/asked"; }
	wait "$setter" || { fail "set: status $?"; note "$work/set"; }
	expect 0 openevse get pilot
	said out '^10$'
	expect 0 openevse set current 16
	kill "$reader" || fail "the reader has ended"
	wait "$reader"
}

# The devices are the helper's files: without it there are none.
test_helper_restarts() {
	expect 0 systemctl stop openevse-attach.service
	await no_boards_left
	expect 0 systemctl start openevse-attach.service
	find_board "$(link_of two)"
	find_board "$(link_of one)"
	expect 0 openevse -d "$(link_of one)" get firmware
	said out '^8\.2\.3$'
	[ "$(counter one resets)" -le 1 ] || fail "the board was reset"
}

test_all_unplugged() {
	board one unplug
	board two unplug
	await no_boards_left
	expect 0 systemctl is-active openevse-attach.service
	expect_sentence 5 openevse status
}

require_machine
systemctl cat openevse-attach.service >/dev/null 2>&1 || skip_all "no openevse-attach.service"
index=''
run_tests appears line tty_is_exclusive dtr_edges events_come_through \
	unplugged_while_watched comes_back unplugged_while_asked in_and_out \
	another_cable_in_its_socket frozen_in_mid_call two_boards helper_restarts all_unplugged
