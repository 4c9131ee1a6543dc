#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# "openevse doctor": each thing that can be wrong is made wrong, and has its line;
# what is right has none that says otherwise. It opens no tty and changes nothing.
# Needs udev rules that enrol cables with serial numbers OEVSIM*.

# shellcheck disable=SC2317	# run_tests calls the functions
set -u
# shellcheck source=ktap.sh
. "$(dirname "$(readlink -f "$0")")/ktap.sh"

rules=/usr/lib/udev/rules.d/70-openevse.rules
holder=''

stop_holder() {
	[ ! "$holder" ] || { kill "$holder" && wait "$holder"; } 2>/dev/null
	holder=''
}

clean_machine() {
	stop_holder
	clean_up
	[ ! -e "$rules.away" ] || mv "$rules.away" "$rules"
	systemctl unmask --runtime -q openevse-attach.service
	modprobe openevse
	systemctl start openevse-attach.service
}
trap clean_machine EXIT

# finds RESULT CHECK EXPRESSION: in the lines of the last run.
finds() {
	said out "^$1 +$2 +.*$3"
}

# nothing_but OK|NOTE...: no other results in the last run.
nothing_but() {
	local pattern

	[ ! "$failed" ] || return 1
	pattern="^($(IFS='|'; echo "$*")) |^ "
	! grep -E -v -q "$pattern" "$work/out" && return
	fail "other findings than $*:"
	note "$work/out"
}

# doctor STATUS [ARGUMENT...]: runs it; one that complains says so on its lines.
doctor() {
	local status=$1

	shift
	expect "$status" openevse doctor "$@"
}

# doctor_says ARGUMENTS RESULT CHECK EXPRESSION: does it, now?
doctor_says() {
	# shellcheck disable=SC2086	# a command line
	openevse doctor $1 | grep -E -q -e "^$2 +$3 +.*$4"
}

as_nobody() {
	setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
}

test_usage() {
	expect 2 openevse doctor ttyUSB0 ttyUSB1
	expect 2 openevse doctor --xml
	expect 0 openevse doctor --help
	if [ "$(wc -l <"$work/out")" -gt 24 ] || [ "$(wc -L <"$work/out")" -gt 80 ]; then
		fail "its help does not fit on a screen"
	fi
}

# --- this computer -----------------------------------------------------------

test_no_cable() {
	doctor 1
	finds ok module 'openevse is loaded'
	finds ok discipline registered
	finds ok helper running
	finds ok rules installed
	finds ok rights 'root may use boards'
	finds FAIL cable 'no USB serial adapter is plugged in'
	[ "$(grep -c '^FAIL' "$work/out")" = 1 ] || fail "more than one failure"
}

test_no_such_thing() {
	doctor 5 garage
	said err '^openevse: there is neither a board nor a tty "garage"$'
	doctor 5 /dev/null
	doctor 5 -d 7
	expect 5 env OPENEVSE_DEVICE=garage openevse doctor
}

test_no_module() {
	expect 0 modprobe -r openevse
	doctor 1
	finds FAIL module 'but not loaded'
	said out '^ +sudo modprobe openevse$'
	[ "$(grep -c ' discipline ' "$work/out")" = 0 ] || fail "the discipline of no module"
	expect 0 modprobe openevse
	doctor 1
	finds ok module loaded
}

# Its files are not there for this kernel.
test_module_not_installed() {
	local index

	index=/lib/modules/$(uname -r)/modules.dep
	modprobe -r openevse
	cp "$index" "$work/modules.dep"
	grep -v openevse "$work/modules.dep" >"$index"
	doctor 1
	finds FAIL module 'no module openevse is installed for kernel'
	said out 'install linux-headers-.*make install'
	cp "$work/modules.dep" "$index"
	modprobe openevse
}

test_discipline_taken() {
	grep -v '^openevse' /proc/tty/ldiscs >"$work/ldiscs"
	mount --bind "$work/ldiscs" /proc/tty/ldiscs
	doctor 1
	finds FAIL discipline 'another module'
	umount /proc/tty/ldiscs
}

test_no_rules() {
	mv "$rules" "$rules.away"
	doctor 1
	finds FAIL rules 'are not installed'
	mv "$rules.away" "$rules"
}

test_helper_stopped() {
	expect 0 systemctl stop openevse-attach.service
	doctor 1
	finds FAIL helper 'not running'
	said out 'systemctl enable --now openevse-attach'
	without_helper
	plug_cable one OEVSIM-one 8.2.3 || return
	doctor 1
	finds FAIL helper 'not running'
	said out 'systemctl unmask openevse-attach'
	finds FAIL cable "$tty: enrolled, but not attached"
	doctor 1 "$tty"
	finds FAIL cable "$tty: enrolled, but not attached"
	[ "$(counter one bytes_in) $(counter one dtr_edges)" = "0 0" ] ||
		fail "it has opened the tty"
}

# By what every program can see: files that are open, locks, lock files.
test_tty_of_another_program() {
	(exec 8<>"/dev/$tty" && flock 8 && exec sleep 3600) &
	holder=$!
	await not flock -n "/dev/$tty" true
	doctor 1
	finds FAIL cable "$tty: used by sleep \(process $holder\)"
	# Not whose file it is; but that there is a lock.
	expect 1 as_nobody openevse doctor
	finds FAIL cable "$tty: used by another program"
	stop_holder
	printf '%10d\n' $$ >"/run/lock/LCK..$tty"
	doctor 1
	finds FAIL cable "$tty: used by .*\(process $$, by a lock file"
	rm "/run/lock/LCK..$tty"
	doctor 1
	finds FAIL cable "$tty: enrolled, but not attached"
}

# --- one board ---------------------------------------------------------------

test_healthy() {
	with_helper
	find_board "$(link_of one)" || return
	board one 'wait boot done'
	doctor 0
	nothing_but ok
	finds ok cable "$tty: attached as /dev/openevse$index"
	finds ok rights "root may ask and control /dev/openevse$index"
	finds ok link 'it answers: OpenEVSE 8\.2\.3, RAPI 5\.2\.1'
	finds ok line clean
	finds ok echo off
	finds ok master nobody
	finds ok replies 'checksums and ids'
	finds ok eeprom '0 writes'
	finds ok state not-connected
	finds ok firmware '8\.2\.3: no defect'
	doctor 0 "$index"
	doctor 0 "$tty"
	doctor 0 -d "/dev/$tty"
}

test_json() {
	doctor 0 --json
	python3 -c '
import json, sys

findings = json.load(open(sys.argv[1]))
for finding in findings:
    assert list(finding) == ["check", "result", "text", "remedy"], finding
    assert finding["result"] == "ok" and finding["remedy"] is None, finding
assert "link" in [finding["check"] for finding in findings]' "$work/out" 2>"$work/err" || {
		fail "no such JSON:"
		note "$work/out" "$work/err"
	}
}

test_changes_nothing() {
	local before edges

	before=$("$board_program" --send "$work/one.ctl" stats | tr ' ' '\n' |
		grep -E '^(S[A-Z0-9]|F[A-Z0-9]|eeprom_writes)=')
	edges=$(counter one dtr_edges)
	doctor 0
	[ "$("$board_program" --send "$work/one.ctl" stats | tr ' ' '\n' |
		grep -E '^(S[A-Z0-9]|F[A-Z0-9]|eeprom_writes)=')" = "$before" ] ||
		fail "it has changed something"
	[ "$(counter one dtr_edges)" = "$edges" ] || fail "it has opened the tty"
}

test_stranger() {
	local mine=$tty

	plug_cable stranger STRANGER 8.2.3 || return
	doctor 0
	nothing_but ok note
	finds note cable "$tty: not enrolled \(.*serial STRANGER\)"
	said out "sudo openevse adopt $tty"
	doctor 1 "$tty"
	finds FAIL cable "$tty: not enrolled"
	(exec 8<>"/dev/$tty" && exec sleep 3600) &
	holder=$!
	await doctor_says '' note cable "$tty: used by sleep \(process $holder\)"
	stop_holder
	board stranger quit
	await not test -e "/dev/$tty"
	tty=$mine
}

test_adapter_without_driver() {
	local interface

	plug_cable stranger STRANGER 8.2.3 || return
	interface=$(readlink -f "/sys/class/tty/$tty/device/..")
	interface=${interface##*/}
	echo "$interface" >/sys/bus/usb/drivers/ftdi_sio/unbind
	await not test -e "/dev/$tty"
	doctor 0
	finds note usb 'FT232R USB UART on port .* has no tty'
	said out 'sudo modprobe ftdi_sio'
	board stranger quit
}

test_rights() {
	expect 1 as_nobody openevse doctor
	finds FAIL rights "nobody has no right to /dev/openevse$index"
	said out 'usermod -aG openevse nobody'
	[ "$(grep -c ' link ' "$work/out")" = 0 ] || fail "it knows of a board that it may not open"
	expect 0 setpriv --reuid=65534 --regid=65534 --groups openevse -- openevse doctor
	finds ok rights 'nobody may ask and control'
	chgrp root "/dev/openevse$index"
	doctor 1
	finds FAIL rights "/dev/openevse$index does not belong to the group openevse"
	chgrp openevse "/dev/openevse$index"
}

test_echo() {
	board one 'echo on'
	expect 0 openevse get state
	doctor 0
	nothing_but ok note
	finds note echo 'sends back what it receives'
	said out 'openevse reset'
	board one 'echo off'
	await doctor_says '' ok echo off
}

# What a WiFi module on the same header has asked for is answered to all.
test_second_master() {
	local i

	# shellcheck disable=SC2016	# a frame
	for ((i = 0; i < 5; i++)); do
		board one 'send $OK 1 2^23\r'
	done
	await doctor_says '' note master 'a second master\?'
	doctor 0
	nothing_but ok note
}

# Every third of some answers is damaged; all of them are asked for again.
test_noise() {
	local i

	for ((i = 0; i < 5; i++)); do
		board one 'corrupt 1'
		expect 0 openevse get state
	done
	doctor 0
	nothing_but ok note
	finds note line 'some noise: [1-9][0-9]* of [0-9]+ frames came damaged'
}

test_states() {
	board one 'pilot D' 'wait state vent-required 10000'
	await doctor_says '' FAIL state 'in fault: vent-required, the vehicle asks'
	doctor 1
	board one 'pilot A' 'wait state not-connected 10000'
	expect 0 openevse pause
	doctor 0
	finds note state 'sleeping: it will not charge'
	said out 'openevse start'
	expect 0 openevse start
	board one 'wait state not-connected 10000'
}

test_heartbeat() {
	expect 0 openevse raw --yes SY 600 6
	doctor 0
	finds ok heartbeat 'every 600 s'
	expect 0 openevse raw --yes SY 10 6
	board one 'wait heartbeat_trigger 2 30000'
	doctor 0
	finds note heartbeat 'a heartbeat was missed: no more than 6 A'
	expect 0 openevse raw --yes SY 0 0
}

# A script that saves each new current, and keeps the board open.
test_eeprom() {
	launch saver python3 -c '
import fcntl, os, signal, struct, sys

fd = os.open(sys.argv[1], os.O_RDWR)
for i in range(60):
    fcntl.ioctl(fd, 0xc010eb34, struct.pack("4I", 10000 + i % 2 * 2000, 1, 0, 0))
print("ready", flush=True)
signal.pause()' "/dev/openevse$index"
	holder=$pid
	await grep -q ready "$work/saver"
	doctor 0
	finds note eeprom 'wears it out: [6-9][0-9] writes .*; the last was python3'
	stop_holder
}

test_falls_silent() {
	board one 'mute on'
	expect 1 openevse --timeout 1 doctor
	finds FAIL link '(does not answer any more|it answers no more)'
	await link_is "$index" down
	doctor 1
	finds FAIL link 'it answers no more'
	[ "$(grep -c ' firmware ' "$work/out")" = 0 ] || fail "it asks a board that is silent"
	board one 'mute off'
	await link_is "$index" up
}

# Attached, and never heard: RX and TX are swapped, for instance.
test_never_heard() {
	board one 'mute on' unplug
	await not test -e "/dev/openevse$index"
	board one plug
	find_board "$(link_of one)" probing
	doctor 1
	finds FAIL link 'not a single byte has come'
	said out 'RX and TX swapped.*v6\.5\.1'
	nothing_but ok FAIL
}

test_garbage_only() {
	board one 'noise 1 7 out' 'mute off'
	await doctor_says '' FAIL link 'only garbage comes: no whole frame'
	doctor 1
	said out '115200 baud'
	board one 'noise 0'
	await link_is "$index" up
}

# RX and TX of the cable touch each other.
test_hears_itself() {
	local loop helper

	launch loop python3 -c '
import os, tty

master, slave = os.openpty()
tty.setraw(slave)
print(os.ttyname(slave), flush=True)
while True:
    os.write(master, os.read(master, 100))'
	loop=$pid
	await grep -q pts "$work/loop"
	launch helper openevse-attach "$(cat "$work/loop")"
	helper=$pid
	await doctor_says "$(cat "$work/loop")" FAIL link "nothing comes back but the driver's own"
	kill "$helper" "$loop"
	wait "$helper" "$loop" 2>/dev/null
}

# While it is asked.
test_unplugged_meanwhile() {
	local asked doctor status=0

	echo 0 >"/sys/class/openevse/openevse$index/poll_interval_ms"
	expect 0 openevse get state
	board one 'mute on'
	asked=$(counter one GS)
	launch out openevse --timeout 60 doctor
	doctor=$pid
	board one "wait GS >$asked 30000" unplug
	wait "$doctor" || status=$?
	[ "$status" = 1 ] || fail "it ended with status $status"
	finds FAIL link 'unplugged just now'
	board one 'mute off' plug
	find_board "$(link_of one)"
}

# --- other boards ------------------------------------------------------------

test_boot_lock() {
	board one quit
	await not test -e "/dev/openevse$index"
	plug_in lock 8.2.3 --with bootlock || return
	await doctor_says '' FAIL boot-lock 'it will not charge'
	doctor 1
	said out 'openevse bootlock clear'
	expect 0 openevse bootlock clear
	board lock 'wait state not-connected 10000'
	doctor 0
	nothing_but ok
}

test_old_firmware() {
	board lock quit
	await not test -e "/dev/openevse$index"
	plug_in old 3.11.3 || return
	doctor 0
	nothing_but ok note
	finds note replies 'no checksums'
	finds note firmware '3\.11\.3: every new current is saved'
	finds note firmware '3\.11\.3: it says OK to settings'
	finds note firmware '3\.11\.3: a command of too many words'
	[ "$(grep -c '^note  firmware ' "$work/out")" = 3 ] || fail "other defects"
}

test_two_boards() {
	local old=$index

	plug_in new D4.6.0 || return
	doctor 0
	nothing_but ok note
	finds ok link "openevse$old: it answers: OpenEVSE 3\\.11\\.3"
	finds ok link "openevse$index: it answers: OpenEVSE D4\\.6\\.0"
	finds note firmware 'D4\.6\.0: setting the delay timer'
	doctor 0 "$index"
	finds ok link 'D4\.6\.0'
	[ "$(grep -c '3\.11\.3' "$work/out")" = 0 ] || fail "nobody asked for the other one"
}

test_output() {
	expect_sentence 1 sh -c 'exec openevse doctor >/dev/full'
}

require_machine
index=''
run_tests usage no_cable no_such_thing no_module module_not_installed discipline_taken no_rules \
	helper_stopped tty_of_another_program healthy json changes_nothing stranger \
	adapter_without_driver rights echo second_master noise states heartbeat eeprom \
	falls_silent never_heard garbage_only hears_itself unplugged_meanwhile boot_lock \
	old_firmware two_boards output
