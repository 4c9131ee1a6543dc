#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What python-openevse can do, with the command: a test for each row of the table
# in Documentation/python-openevse.rst, named after the method, on the firmware
# generation that library was made for. What the board itself says counts.
# Needs udev rules that enrol cables with serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

# flag MASK: is it set in the board's settings?
flag() {
	local flags

	flags=$("$board_program" --send "$work/one.ctl" state | tr ' ' '\n' | sed -n 's/^flags=//p')
	[ $((0x$flags & $1)) -ne 0 ]
}

# toggles FEATURE MASK: off and on again, as the board has it; the flag is set
# when it is off.
toggles() {
	expect 0 openevse features --set "$1=off" --yes || return
	flag "$2" || fail "$1 is not off"
	expect 0 openevse features
	said out "^$1 +off"
	expect 0 openevse features --set "$1=on"
	! flag "$2" || fail "$1 is not on"
	expect 0 openevse features
	said out "^$1 +on"
}

test_connect() {
	plug_in one 5.0.1 --with ammeter-cal || return
	board one 'wait state not-connected'
}

test_version() {
	expect 0 openevse get firmware protocol
	said out '^5\.0\.1$'
	said out '^4\.0\.1$'
}

test_status() {
	expect 0 openevse get state
	said out '^not-connected$'
	expect 0 openevse disable
	board one 'wait state disabled 0'
	expect 0 openevse start
	board one 'wait state not-connected'
	expect 0 openevse pause
	board one 'wait state sleeping 0'
	expect 0 openevse get state
	said out '^sleeping$'
	expect 0 openevse start
	board one 'wait state not-connected'
}

test_lcd_backlight_color() {
	expect 0 openevse lcd colour red
	expect 2 openevse lcd colour mauve
	[ "$(counter one FB)" -eq 1 ] || fail "the board has not heard of it"
}

test_display_text() {
	expect 0 openevse lcd print 'HELLO  W O R L D'
	board one lcd
	grep -q 'HELLO  W O R L D' "$work/answer" || fail "not on the display: $(cat "$work/answer")"
	expect 0 openevse lcd print --at 3,1 'second'
	board one lcd
	grep -q '   second' "$work/answer" || fail "not on the display: $(cat "$work/answer")"
	expect 2 openevse lcd print '17 characters ...'
	expect_sentence 3 openevse lcd print 'a*b'
}

test_lcd_type() {
	expect 0 openevse features --set rgb-lcd=off
	flag 0x0100 || fail "the display is not the monochrome one"
	expect 0 openevse features --set rgb-lcd=on
	! flag 0x0100 || fail "the display is not the RGB one"
}

test_time() {
	expect 0 openevse clock set '2028-02-29 23:59:50'
	expect 0 openevse clock show
	said out '^2028-0(2-29 23:59:5|3-01 00:00:0)'
	expect 0 openevse clock sync --utc
	expect 0 openevse clock
	said out "^$(date -u +%Y-%m-%d)"
	board one 'clock absent'
	expect_sentence 7 openevse clock
	expect_sentence 7 openevse clock sync
	board one 'clock ok'
}

test_ammeter_calibration() {
	expect 0 openevse calibrate --yes ammeter-mode on
	expect 0 openevse calibrate --yes ammeter-mode off
	[ "$(counter one S2)" -eq 2 ] || fail "the board has not heard of it"
}

test_time_limit() {
	expect_sentence 3 openevse limit time 120	# no vehicle
	board one 'pilot B' 'wait state connected'
	expect 0 openevse limit time 120
	expect 0 openevse get limit.time
	said out '^120$'
	expect 0 openevse limit
	said out '^time +120 min'
	expect 2 openevse limit time 20
	expect 0 openevse limit time off
	expect 0 openevse get limit.time
	said out '^0$'
}

test_charge_limit() {
	expect 0 openevse limit energy 10
	expect 0 openevse get limit.energy
	said out '^10$'
	expect 0 openevse limit energy off
	expect 0 openevse limit
	said out '^energy +off'
	board one 'pilot A' 'wait state not-connected'
}

test_ammeter_settings() {
	expect 2 openevse calibrate ammeter 219 7	# nobody says yes
	expect 0 openevse calibrate --yes ammeter 219 7
	said out '^ammeter scale 220 offset 0$'
	said out '^ammeter scale 219 offset 7$'
	# "-10" would be -290 there.
	expect_sentence_after 3 openevse calibrate --yes ammeter 219 -10
	expect 0 openevse calibrate ammeter
	said out '^ammeter scale 219 offset 7$'
}

test_current_capacity() {
	expect 0 openevse set current 13 --save
	board one 'wait saved 13 0'
	expect 0 openevse set current 10
	board one 'wait offered 10 0' 'wait saved 13 0'
	expect 0 openevse get pilot
	said out '^10$'
	expect_sentence 3 openevse set current 40
	said err 'now offers 13 A'
}

test_diode_check() {
	toggles diode-check 0x0002
}

test_gfi_self_test() {
	toggles gfci-test 0x0200
}

test_ground_check() {
	toggles ground-check 0x0008
}

test_stuck_relay_check() {
	toggles stuck-relay-check 0x0010
}

test_vent_required() {
	toggles vent-check 0x0004
}

test_flags() {
	expect 0 openevse features --json
	said out '"diode-check": *true'
	said out '"boot-lock": *null'
	expect 2 openevse features --set ground-check=off	# nobody says yes
	! flag 0x0008 || fail "the ground check is off"
}

# What that library sends for it cannot be undone on this firmware.
test_echo() {
	expect_sentence 3 openevse raw --yes FF E 0
	board one 'wait echo off 0'
}

test_accumulated_wh() {
	expect 0 openevse calibrate --yes energy-total 123456
	board one 'wait total_wh 123456 0'
	expect 0 openevse get energy.total
	said out '^123\.456$'
}

test_service_level() {
	expect 0 openevse calibrate --yes service-level 1
	board one 'wait level 1 0'
	expect 0 openevse get service-level
	said out '^1$'
	expect 0 openevse calibrate --yes service-level auto
	expect 0 openevse get service-level
	said out '^auto$'
	expect 0 openevse calibrate --yes service-level 2
	board one 'wait level 2 0'
}

test_timer() {
	expect 0 openevse timer 22:30 6:15
	expect 0 openevse timer
	said out '^22:30 to 06:15$'
	expect 0 openevse timer off
	expect 0 openevse timer show
	said out '^off$'
	expect 2 openevse timer 25:00 6:15
	expect 2 openevse timer 22:30
}

test_current_capacity_range() {
	expect 0 openevse get pilot.min pilot.max
	[ "$(paste -sd' ' "$work/out")" = '6 80' ] || fail "$(cat "$work/out")"
}

test_fault_counters() {
	expect 0 openevse faults
	said out '^now +none'
	said out '^gfci +0'
	expect 0 openevse get faults.gfci faults.no-ground faults.stuck-relay
	[ "$(paste -sd' ' "$work/out")" = '0 0 0' ] || fail "$(cat "$work/out")"
}

test_temperature() {
	board one 'temp 317'
	await temperature_is '31\.[57]'
	expect_sentence 7 openevse get temperature.infrared
}

temperature_is() {
	openevse get temperature.clock | grep -q -E "^$1"
}

test_charging_current_and_voltage() {
	board one 'pilot C' 'wait state charging 20000' 'amps 8' 'wait ma >7000'
	expect 0 openevse get current
	said out '^[78]'
	# This firmware has no voltmeter, and says so.
	expect_sentence 7 openevse get voltage
}

# That library calls it "not charging" on every firmware since 6.0.
test_elapsed() {
	board one 'wait elapsed >=2'
	expect 0 openevse get elapsed energy.session
	said out '^[1-9][0-9]*$'
	board one 'amps 0' 'pilot A' 'wait state not-connected'
	expect 0 openevse get elapsed
}

# run_sync(), stop_sync(), get_status_change()
test_status_change() {
	local monitor status=0

	launch events timeout "$patience" openevse monitor --json -n 1 --only state
	monitor=$pid
	await test -s "$work/events"
	board one 'pilot B'
	wait "$monitor" || status=$?
	[ "$status" -eq 0 ] || fail "monitor: status $status"
	grep -q '"to": *"connected"' "$work/events" || fail "no event: $(cat "$work/events")"
	board one 'pilot A' 'wait state not-connected'
}

test_reset() {
	expect 0 openevse reset
	await link_is "$index" up
	[ "$(counter one FR)" -eq 1 ] || fail "the board has not heard of it"
}

test_voltmeter_settings() {
	unplug_all
	plug_in one 5.0.1 --with voltmeter || return
	expect 0 openevse calibrate voltmeter
	said out '^voltmeter scale 298 offset 12018$'
	expect 0 openevse calibrate --yes voltmeter 300 12000
	said out '^voltmeter scale 300 offset 12000$'
}

# Where that library raises an exception and the board has changed all the same.
test_on_every_firmware() {
	local firmware

	for firmware in 3.11.3 D4.6.0 8.2.3; do
		unplug_all
		plug_in one "$firmware" || return
		board one 'wait state not-connected'
		expect 0 openevse get state firmware pilot
		toggles diode-check 0x0002
		expect 0 openevse set current 13 --save
		board one 'wait offered 13 0'
		expect 0 openevse timer 22:30 6:15
		expect 0 openevse timer off
	done
}

require_machine
run_tests connect version status lcd_backlight_color display_text lcd_type time \
	ammeter_calibration time_limit charge_limit ammeter_settings current_capacity \
	diode_check gfi_self_test ground_check stuck_relay_check vent_required flags echo \
	accumulated_wh service_level timer current_capacity_range fault_counters \
	temperature charging_current_and_voltage elapsed status_change reset \
	voltmeter_settings on_every_firmware
