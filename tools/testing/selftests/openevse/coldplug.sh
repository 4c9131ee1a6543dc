#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A board whose cable was there before this machine was, on a host controller
# that can sleep (vhci-hcd cannot): it is at work without anybody's help, and
# after a suspend as well. To be run as
#
#	../../vm/run --tty PTY -- ./coldplug.sh
#
# with a simulated board on that pty, which takes its time to answer: see
# ../../coldplug, which "make test-full" runs.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

cable=/dev/openevse/by-id/usb-QEMU_QEMU_USB_SERIAL_OEVSIMT0-if00-port0

uptime_s() {
	cut -d. -f1 /proc/uptime
}

count_devices() {
	compgen -G '/dev/openevse[0-9]*' | wc -l
}

test_there_at_boot() {
	find_board "$cable"
	[ "$(count_devices)" = 1 ] || fail "$(count_devices) devices"
	expect 0 openevse get firmware
	said out '^8\.2\.3$'
	# Before the helper: it did not have to be told.
	[ "$(systemctl show -P NRestarts openevse-attach.service)" = 0 ] || fail "it was restarted"
}

# Everything sleeps and wakes up, as far as without hardware it can be told; the
# pause between is the kernel's.
suspend() {
	echo devices >/sys/power/pm_test && echo "$1" >/sys/power/state
}

# ended PID NAME: with an answer, or because the cable went.
ended() {
	local status=0

	wait "$1" || status=$?
	[ "$status" = 0 ] || [ "$status" = 5 ] && return
	fail "$2 ended with status $status:"
	note "$work/$2" "$work/$2.err"
}

sleeps_and_wakes() {
	local before=$index monitor asker setter status=0

	launch events openevse monitor
	monitor=$pid
	await test -s "$work/events"
	launch asked openevse get energy.total
	asker=$pid
	await waits_for_board "$asker"
	launch set openevse set current 12
	setter=$pid
	await waits_for_board "$setter"
	expect 0 suspend "$1"
	ended "$asker" asked
	ended "$setter" set
	find_board "$cable"
	expect 0 openevse get firmware
	said out '^8\.2\.3$'
	expect 0 openevse set current 10
	expect 0 openevse set current 16
	if kill -0 "$monitor" 2>/dev/null; then
		# It slept with its cable on: same device, same reader.
		[ "$index" = "$before" ] || fail "number $index now, it was $before"
		kill "$monitor"
		echo "# the device has lived through it"
	else
		echo "# it was unplugged and plugged in again"
	fi
	wait "$monitor" || status=$?
	[ "$status" = 5 ] || [ "$status" = 143 ] || fail "the monitor ended with status $status"
}

test_suspend_to_idle() {
	sleeps_and_wakes freeze
}

test_suspend_to_memory() {
	sleeps_and_wakes mem
}

# USB itself may put the cable to sleep: it must not while a board is attached.
test_runtime_suspend() {
	local usb

	usb=$(readlink -f "/sys/class/tty/$(cat "/sys/class/openevse/openevse$index/tty")/device/../..")
	echo auto >"$usb/power/control"
	echo 0 >"$usb/power/autosuspend_delay_ms"
	expect 0 openevse get state
	[ "$(cat "$usb/power/runtime_status")" = active ] || fail "it sleeps, and events are lost"
}

[ -e "$cable" ] || await test -e "$cable" || skip_all "no board behind QEMU's own cable"
grep -qw devices /sys/power/pm_test || skip_all "this kernel cannot rehearse a suspend"
index=''
run_tests there_at_boot suspend_to_idle suspend_to_memory runtime_suspend
